"""The sections of CHANGELOG.md, which has the format of Keep a Changelog."""

import re
from datetime import date
from typing import Self

_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>.*))?$", re.MULTILINE)
_UNRELEASED = "Unreleased"


class Changelog:
    """The text and the date of each section, by the name in its heading."""

    def __init__(self, sections: dict[str, tuple[str, str | None]]) -> None:
        self._sections = sections

    @classmethod
    def parse(cls, text: str) -> Self:
        headings = list(_HEADING.finditer(text))
        ends = [*(heading.start() for heading in headings[1:]), len(text)]
        return cls(
            {
                heading["name"]: (text[heading.end() : end].strip(), heading["date"])
                for heading, end in zip(headings, ends, strict=True)
            }
        )

    def changes(self, version: str) -> str:
        """The text of the section of a version. Raises KeyError."""
        return self._sections[version][0]

    def problems(self, version: str) -> list[str]:
        """Why this is not the changelog of a release of ``version``."""
        found = []
        heading = f"'## [{version}] - YYYY-MM-DD'"
        if version not in self._sections:
            found.append(
                f"CHANGELOG.md has no section for {version}: put {heading} under "
                f"'## [{_UNRELEASED}]', above the changes"
            )
            return found
        text, day = self._sections[version]
        if not _is_date(day):
            found.append(f"CHANGELOG.md has the date '{day or ''}' for {version}: write {heading}")
        if not _lists_changes(text):
            found.append(f"CHANGELOG.md lists no changes for {version}: add a line for each change")
        if _lists_changes(self._sections.get(_UNRELEASED, ("", None))[0]):
            found.append(
                f"CHANGELOG.md lists changes under '## [{_UNRELEASED}]': "
                f"move them to the section of {version}"
            )
        return found


def _is_date(text: str | None) -> bool:
    try:
        return date.fromisoformat(text or "").isoformat() == text
    except ValueError:
        return False


def _lists_changes(text: str) -> bool:
    return any(line.startswith("- ") for line in text.splitlines())
