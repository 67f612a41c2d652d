"""The options of ``status``."""

from dataclasses import dataclass
from typing import Any

import click

from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.help_pages import ExpirationCommand
from chime_expiration_cli.shared_options import (
    READS_PER_SECOND,
    as_days,
    html_option,
    json_option,
    rate_option,
    region_option,
    stack_option,
)

_EXPIRING_WITHIN_DAYS = 7


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """What to check, and how.

    No ``stacks``: all stacks of the regions. No ``regions``: the region of the AWS configuration.
    ``sort`` implies ``all``.
    """

    stacks: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    json: bool = False
    html: str | None = None
    expiring_within_days: int = _EXPIRING_WITHIN_DAYS
    fail_on_deleted: bool = False
    reads_per_second: float = READS_PER_SECOND
    ledger: bool = False
    all: bool = False
    sort: str | None = None


@click.command(
    "status",
    cls=ExpirationCommand,
    short_help="Detect drift: compare deployed stacks with Amazon Chime SDK.",
    examples={
        "check one stack and its nested stacks": "chime-expiration status --stack GuestPolicy",
        "check all stacks of two regions": (
            "chime-expiration status --region us-east-1 --region eu-central-1"
        ),
        "list all users, those that expire first at the top": (
            "chime-expiration status --sort expires"
        ),
        "count the users with other days than declared": (
            "chime-expiration status --json | jq .summary.drift_statuses.MODIFIED"
        ),
        "a page with a calendar, to look at every morning": (
            "chime-expiration status --html status.html"
        ),
    },
)
@stack_option()
@region_option()
@json_option()
@html_option()
@click.option(
    "--expiring-within",
    "expiring_within_days",
    callback=as_days,
    default=str(_EXPIRING_WITHIN_DAYS),
    show_default=True,
    metavar="DAYS",
    help="Mark users that expire within this number of days.",
)
@click.option(
    "--fail-on-deleted",
    is_flag=True,
    help="Count users that do not exist as drift, unless missing_user is IGNORE.",
)
@rate_option()
@click.option(
    "--ledger",
    is_flag=True,
    help="Count the users in the table of each policy, also in the calendar. This reads the whole "
    "table.",
)
@click.option("--all", is_flag=True, help="Also print tables of all users and policies.")
@click.option(
    "--sort",
    type=click.Choice(["stack", "user", "expires", "status"]),
    help="Print the tables in this order; implies --all. stack: a table for each stack. "
    "Others: one table for all stacks.",
)
def status(**options: Any) -> ExitStatus:
    """Detect drift.

    Compare the expirations that deployed stacks declare with the expirations that Amazon Chime SDK
    has for these users, and the policies that they declare with what their sweeps have found.
    Nothing is changed.
    """
    # Imported here so that the help needs neither boto3 nor rich.
    from chime_expiration_cli.status.command import run

    return run(StatusOptions(**options))
