"""The help of the commands: with examples and exit statuses, in colour on a terminal."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from chime_expiration_cli.exit_status import ExitStatus, exit_statuses
from chime_expiration_cli.extra import missing_packages
from chime_expiration_cli.standard_error import print_error
from chime_expiration_cli.standard_output import write_result


class _Formatter(click.HelpFormatter):
    def write_heading(self, heading: str) -> None:
        super().write_heading(click.style(heading, bold=True))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or click.style("Usage: ", bold=True))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        coloured = [(click.style(term, fg="cyan"), text) for term, text in rows]
        super().write_dl(coloured, col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class _Page(click.Command):
    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option:
            # click's own would end with status 1 or 120 if the output cannot be written.
            option.callback = _print_help
        return option


class CommandGroup(_Page, click.Group):
    """A group of commands."""


class ExpirationCommand(_Page):
    """A command that needs the extra ``cli``; ``examples`` are command lines by their purpose."""

    def __init__(self, *arguments: Any, examples: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.examples = examples

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and return its exit status."""
        message = missing_packages()
        if message:
            print_error(message)
            return ExitStatus.ERROR
        return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections after the options."""
        del ctx
        assert self.name
        with formatter.section("Exit status"):
            formatter.write_dl(
                [(str(int(status)), text) for status, text in exit_statuses(self.name).items()]
            )
        with formatter.section("Examples"):
            for purpose, line in self.examples.items():
                formatter.write(f"  # {purpose}\n  {line}\n")


def _print_help(ctx: click.Context, _: click.Parameter, is_requested: bool) -> None:
    if not is_requested or ctx.resilient_parsing:
        return
    text = ctx.get_help()
    # None: standard output is closed.
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    has_colours = is_terminal if ctx.color is None else ctx.color
    write_result(f"{text if has_colours else click.unstyle(text)}\n")
    ctx.exit()
