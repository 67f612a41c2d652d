"""`python -m chime_expiration status`: declared against actual."""

import importlib.util
import sys

from chime_expiration.status.options import parse_options

_OF_THE_EXTRA = ("boto3", "rich")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status. Wrong arguments end the process with status 2."""
    options = parse_options(arguments)
    missing = [name for name in _OF_THE_EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        print(
            f"chime_expiration status needs {' and '.join(missing)}: "
            "pip install 'cdk-chime-expiration[status]'",
            file=sys.stderr,
        )
        return 2
    # Who only declares has neither boto3 nor rich.
    from chime_expiration.status.command import run

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
