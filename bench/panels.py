"""The parts of the picture: a few bars that are compared with each other."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One value, of this project or of a peer."""

    name: str
    value: float


@dataclass(frozen=True)
class Panel:
    """Bars of one measurement; less is better. The first is this project's."""

    title: str
    unit: str
    bars: list[Bar]
