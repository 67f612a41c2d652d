"""The examples of a page."""

import re
import textwrap

from support.checkout import ROOT


def blocks(page: str, language: str) -> list[str]:
    """The code of each block of ``page`` in this language. A block in a list is indented."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for block in found]


def commands(page: str) -> list[str]:
    """Each command of ``page``, without its comment."""
    return [
        line.removeprefix("$ ").partition("  #")[0].strip()
        for block in blocks(page, "console")
        for line in block.splitlines()
        if line.startswith("$ ")
    ]


def pages() -> list[str]:
    """The Markdown files of the documentation."""
    patterns = ("*.md", "docs/*.md", "examples/*/README.md", "bench/NOTES.md")
    return sorted(
        path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern)
    )


def links(page: str) -> list[str]:
    """The targets of the links and pictures of ``page``, outside of code."""
    text = (ROOT / page).read_text(encoding="utf-8")
    prose = re.sub(r"^ *```.*?^ *```|`[^`\n]+`", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"\]\(([^)\s]+)\)", prose)
