"""The demo as a picture: the output of a real run, drawn as a terminal."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.terminal_theme import TerminalTheme

from localaws.demo.terminal import console

APP_INSTANCE_ID = "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"
POLICY_APP_INSTANCE_ID = "b07f3d52-91c4-4e0a-8f5b-2d6e7a1c3f84"
"""The same in every picture, so that two pictures differ only if the demo differs."""

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
    """Record the output, at the width of the picture."""
    console.record, console.width = True, _COLUMNS
    try:
        yield
    finally:
        console.record = False


@contextmanager
def drawing(picture: Path | None) -> Iterator[None]:
    """Draw the output into a file, if there is one."""
    if picture is None:
        yield
        return
    with recording():
        yield
        picture.write_text(draw(), encoding="utf-8")


def draw() -> str:
    """The recorded output as an SVG without a font to download."""
    drawn = console.export_svg(title="make demo", theme=_THEME, unique_id="demo")
    return _WEB_FONT.sub("", drawn)


def without_dates(drawn: str) -> str:
    """The picture with each date replaced: what is the same on every day."""
    return _DATE.sub("DATE", drawn)
