"""The options that several commands have, with the same names and meanings in each."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.extra import missing_page_packages
from chime_expiration_cli.page.page_file import unusable
from chime_expiration_handler.contract.days import expiration_days
from chime_expiration_handler.contract.limits import MAX_EXPIRATION_DAYS

# "DescribeAppInstanceUser: 20 requests a second", per account and region: Amazon Chime SDK
# endpoints and quotas, AWS General Reference.
READS_PER_SECOND = 20.0

_Function = TypeVar("_Function", bound=Callable[..., Any])


def as_days(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """The number of days in ``value``, 0 included; raises click.BadParameter."""
    if value == "0":
        return 0
    try:
        return expiration_days(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a number of days: use 0-{MAX_EXPIRATION_DAYS}", ctx, param
        ) from None


def as_rate(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """The calls a second in ``value``; raises click.BadParameter."""
    try:
        rate = float(value)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1000:
        raise click.BadParameter(
            f"{value!r} is not a number of calls a second: use more than 0, at most 1000",
            ctx,
            param,
        )
    return rate


def _without_duplicates(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    del ctx, param
    return tuple(dict.fromkeys(values))


def stack_option() -> Callable[[_Function], _Function]:
    """``--stack``: the names of the stacks, as ``stacks``."""
    return click.option(
        "--stack",
        "stacks",
        multiple=True,
        metavar="NAME",
        callback=_without_duplicates,
        help="Only this stack and its nested stacks; can be repeated. Without it: all stacks.",
    )


def region_option() -> Callable[[_Function], _Function]:
    """``--region``: the regions of the stacks, as ``regions``."""
    return click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="REGION",
        callback=_without_duplicates,
        help="Region of the stacks; can be repeated. Without it: the region of the AWS "
        "configuration. Each user is read in the region of its ARN.",
    )


def rate_option() -> Callable[[_Function], _Function]:
    """``--rate``: the reads per second, as ``reads_per_second``."""
    return click.option(
        "--rate",
        "reads_per_second",
        callback=as_rate,
        default=str(READS_PER_SECOND),
        metavar="N",
        help="Calls to DescribeAppInstanceUser a second in each region. Without it: "
        f"{READS_PER_SECOND:g}, the whole quota, which your application shares.",
    )


def json_option() -> Callable[[_Function], _Function]:
    """``--json``: one document instead of tables, as ``json``."""
    return click.option("--json", is_flag=True, help="Print one JSON document instead of tables.")


def html_option() -> Callable[[_Function], _Function]:
    """``--html``: the file of the page, as ``html``."""
    return click.option(
        "--html",
        metavar="FILE",
        callback=_as_page_file,
        help="Also write a self-contained HTML page to this file, with a calendar and a search.",
    )


def _as_page_file(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    problem = unusable(value) if value is not None else ""
    if problem:
        raise click.BadParameter(problem, ctx, param)
    problem = missing_page_packages() if value is not None else ""
    if problem:
        raise CommandError(problem)
    return value
