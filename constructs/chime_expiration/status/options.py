"""The command line."""

import argparse
from dataclasses import dataclass

# "DescribeAppInstanceUser: 20 requests a second", per account and region: Amazon Chime SDK
# endpoints and quotas, AWS General Reference.
DESCRIPTIONS_PER_SECOND = 20.0

_SOON_DAYS = 7

_EXIT_STATUS = """\
exit status:
  0  every user holds what is declared
  1  drift: other days, a setting removed, a user gone, conflicting declarations
  2  wrong arguments, an unknown stack, no credentials
  3  no drift was seen, but not everything could be judged
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was asked for.

    No stacks means all of the regions, no regions that of the AWS configuration.
    """

    stacks: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    json: bool = False
    expiring_within_days: int = _SOON_DAYS
    per_second: float = DESCRIPTIONS_PER_SECOND


def parse_options(arguments: list[str] | None = None) -> Options:
    """Read the command line; end the process with status 2 where it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m chime_expiration", description="Expirations of AppInstanceUsers."
    )
    status = parser.add_subparsers(dest="command", required=True, metavar="COMMAND").add_parser(
        "status",
        help="compare what deployed stacks declare with what the service holds",
        description="Compare what deployed stacks declare with what Amazon Chime SDK holds.",
        epilog=_EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    status.add_argument(
        "--stack",
        action="append",
        default=[],
        metavar="NAME",
        help="a stack, with those nested in it (repeatable; default: all of the region)",
    )
    status.add_argument(
        "--region",
        action="append",
        default=[],
        help="where the stacks are (repeatable; default: the region of the AWS configuration); "
        "users are looked up in the region of their ARN",
    )
    status.add_argument("--json", action="store_true", help="print one JSON document")
    status.add_argument(
        "--expiring-within",
        type=_days,
        default=_SOON_DAYS,
        metavar="DAYS",
        help="which users count as about to expire (default: %(default)s days)",
    )
    status.add_argument(
        "--rate",
        type=_rate,
        default=DESCRIPTIONS_PER_SECOND,
        metavar="N",
        help="calls of DescribeAppInstanceUser a second in each region, a quota that is shared "
        "with the application (default: %(default)g, all of it)",
    )
    parsed = parser.parse_args(arguments)
    return Options(
        stacks=tuple(dict.fromkeys(parsed.stack)),
        regions=tuple(dict.fromkeys(parsed.region)),
        json=parsed.json,
        expiring_within_days=parsed.expiring_within,
        per_second=parsed.rate,
    )


def _days(text: str) -> int:
    days = int(text) if text.isascii() and text.isdigit() else -1
    if days < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")
    return days


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of calls a second")
    return rate
