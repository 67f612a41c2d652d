"""The rows of the result: one comparison each, and its target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.samples import Spread, ratio


@dataclass(frozen=True)
class Row:
    """One comparison.

    ``value`` must be at most ``limit``, or at least with ``least``; a row without a limit has no
    target. A ratio is ours divided by theirs. If ``value`` is a ratio of one clock, ``waited``
    (elapsed time) or ``processor`` (processor time) is that of the other. ``figures`` are what else
    was counted, by name.
    """

    group: str
    what: str
    against: str
    ours: str
    theirs: str
    value: Spread
    limit: float | None = None
    least: bool = False
    unit: str = "×"
    waited: Spread | None = None
    processor: Spread | None = None
    note: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without a target."""
        if self.limit is None:
            return None
        if self.least:
            return self.value.median >= self.limit
        return self.value.median <= self.limit

    @property
    def certain(self) -> bool:
        """Whether the target is outside of the spread of the value."""
        low, high = self.value.low, self.value.high
        return self.limit is None or low == high or not low <= self.limit <= high

    @property
    def target(self) -> str:
        """The target as text."""
        if self.limit is None:
            return ""
        return f"{'≥' if self.least else '≤'} {self.limit:g} {self.unit}".rstrip()

    @property
    def remark(self) -> str:
        """The figures and the note as text."""
        figures = ", ".join(f"{name} {_plain(value)}" for name, value in self.figures.items())
        return "; ".join(filter(None, (figures, self.note)))

    @property
    def measured(self) -> str:
        """The value and its spread as text."""
        if self.unit != "×":
            return f"{self.value.median:.4g} {self.unit}".rstrip()
        text = f"{self.value.median:.2f} ×"
        low, high = f"{self.value.low:.2f}", f"{self.value.high:.2f}"
        return text if low == high else f"{text} ({low}-{high})"


@dataclass(frozen=True)
class Panel:
    """A part of the picture: values by name, less is better. The first is this project's."""

    title: str
    unit: str
    bars: dict[str, float]


@dataclass(frozen=True)
class Result:
    """The rows and panels of one measurement."""

    rows: list[Row]
    panels: list[Panel]


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def milliseconds(seconds: Spread) -> str:
    """A time and its spread as text."""
    values = [each * 1000 for each in (seconds.median, seconds.low, seconds.high)]
    digits = 0 if values[0] >= 100 else 1
    median, low, high = (f"{value:.{digits}f}" for value in values)
    return f"{median} ms ({low}-{high})"


def megabytes(size: Spread) -> str:
    """A size as text."""
    return f"{size.median / 1e6:.1f} MB"


def compared(
    group: str,
    what: str,
    against: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    limit: float | None = None,
    text: Callable[[Spread], str] = milliseconds,
    **more: Any,
) -> Row:
    """A row for the samples of many rounds."""
    both = text(Spread.of(ours)), text(Spread.of(theirs))
    return Row(group, what, against, *both, ratio(ours, theirs), limit, **more)


def counted(
    group: str, what: str, against: str, ours: float, theirs: object, limit: float, **more: Any
) -> Row:
    """A row for a number that is the same in every run."""
    return Row(
        group, what, against, f"{ours:g}", f"{theirs}", Spread.exactly(ours), limit, unit="", **more
    )


def panel(title: str, unit: str, samples: dict[str, list[float]], scale: float) -> Panel:
    """The medians of all samples as bars."""
    medians = {name: Spread.of(values).median * scale for name, values in samples.items()}
    return Panel(title, unit, medians)
