"""The rows of the result: what was measured, against what, and what it must reach."""

from dataclasses import dataclass

from bench.panels import Panel
from bench.samples import Spread


@dataclass(frozen=True)
class Row:
    """One comparison.

    ``value`` has to be at most ``limit`` (at least, where ``least``); a row without a limit is
    there to be read. ``value`` is a ratio of times that were waited, unless ``waited`` holds that
    one beside it; ``processor`` is the same ratio in processor time. ``note`` says what the numbers
    cannot.
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

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.limit is None:
            return None
        if self.least:
            return self.value.median >= self.limit
        return self.value.median <= self.limit

    @property
    def certain(self) -> bool:
        """Whether the target lies outside the spread of the value."""
        return (
            self.limit is None
            or not self.value.low <= self.limit <= self.value.high
            or (self.value.low == self.value.high)
        )

    @property
    def target(self) -> str:
        """The target, as people read it."""
        if self.limit is None:
            return ""
        return f"{'≥' if self.least else '≤'} {self.limit:g}{_spaced(self.unit)}"

    @property
    def measured(self) -> str:
        """The value with its spread, as people read it."""
        if self.unit != "×":
            return f"{self.value.median:g}{_spaced(self.unit)}"
        text = f"{self.value.median:.2f} ×"
        if f"{self.value.low:.2f}" != f"{self.value.high:.2f}":
            text += f" ({self.value.low:.2f}-{self.value.high:.2f})"
        return text


@dataclass(frozen=True)
class Result:
    """What one measurement adds to the table and to the picture."""

    rows: list[Row]
    panels: list[Panel]


def exactly(value: float) -> Spread:
    """A value that no repetition changes."""
    return Spread(value, value, value)


def milliseconds(seconds: Spread) -> str:
    """A time with its spread."""
    values = [each * 1000 for each in (seconds.median, seconds.low, seconds.high)]
    digits = 0 if values[0] >= 100 else 1
    median, low, high = (f"{value:.{digits}f}" for value in values)
    return f"{median} ms ({low}-{high})"


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""
