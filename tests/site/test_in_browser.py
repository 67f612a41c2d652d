"""The site in a browser, from file://: Chromium, from the npm registry, without a network."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.checkout import ROOT

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "tests" / "site" / "browse.mjs"
LOOKS = ["light", "dark", "narrow"]
# What somebody searches for, and the page that has to be the first result.
SEARCHES = {
    "notice": "docs/policy.html",
    "RemovalPolicy": "docs/one-user.html",
    "metric_users_overdue": "docs/api.html",
    "57 of 60 users still to clear; delete again to go on": "docs/messages.html",
    "AppInstanceUser not found; create it first, correct the ARN": "docs/messages.html",
}


@dataclass(frozen=True)
class Visit:
    """What the browser saw, and where its screenshots are."""

    seen: dict[str, Any]
    site: Path
    screenshots: Path


@pytest.fixture(scope="module")
def visit(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    screenshots = tmp_path_factory.mktemp("screenshots")
    pages = [
        file.relative_to(site).as_posix()
        for file in sorted(site.rglob("*.html"))
        if file != site / "index.html"
    ]
    # The unpacked browser has 220 MB, and pytest keeps its folders.
    with tempfile.TemporaryDirectory() as unpacked:
        browser = subprocess.run(
            ["node", SCRIPT, site, screenshots, json.dumps(pages), json.dumps(list(SEARCHES))],
            env={**os.environ, "TMPDIR": unpacked},
            capture_output=True,
            text=True,
            timeout=240,
        )
    assert browser.returncode == 0, browser.stderr
    return Visit(json.loads(browser.stdout), site, screenshots)


def test_the_browser_reports_no_error(visit: Visit) -> None:
    assert visit.seen["console"] == []


def test_every_request_is_for_a_file_of_the_site(visit: Visit) -> None:
    # GIVEN
    inside = visit.site.resolve().as_uri()

    # THEN
    assert len(visit.seen["requests"]) > 100
    assert [url for url in visit.seen["requests"] if not url.startswith(f"{inside}/")] == []


def test_axe_has_no_serious_findings(visit: Visit) -> None:
    # WHEN
    serious = [
        f"{page}, {look}: {each['finding']}"
        for page, looks in visit.seen["pages"].items()
        for look, seen in looks.items()
        for each in seen["violations"]
        if each["impact"] in ("serious", "critical")
    ]

    # THEN
    assert len(visit.seen["pages"]) > 20
    assert serious == []


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_is_wider_than_the_screen_and_every_picture_is_shown(
    visit: Visit, look: str
) -> None:
    # GIVEN
    pages = {page: looks[look] for page, looks in visit.seen["pages"].items()}

    # THEN
    assert {page: seen["overflow"] for page, seen in pages.items() if seen["overflow"]} == {}
    assert [picture for seen in pages.values() for picture in seen["broken"]] == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_diagrams_are_drawn_in_the_colour_of_the_text(visit: Visit, look: str) -> None:
    # GIVEN
    seen = visit.seen["pages"]["docs/how-it-works.html"][look]

    # THEN
    assert seen["diagrams"] == 2
    assert len(seen["labels"]) > 20
    assert all(seen["labels"])


def test_the_colours_are_those_that_the_reader_prefers(visit: Visit) -> None:
    for looks in visit.seen["pages"].values():
        assert looks["light"]["background"] == looks["narrow"]["background"]
        assert looks["light"]["background"] != looks["dark"]["background"]


@pytest.mark.parametrize(("text", "first"), SEARCHES.items())
def test_a_search_finds_the_page(visit: Visit, text: str, first: str) -> None:
    # WHEN
    results = visit.seen["searches"][text]

    # THEN
    assert results
    assert results[0].partition("#")[0] == first
