"""Synthesis: what a declaration adds to a whole ``python app.py``, and what the first one costs.

The values are processor time: the difference of two long elapsed times would mostly be the noise of
a machine that does anything else.
"""

import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.processes import Cost
from bench.rows import Panel, Result, Row, compared
from bench.samples import Spread, interleaved, ratio, ratio_of_medians, rounds
from bench.synthesis import synthesize

_OURS, _PEER = "chime_expiration", "aws_custom_resource"
_DOCUMENTED, _NATIVE = "aws_custom_resource_documented", "native"
_BASELINE, _BARE = "baseline", "bare"

_SIZES = (1, 100, 240, 400)
# As documented, 400 users are more resources than a stack may have.
_DOCUMENTED_SIZES = (240,)
_PICTURED = 240

_GROUP = "synth"
_ONE_ROLE = "AwsCustomResource, one role"

App = tuple[str, int]


@dataclass(frozen=True)
class _Runs:
    """The seconds of every run, of one clock."""

    seconds: dict[App, list[float]]

    @property
    def count(self) -> int:
        return len(self.seconds[_BARE, 1])

    def added(self, app: str, users: int, numbers: Sequence[int] | None = None) -> float:
        """Seconds that each user of an app adds to the bare app of the same round."""
        whole, bare = self.seconds[app, users], self.seconds[_BARE, users]
        taken = range(self.count) if numbers is None else numbers
        return statistics.median(whole[number] - bare[number] for number in taken) / users

    def ratio(self, peer: str, users: int, of: str = _OURS) -> Spread:
        """What the users of one app add, divided by what the users of the peer add."""
        return ratio_of_medians(
            self.count,
            lambda numbers: self.added(of, users, numbers),
            lambda numbers: self.added(peer, users, numbers),
        )


def measure(seconds: float, least: int) -> Result:
    """Run every app with every number of users, for about so many seconds or ``least`` rounds."""
    # Apps of one size are neighbours in every round, because a machine has slow minutes.
    apps: list[App] = []
    for size in _SIZES:
        apps += [(name, size) for name in (_BARE, _OURS, _NATIVE, _PEER, _BASELINE)]
        if size in _DOCUMENTED_SIZES:
            apps.append((_DOCUMENTED, size))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        once: dict[App, Callable[[], Cost]] = {
            app: partial(synthesize, *app, Path(folder) / "cdk.out") for app in apps
        }
        costs = interleaved(once, rounds(seconds, least, most=20))
    waited = _Runs({app: [cost.waited for cost in taken] for app, taken in costs.items()})
    worked = _Runs({app: [cost.processor for cost in taken] for app, taken in costs.items()})
    rows = [
        _added(waited, worked, f"added by each of {size}", against, peer, size, limit)
        for peer, against, sizes, limit in (
            (_PEER, _ONE_ROLE, _SIZES[1:], 0.5),
            (_DOCUMENTED, "AwsCustomResource, documented", _DOCUMENTED_SIZES, None),
            (_NATIVE, "CfnAppInstanceUser", _SIZES[1:], 1.25),
            (_BASELINE, "the baseline", _SIZES[1:], None),
        )
        for size in sizes
    ]
    rows.append(_added(waited, worked, "added by the first", _ONE_ROLE, _PEER, 1, 1.0))
    rows += _whole_app(waited, worked)
    return Result(rows, [_panel(worked)])


def _added(
    waited: _Runs,
    worked: _Runs,
    what: str,
    against: str,
    peer: str,
    size: int,
    limit: float | None,
) -> Row:
    return Row(
        _GROUP,
        what,
        against,
        _milliseconds(worked.added(_OURS, size)),
        _milliseconds(worked.added(peer, size)),
        worked.ratio(peer, size),
        limit,
        waited=waited.ratio(peer, size),
        note="" if limit is None else _baseline_takes(worked.ratio(peer, size, of=_BASELINE)),
    )


def _whole_app(waited: _Runs, worked: _Runs) -> list[Row]:
    ours = (_OURS, 1)
    baseline = ratio(worked.seconds[_BASELINE, 1], worked.seconds[_BARE, 1])
    return [
        compared(
            _GROUP,
            "app with one declaration",
            against,
            worked.seconds[ours],
            worked.seconds[other, 1],
            limit,
            waited=ratio(waited.seconds[ours], waited.seconds[other, 1]),
            note=note,
        )
        for other, against, limit, note in (
            (_BARE, "the bare app", 1.2, _baseline_takes(baseline)),
            (_BASELINE, "the baseline", None, ""),
        )
    ]


def _baseline_takes(value: Spread) -> str:
    return f"the baseline takes {value.median:.2f} ×"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _panel(worked: _Runs) -> Panel:
    names = {
        "this project": _OURS,
        "AwsCustomResource": _PEER,
        "CfnAppInstanceUser": _NATIVE,
        "the baseline": _BASELINE,
    }
    bars = {name: worked.added(app, _PICTURED) * 1000 for name, app in names.items()}
    return Panel(f"Synth, added by each of {_PICTURED} users", "ms", bars)
