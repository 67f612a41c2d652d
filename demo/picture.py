"""The demo as a picture: what a real run prints, drawn as a terminal."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from rich.terminal_theme import TerminalTheme

from demo.terminal import console

APP_INSTANCE_ID = "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"
"""The same in each picture, so that two differ only where the demo does."""

_COLUMNS = 108
_BLACK, _WHITE = (22, 27, 34), (201, 209, 217)
_RED, _GREEN, _YELLOW = (255, 123, 114), (86, 211, 100), (227, 179, 65)
_BLUE, _MAGENTA, _CYAN = (121, 192, 255), (210, 168, 255), (57, 197, 207)
_THEME = TerminalTheme(
    _BLACK,
    _WHITE,
    [_BLACK, _RED, _GREEN, _YELLOW, _BLUE, _MAGENTA, _CYAN, _WHITE],
)
_WEB_FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@contextmanager
def recording() -> Iterator[None]:
    """Record what the demo prints, at the width of the picture."""
    console.record, console.width = True, _COLUMNS
    try:
        yield
    finally:
        console.record = False


def draw() -> str:
    """What was recorded, as an SVG that fetches nothing."""
    drawn = console.export_svg(title="make demo", theme=_THEME, unique_id="demo")
    return _WEB_FONT.sub("", drawn)


def without_dates(drawn: str) -> str:
    """The picture, with nothing in it that depends on the day."""
    return _DATE.sub("DATE", drawn)
