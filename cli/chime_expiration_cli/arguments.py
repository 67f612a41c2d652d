"""The arguments of the command line."""

import contextlib
import os

import click
from click.shell_completion import shell_complete

from chime_expiration_cli import colours
from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.help_pages import CommandGroup
from chime_expiration_cli.plan.options import plan
from chime_expiration_cli.repair.options import repair
from chime_expiration_cli.standard_error import print_error
from chime_expiration_cli.status.options import status
from chime_expiration_cli.visible import visible

PROGRAM = "chime-expiration"

_COMPLETION = "_CHIME_EXPIRATION_COMPLETE"


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Run 'chime-expiration COMMAND --help' for the options of a command.",
)
def command_line() -> None:
    """Work with the expirations of Amazon Chime SDK AppInstanceUsers.

    AWS CDK stacks declare these expirations.
    """


command_line.add_command(plan)
command_line.add_command(repair)
command_line.add_command(status)


def run_command(arguments: list[str]) -> ExitStatus:
    """Run the command in ``arguments``; wrong ones are reported with the fix."""
    completion = os.environ.get(_COMPLETION)
    if completion:
        return _complete(completion)
    command: str | None = None
    try:
        with command_line.make_context(PROGRAM, arguments, color=colours.forced()) as context:
            try:
                status: ExitStatus = command_line.invoke(context)
            finally:
                command = context.invoked_subcommand
            return status
    except click.exceptions.Exit as ended:
        return ExitStatus(ended.exit_code)
    except click.UsageError as error:
        _show(error)
    except CommandError as error:
        # In one line, whatever AWS has reported.
        message = visible(str(error))
        print_error(f"{PROGRAM} {command}: {message}" if command else f"{PROGRAM}: {message}")
    return ExitStatus.ERROR


def _complete(instruction: str) -> ExitStatus:
    """Print what the shell asks for, such as ``bash_source``: the script that completes."""
    if shell_complete(command_line, {}, PROGRAM, _COMPLETION, instruction) == 0:
        return ExitStatus.IN_SYNC
    print_error(
        f"{PROGRAM}: {_COMPLETION} is {instruction!r}: use bash_source, zsh_source or fish_source"
    )
    return ExitStatus.ERROR


def _show(error: click.UsageError) -> None:
    # A full disk or a closed pipe does not change the exit status.
    with contextlib.suppress(OSError):
        error.show()
