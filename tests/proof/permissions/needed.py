"""Everything that a run needs."""

from proof.permissions import of_cloudformation, of_the_program
from proof.permissions.permission import Permission
from proof.run import Run


def needed(run: Run) -> list[Permission]:
    """Return the permissions. One that is needed twice has its first purpose."""
    found: dict[tuple[str, str], Permission] = {}
    for need in (*of_the_program.NEEDS, *of_cloudformation.NEEDS):
        for permission in need.of(run):
            found.setdefault((permission.action, permission.resource), permission)
    return list(found.values())
