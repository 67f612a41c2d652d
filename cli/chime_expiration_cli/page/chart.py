"""Draws the calendar as SVG, for one width of the page. The style sheet has its colours."""

from typing import Any

import pygal

from chime_expiration_cli.page.calendar import Calendar, Day

_WIDE = (1040, 230)
_NARROW = (360, 210)
_MOST_STEPS = 4
_UNUSED = ("defs", "script", "style", "title")


def charts(calendar: Calendar) -> dict[str, str]:
    """The SVG for wide and for narrow screens, by the class that shows it there."""
    return {"wide": _chart(calendar, *_WIDE), "narrow": _chart(calendar, *_NARROW)}


def _chart(calendar: Calendar, width: int, height: int) -> str:
    mondays = [_label(day) for day in calendar.days if day.date.weekday() == 0]
    steps = _steps(max(day.total for day in calendar.days))
    chart = pygal.StackedBar(
        # The page allows no script, no style but its own, and no request.
        js=(),
        css=(),
        truncate_label=-1,
        width=width,
        height=height,
        margin=8,
        spacing=6,
        show_legend=False,
        disable_xml_declaration=True,
        y_labels=[{"value": step, "label": f"{step:,}"} for step in steps],
        range=(0, steps[-1]),
        x_labels=[_label(day) for day in calendar.days],
        x_labels_major=mondays,
        show_minor_x_labels=False,
    )
    for number, group in enumerate(calendar.groups):
        chart.add(group, [day.counts[number] for day in calendar.days])
    chart.add_xml_filter(lambda root: _bare(root, calendar))
    return str(chart.render(is_unicode=True))


def _label(day: Day) -> str:
    return f"{day.date.day} {day.date:%b}"


def _steps(most: int) -> list[int]:
    """Round numbers from 0 to at least ``most``, not more than a few."""
    size = 1
    while most > size * _MOST_STEPS:
        # 1, 2, 5, 10, 20, 50, ...
        size = size * 5 // 2 if str(size).startswith("2") else size * 2
    return list(range(0, max(most, 1) + size, size))


def _bare(root: Any, calendar: Calendar) -> Any:
    """``root`` with what the page uses: lines, texts, and bars that have a tooltip each."""
    del root.attrib["id"]
    for parent in list(root.iter()):
        for child in list(parent):
            # The tag of a comment is a function.
            if not isinstance(child.tag, str) or child.tag in _UNUSED or _is_overlay(child):
                parent.remove(child)
    for number, group in enumerate(calendar.groups):
        bars = root.find(f".//g[@class='series serie-{number} color-{number}']/g")
        for day, bar in zip(calendar.days, list(bars), strict=True):
            count = day.counts[number]
            if not count:
                bars.remove(bar)
                continue
            [rectangle] = bar.iter("rect")
            bar[:] = [rectangle]
            title = rectangle.makeelement("title", {})
            title.text = f"{day.date:%Y-%m-%d}: {count} {group}"
            rectangle.append(title)
    return root


def _is_overlay(element: Any) -> bool:
    return "overlay" in str(element.get("class"))
