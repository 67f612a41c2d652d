"""The picture: bars without a background, with colours for light and for dark pages."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from bench.rows import Panel

_COLUMNS = 2
_PANEL_WIDTH = 420
_NAME_WIDTH = 150
_BAR_WIDTH = 170
_LINE = 22
_TITLE = 30
_GAP = 18

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .ours { fill: #0969da; }
  .theirs { fill: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ours { fill: #4493f8; }
    .theirs { fill: #57606a; }
  }
"""


def draw(panels: Sequence[Panel], file: Path) -> None:
    """Draw all panels into an SVG file."""
    parts: list[str] = []
    top = 0
    for first in range(0, len(panels), _COLUMNS):
        line = panels[first : first + _COLUMNS]
        for column, panel in enumerate(line):
            parts += _panel(panel, column * _PANEL_WIDTH, top)
        top += _TITLE + max(len(panel.bars) for panel in line) * _LINE + _GAP
    width = _COLUMNS * _PANEL_WIDTH
    alternative = "; ".join(
        f"{panel.title} in {panel.unit}: "
        + ", ".join(f"{name} {_number(value)}" for name, value in panel.bars.items())
        for panel in panels
    )
    svg = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" '
            f'height="{top}" role="img">'
        ),
        f"<title>{escape(alternative)}</title>",
        f"<style>{_STYLE}</style>",
        *parts,
        "</svg>",
    ]
    file.write_text("\n".join(svg) + "\n", encoding="utf-8")


def _panel(panel: Panel, left: int, top: int) -> list[str]:
    longest = max(panel.bars.values())
    lines = [_text(left, top + 18, f"{panel.title} ({panel.unit})", "title")]
    for number, (name, value) in enumerate(panel.bars.items()):
        style = "ours" if number == 0 else "theirs"
        line = top + _TITLE + number * _LINE
        start = left + _NAME_WIDTH
        length = max(1.0, value / longest * _BAR_WIDTH)
        lines += [
            _text(left, line + 12, name),
            (
                f'<rect class="{style}" x="{start}" y="{line}" width="{length:.1f}" height="15" '
                'rx="2"/>'
            ),
            _text(start + length + 6, line + 12, _number(value)),
        ]
    return lines


def _text(x: float, y: float, content: str, style: str = "") -> str:
    given = f' class="{style}"' if style else ""
    return f'<text{given} x="{x:.0f}" y="{y:.0f}">{escape(content)}</text>'


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 20 else f"{value:,.0f}"
