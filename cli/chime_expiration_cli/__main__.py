"""The console script ``chime-expiration``, and ``python -m chime_expiration_cli``."""

import importlib.util
import io
import sys

from chime_expiration_cli.exit_status import ExitStatus


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    # None if it is closed: print() would then write errors to standard output.
    sys.stderr = sys.stderr or io.StringIO()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        return ExitStatus.BROKEN_PIPE
    except Exception:  # noqa: BLE001 - Python's own exit status for it, 1, means drift
        import traceback

        from chime_expiration_cli.standard_error import print_error

        print_error(
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


def _run(arguments: list[str] | None) -> ExitStatus:
    # Imported here so that Ctrl-C during the imports ends without a traceback.
    from chime_expiration_cli.extra import missing_packages
    from chime_expiration_cli.standard_error import print_error

    if importlib.util.find_spec("click") is None:
        print_error(missing_packages())
        return ExitStatus.ERROR
    from chime_expiration_cli.arguments import run_command

    return run_command(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
