"""The console script ``chime-expiration``, and ``python -m chime_expiration_cli``."""

import contextlib
import importlib.util
import io
import sys

from chime_expiration_cli.exit_status import ExitStatus

_PACKAGES_OF_THE_EXTRA = ("boto3", "rich")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status; wrong arguments end the process with status 2."""
    # None if it is closed: print() and argparse would then write errors to standard output.
    sys.stderr = sys.stderr or io.StringIO()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        return ExitStatus.BROKEN_PIPE
    except Exception:  # noqa: BLE001 - Python's own exit status for it, 1, means drift
        import traceback

        _print_error(
            f"{traceback.format_exc()}"
            "chime-expiration: internal error: please report the lines above"
        )
        return ExitStatus.INTERNAL_ERROR
    finally:
        try:
            sys.stderr.flush()
        except OSError:
            # Python would flush it again at exit and end with a status of its own.
            sys.stderr = io.StringIO()


def _print_error(text: str) -> None:
    # A full disk or a closed pipe does not change the exit status.
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr)


def _run(arguments: list[str] | None) -> ExitStatus:
    # Imported here so that Ctrl-C during the imports ends without a traceback.
    from chime_expiration_cli.arguments import parse_arguments
    from chime_expiration_cli.errors import CommandError

    options = parse_arguments(arguments)
    missing = [name for name in _PACKAGES_OF_THE_EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        _print_error(
            f"chime-expiration needs {' and '.join(missing)}: install this project with its extra "
            "'cli', for example: pip install './path/to/checkout[cli]'"
        )
        return ExitStatus.ERROR
    # Imported here because projects that only synthesize have neither boto3 nor rich installed.
    from chime_expiration_cli.status.command import run

    try:
        return run(options)
    except CommandError as error:
        _print_error(f"chime-expiration status: {error}")
        return ExitStatus.ERROR


if __name__ == "__main__":
    sys.exit(main())
