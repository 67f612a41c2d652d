"""The arguments of the command line."""

import argparse

from chime_expiration_cli.status.options import StatusOptions, add_status, status_options


def parse_arguments(arguments: list[str] | None = None) -> StatusOptions:
    """Return the options of the command; end the process with status 2 if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="chime-expiration",
        description="Work with the expirations of Amazon Chime SDK AppInstanceUsers that AWS CDK "
        "stacks declare.",
        epilog="Run 'chime-expiration COMMAND --help' for the options of a command.",
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    add_status(commands)
    return status_options(parser.parse_args(arguments))
