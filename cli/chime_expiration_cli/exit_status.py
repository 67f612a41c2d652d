"""The exit statuses of the command line, and what each means."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a command reports to the shell.

    Python itself ends with 1 for an exception that nobody catches. ``main`` catches them all, so
    that 1 always is a finding. Each command has its own names for 0, 1 and 3.
    """

    IN_SYNC = 0
    NOTHING_REFUSED = 0
    DRIFT = 1
    REFUSED = 1
    ERROR = 2
    NOT_CHECKED = 3
    NOT_JUDGED = 3
    INTERNAL_ERROR = 4
    # 128 + SIGINT and 128 + SIGPIPE, as shells report them.
    INTERRUPTED = 130
    BROKEN_PIPE = 141


_OF_EVERY_COMMAND = {
    ExitStatus.ERROR: "wrong arguments, no credentials, stack not found, AWS not reachable",
    ExitStatus.INTERNAL_ERROR: "internal error",
    ExitStatus.INTERRUPTED: "interrupted with Ctrl-C",
    ExitStatus.BROKEN_PIPE: "the program that reads the output has ended",
}
_OF_COMMANDS = {
    "plan": {
        ExitStatus.NOTHING_REFUSED: "the deployment would succeed, as far as expirations matter",
        ExitStatus.REFUSED: "something would be refused, or stacks conflict; somebody would be "
        "deleted, with --fail-on-deletion-within; too many users would be set, with "
        "--fail-on-users-set",
        ExitStatus.NOT_JUDGED: "nothing would be refused, but not everything could be judged",
    },
    "repair": {
        ExitStatus.IN_SYNC: "everything is as declared now",
        ExitStatus.DRIFT: "something remains: refused, skipped, failed, not confirmed, or it needs "
        "a deployment or a decision",
        ExitStatus.NOT_CHECKED: "nothing known remains, but a sweep has not ended, or not "
        "everything could be checked",
    },
    "status": {
        ExitStatus.IN_SYNC: "every user has the declared days or is deleted, every policy is in "
        "sync, or nothing is declared",
        ExitStatus.DRIFT: "drift: MODIFIED, CONFLICTING or ORPHANED; a policy that is DELETED, "
        "or a user with --fail-on-deleted",
        ExitStatus.NOT_CHECKED: "no drift found, but not everything could be checked",
    },
}


def exit_statuses(command: str) -> dict[ExitStatus, str]:
    """What each exit status of ``command`` means, in ascending order."""
    return dict(sorted((_OF_EVERY_COMMAND | _OF_COMMANDS[command]).items()))
