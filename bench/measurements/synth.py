"""Synthesis: what a declaration adds to a whole `python app.py`, and what the first one costs.

What counts is processor time: a difference of two long times that were waited drowns in the noise
of a machine that has anything else to do.
"""

import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.panels import Bar, Panel
from bench.processes import Cost
from bench.rows import Result, Row, milliseconds
from bench.samples import Spread, in_turn, ratio, ratio_of_medians, rounds
from bench.synthesis import synthesize

_OURS = "chime_expiration_app"
_PEER = "aws_custom_resource_app"
_DOCUMENTED = "aws_custom_resource_documented_app"
_NATIVE = "native_app"
_FLOOR = "floor_app"
_BARE = "bare"

_SIZES = (1, 100, 240, 400)
# As documented, 400 are more resources than a stack may have.
_DOCUMENTED_SIZES = (240,)
_PICTURED = 240

_GROUP = "synth"

App = tuple[str, int]


@dataclass(frozen=True)
class _Runs:
    """The seconds of every run, of one clock."""

    seconds: dict[App, list[float]]

    @property
    def count(self) -> int:
        return len(self.seconds[_BARE, 1])

    def added(self, app: str, users: int, numbers: Sequence[int] | None = None) -> float:
        """What each of the users of an app adds to the bare app that ran beside it."""
        whole, bare = self.seconds[app, users], self.seconds[_BARE, users]
        rounds_taken = range(self.count) if numbers is None else numbers
        return statistics.median(whole[number] - bare[number] for number in rounds_taken) / users

    def ratio(self, peer: str, users: int, of: str = _OURS) -> Spread:
        """What the users of an app add by what the peer's add."""
        return ratio_of_medians(
            self.count,
            lambda numbers: self.added(of, users, numbers),
            lambda numbers: self.added(peer, users, numbers),
        )


def measure(seconds: float) -> Result:
    """Run every app with every number of users, for about so many seconds."""
    # What is compared runs side by side: a machine has slow minutes.
    apps: list[App] = []
    for size in _SIZES:
        apps += [(name, size) for name in (_BARE, _OURS, _NATIVE, _PEER, _FLOOR)]
        if size in _DOCUMENTED_SIZES:
            apps.append((_DOCUMENTED, size))
    with tempfile.TemporaryDirectory(prefix="bench-synth-") as folder:
        once: dict[App, Callable[[], Cost]] = {
            app: partial(synthesize, *app, Path(folder) / "cdk.out") for app in apps
        }
        costs = in_turn(once, rounds(seconds, least=5, most=20))
    waited = _Runs({app: [cost.waited for cost in taken] for app, taken in costs.items()})
    worked = _Runs({app: [cost.processor for cost in taken] for app, taken in costs.items()})
    rows = [*_per_declaration(waited, worked), *_first(waited, worked)]
    return Result(rows, [_panel(worked)])


def _per_declaration(waited: _Runs, worked: _Runs) -> list[Row]:
    return [
        Row(
            _GROUP,
            f"added by each of {size}",
            against,
            _milliseconds(worked.added(_OURS, size)),
            _milliseconds(worked.added(peer, size)),
            worked.ratio(peer, size),
            limit,
            waited=waited.ratio(peer, size),
            note="" if limit is None else _of_the_floor(worked.ratio(peer, size, of=_FLOOR)),
        )
        for peer, against, sizes, limit in (
            (_PEER, "AwsCustomResource, one role", _SIZES[1:], 0.5),
            (_DOCUMENTED, "AwsCustomResource, documented", _DOCUMENTED_SIZES, None),
            (_NATIVE, "CfnAppInstanceUser", _SIZES[1:], 1.25),
            (_FLOOR, "the floor", _SIZES[1:], None),
        )
        for size in sizes
    ]


def _first(waited: _Runs, worked: _Runs) -> list[Row]:
    first = (_OURS, 1)
    floor = ratio(worked.seconds[_FLOOR, 1], worked.seconds[_BARE, 1])
    return [
        Row(
            _GROUP,
            "added by the first",
            "AwsCustomResource, one role",
            _milliseconds(worked.added(*first)),
            _milliseconds(worked.added(_PEER, 1)),
            worked.ratio(_PEER, 1),
            1.0,
            waited=waited.ratio(_PEER, 1),
            note=_of_the_floor(worked.ratio(_PEER, 1, of=_FLOOR)),
        ),
        *(
            Row(
                _GROUP,
                "app with one declaration",
                against,
                milliseconds(Spread.of(worked.seconds[first])),
                milliseconds(Spread.of(worked.seconds[other, 1])),
                ratio(worked.seconds[first], worked.seconds[other, 1]),
                limit,
                waited=ratio(waited.seconds[first], waited.seconds[other, 1]),
                note=note,
            )
            for other, against, limit, note in (
                (_BARE, "the bare app", 1.2, _of_the_floor(floor)),
                (_FLOOR, "the floor", None, ""),
            )
        ),
    ]


def _of_the_floor(value: Spread) -> str:
    return f"the floor reaches {value.median:.2f} ×"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _panel(worked: _Runs) -> Panel:
    def milliseconds_of(app: str) -> float:
        return worked.added(app, _PICTURED) * 1000

    return Panel(
        f"Synth, added by each of {_PICTURED} users",
        "ms",
        [
            Bar("this project", milliseconds_of(_OURS)),
            Bar("AwsCustomResource", milliseconds_of(_PEER)),
            Bar("CfnAppInstanceUser", milliseconds_of(_NATIVE)),
            Bar("the floor", milliseconds_of(_FLOOR)),
        ],
    )
