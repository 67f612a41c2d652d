"""The options of ``repair``."""

from dataclasses import dataclass
from typing import Any

import click

from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.help_pages import ExpirationCommand
from chime_expiration_cli.shared_options import (
    READS_PER_SECOND,
    as_rate,
    json_option,
    rate_option,
    region_option,
    stack_option,
)
from chime_expiration_handler.contract.policy_properties import DEFAULT_CALLS_PER_SECOND

# As long as a deployment waits for a sweep.
_WAIT_MINUTES = 5
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """What to repair, and how.

    No ``stacks``: all stacks of the regions. No ``regions``: the region of the AWS configuration.
    """

    stacks: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    json: bool = False
    reads_per_second: float = READS_PER_SECOND
    writes_per_second: float = DEFAULT_CALLS_PER_SECOND
    yes: bool = False
    dry_run: bool = False
    clear_orphans: bool = False
    ledger: bool = False
    wait_minutes: float = _WAIT_MINUTES


def _as_minutes(ctx: click.Context, param: click.Parameter, value: str) -> float:
    if value.isascii() and value.isdigit() and int(value) <= _DAY_MINUTES:
        return float(value)
    raise click.BadParameter(
        f"{value!r} is not a number of minutes: use 0-{_DAY_MINUTES}", ctx, param
    )


@click.command(
    "repair",
    cls=ExpirationCommand,
    short_help="Repair drift: give Amazon Chime SDK what is declared.",
    examples={
        "show what would be repaired, and change nothing": "chime-expiration repair --dry-run",
        "repair one stack and its nested stacks, after a question": (
            "chime-expiration repair --stack GuestPolicy"
        ),
        "repair in a job, at half the rate": (
            "chime-expiration repair --yes --writes-per-second 4"
        ),
    },
)
@stack_option()
@region_option()
@click.option("--yes", is_flag=True, help="Do not ask. Needed without a terminal.")
@click.option("--dry-run", is_flag=True, help="Show what would be repaired, and change nothing.")
@click.option(
    "--clear-orphans",
    is_flag=True,
    help="Clear orphaned users, too, if it is not known which days the removed declaration had "
    "set.",
)
@click.option(
    "--wait",
    "wait_minutes",
    callback=_as_minutes,
    default=str(_WAIT_MINUTES),
    show_default=True,
    metavar="MINUTES",
    help="Wait this long for the sweeps that were started.",
)
@json_option()
@rate_option()
@click.option(
    "--writes-per-second",
    callback=as_rate,
    default=str(DEFAULT_CALLS_PER_SECOND),
    metavar="N",
    help="Calls to PutAppInstanceUserExpirationSettings a second in each region. Without it: "
    f"{DEFAULT_CALLS_PER_SECOND:g}. Throttling lowers the rate.",
)
@click.option(
    "--ledger",
    is_flag=True,
    help="Count the users in the table of each policy. This reads the whole table.",
)
def repair(**options: Any) -> ExitStatus:
    """Repair drift.

    Give users the days that deployed stacks declare, clear those of orphaned users, and start the
    sweeps of policies that need one. Everything is shown before, and is left alone if it has
    changed since. What needs a deployment or a decision is explained.
    """
    if options["yes"] and options["dry_run"]:
        raise click.UsageError("--yes and --dry-run exclude each other: use one of them")
    # Imported here so that the help needs neither boto3 nor rich.
    from chime_expiration_cli.repair.command import run

    return run(RepairOptions(**options))
