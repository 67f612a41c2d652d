"""The options of ``status``."""

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chime_expiration_handler.contract.days import expiration_days
from chime_expiration_handler.contract.limits import MAX_EXPIRATION_DAYS

if TYPE_CHECKING:
    # Private in argparse, and the only type for what add_subparsers() returns.
    from argparse import _SubParsersAction

# "DescribeAppInstanceUser: 20 requests a second", per account and region: Amazon Chime SDK
# endpoints and quotas, AWS General Reference.
READS_PER_SECOND = 20.0

_EXPIRING_WITHIN_DAYS = 7

# argparse does not wrap these two texts: their lines fit into 80 columns.
_DESCRIPTION = """\
Compare the expirations that deployed stacks declare with the expirations that
Amazon Chime SDK has for these users. Nothing is changed.
"""
_EXIT_STATUSES = """\
exit status:
  0  every user has the declared days or is deleted, or nothing is declared
  1  drift: MODIFIED, CONFLICTING or ORPHANED; DELETED with --fail-on-deleted
  2  wrong arguments, no credentials, stack not found, AWS not reachable
  3  no drift found, but not everything could be checked
  4  internal error

example:
  chime-expiration status --stack GuestPolicy --region us-east-1
"""


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """What to check, and how.

    No ``stacks``: all stacks of the regions. No ``regions``: the region of the AWS configuration.
    """

    stacks: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    json: bool = False
    expiring_within_days: int = _EXPIRING_WITHIN_DAYS
    fail_on_deleted: bool = False
    reads_per_second: float = READS_PER_SECOND


def add_status(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    status = commands.add_parser(
        "status",
        help="detect drift: compare deployed stacks with Amazon Chime SDK",
        description=_DESCRIPTION,
        epilog=_EXIT_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    status.add_argument(
        "--stack",
        action="append",
        default=[],
        metavar="NAME",
        help="check this stack and its nested stacks; can be repeated "
        "(default: all stacks of the region)",
    )
    status.add_argument(
        "--region",
        action="append",
        default=[],
        help="region of the stacks; can be repeated (default: the region of the AWS "
        "configuration); each user is read in the region of its ARN",
    )
    status.add_argument(
        "--json", action="store_true", help="print one JSON document instead of tables"
    )
    status.add_argument(
        "--expiring-within",
        type=_days,
        default=_EXPIRING_WITHIN_DAYS,
        metavar="DAYS",
        help="mark users that expire within this number of days (default: %(default)s)",
    )
    status.add_argument(
        "--fail-on-deleted",
        action="store_true",
        help="count users that do not exist as drift, unless missing_user is IGNORE",
    )
    status.add_argument(
        "--rate",
        type=_rate,
        default=READS_PER_SECOND,
        metavar="N",
        help="calls to DescribeAppInstanceUser a second in each region (default: %(default)g, "
        "the whole quota, which your application shares)",
    )


def status_options(parsed: argparse.Namespace) -> StatusOptions:
    """The options in the parsed arguments, without duplicates."""
    return StatusOptions(
        stacks=tuple(dict.fromkeys(parsed.stack)),
        regions=tuple(dict.fromkeys(parsed.region)),
        json=parsed.json,
        expiring_within_days=parsed.expiring_within,
        fail_on_deleted=parsed.fail_on_deleted,
        reads_per_second=parsed.rate,
    )


def _days(text: str) -> int:
    if text == "0":
        return 0
    try:
        return expiration_days(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of days: use 0-{MAX_EXPIRATION_DAYS}"
        ) from None


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1000:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of calls a second: use more than 0, at most 1000"
        )
    return rate
