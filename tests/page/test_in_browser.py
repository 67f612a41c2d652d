"""The page in a browser: Chromium, from the npm registry, without a network."""

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chime_expiration_cli.page.render import render
from page.sample_page import HOSTILE, USERS, large_page, sample_page
from support.checkout import ROOT

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "tests" / "page" / "browser.mjs"
LOOKS = ["light", "dark", "narrow", "narrow-dark"]
SEARCHES = ["guest-04242", "Modified  2026-06-05", "2026-06-05", "guest", "nobody", "</style>"]


@dataclass(frozen=True)
class Visit:
    """What the browser saw, and the files that it opened and wrote."""

    seen: dict[str, Any]
    folder: Path


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder = tmp_path_factory.mktemp("page")
    sample, large = folder / "sample.html", folder / "large.html"
    sample.write_text(render(sample_page()), encoding="utf-8")
    large.write_text(render(large_page()), encoding="utf-8")
    # The unpacked browser has 220 MB, and pytest keeps its folders.
    with tempfile.TemporaryDirectory() as unpacked:
        browser = subprocess.run(
            ["node", SCRIPT, sample, large, folder, *SEARCHES],
            env={**os.environ, "TMPDIR": unpacked},
            capture_output=True,
            text=True,
            timeout=240,
        )
    assert browser.returncode == 0, browser.stderr
    return Visit(json.loads(browser.stdout), folder)


def test_the_browser_reports_no_error_and_no_blocked_request(visit: Visit) -> None:
    assert visit.seen["console"] == []


def test_no_request_leaves_the_page(visit: Visit) -> None:
    # GIVEN
    files = {(visit.folder / name).as_uri() for name in ("sample.html", "large.html")}

    # THEN
    assert set(visit.seen["requests"]) == files
    assert len(visit.seen["requests"]) == visit.seen["visits"]


def test_the_security_policy_blocks_what_the_page_does_not_have(visit: Visit) -> None:
    # THEN an image, two scripts, a style sheet and a request of a script
    assert visit.seen["blocked"] == [
        "connect-src",
        "img-src",
        "script-src-elem",
        "script-src-elem",
        "style-src-elem",
    ]


def test_ids_cannot_take_over_the_page(visit: Visit) -> None:
    assert visit.seen["title"] == "Drift – Expirations of Amazon Chime SDK AppInstanceUsers"
    assert HOSTILE in visit.seen["looks"]["light"]["users"]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_has_no_findings(visit: Visit, look: str) -> None:
    assert visit.seen["looks"][look]["violations"] == []
    assert visit.seen["looks"][look]["rules"] > 30


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_wider_than_the_screen_and_one_picture_is_shown(visit: Visit, look: str) -> None:
    assert visit.seen["looks"][look]["overflow"] == 0
    assert visit.seen["looks"][look]["charts"] == 1
    assert (visit.folder / f"{look}.png").stat().st_size > 50_000


def test_the_colours_are_those_that_the_reader_prefers(visit: Visit) -> None:
    # GIVEN
    colours = {look: visit.seen["looks"][look]["colours"] for look in LOOKS}

    # THEN also those of the picture
    assert colours["light"] == colours["narrow"]
    assert colours["dark"] == colours["narrow-dark"]
    assert not set(colours["light"]) & set(colours["dark"])


def test_a_screen_reader_has_the_table_on_every_screen(visit: Visit) -> None:
    # GIVEN the rows of the users, with the heading, a user and four cells each
    rows = len(sample_page().users)

    # THEN
    for look in LOOKS:
        assert visit.seen["looks"][look]["roles"] == {
            "columnheader": 5,
            "row": rows + 1,
            "rowheader": rows,
            "cell": 4 * rows,
        }


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit: Visit) -> None:
    # GIVEN
    stops = visit.seen["keyboard"]

    # THEN
    assert [stops[0]["text"], stops[-1]["id"]] == ["Skip to the users", "search"]
    assert {each["tagName"] for each in stops} == {"A", "SUMMARY", "INPUT"}
    assert {(each["outlineStyle"], each["outlineWidth"]) for each in stops} == {("solid", "3px")}


def test_a_number_at_the_top_searches_for_its_users(visit: Visit) -> None:
    # THEN
    assert visit.seen["chip"]["search"] == "ORPHANED"
    assert visit.seen["chip"]["rows"] == ["guest-47"]


def test_a_day_of_the_calendar_searches_for_its_users(visit: Visit) -> None:
    assert visit.seen["day"]["search"] == "2026-06-19"
    assert visit.seen["day"]["rows"] == ["guest-42"]


def test_without_scripts_the_page_has_all_users_and_no_search(visit: Visit) -> None:
    assert visit.seen["withoutScript"] == {"rows": USERS, "search": False}


def test_paper_is_light_and_has_what_the_screen_folds(visit: Visit) -> None:
    # GIVEN the dark page
    printed = visit.seen["print"]

    # THEN
    assert printed["colour"] == "rgb(255, 255, 255)"
    assert (printed["foldedOnPaper"], printed["foldedAfterwards"]) == (0, 1)
    assert printed["form"] is False
    assert (visit.folder / "print.pdf").read_bytes().startswith(b"%PDF")


def expected_users(text: str) -> list[str]:
    """The ids of the users whose row has every word of ``text``, in the order of the page."""
    return [
        row.user
        for row in large_page().users_by_expiry
        if all(word in f"{row}".lower() for word in text.lower().split())
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [("guest-04242", 1), ("Modified  2026-06-05", 1), ("2026-06-05", 24), ("nobody", 0)],
)
def test_a_search_finds_every_user_that_has_all_words(visit: Visit, text: str, number: int) -> None:
    # WHEN
    search = visit.seen["searches"][text]

    # THEN
    assert search["rows"] == expected_users(text)
    assert len(search["rows"]) == number
    assert search["found"] == f"{number} of 10,000 users"
    assert search["none"] is (number == 0)


def test_of_very_many_users_the_first_are_shown_until_all_are_asked_for(visit: Visit) -> None:
    # GIVEN
    search = visit.seen["searches"]["guest"]
    everybody = expected_users("guest")

    # THEN
    assert search["found"] == "10,000 of 10,000 users, the first 500 shown"
    assert search["rows"] == everybody[:500]
    assert visit.seen["all"] == everybody
    assert re.fullmatch("10,000 of 10,000 users", visit.seen["allFound"])
