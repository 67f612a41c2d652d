"""The HTML of the page: what it contains, and that it can load nothing."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from chime_expiration_cli.page.render import render
from page.sample_page import HOSTILE, QUOTES, large_page, sample_page, user_row

# What a browser follows or loads on its own.
LOADS = ("action", "background", "data", "formaction", "poster", "src", "srcset", "xlink:href")


class Elements(HTMLParser):
    """The elements of a document, and its texts without those of style and script."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.codes: dict[str, list[str]] = {"style": [], "script": []}
        self._open = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._open = ""

    def handle_data(self, data: str) -> None:
        self.codes.get(self._open, self.texts).append(data)


@pytest.fixture(scope="module")
def document() -> str:
    return render(sample_page())


@pytest.fixture(scope="module")
def elements(document: str) -> Elements:
    return Elements(document)


def test_ids_and_messages_stay_texts(elements: Elements) -> None:
    # THEN there is one script, no image, and no handler; the ids are shown as they are
    tags = [tag for tag, _ in elements.elements]
    names = {name for _, attributes in elements.elements for name in attributes}
    assert (tags.count("script"), tags.count("style"), tags.count("img")) == (1, 1, 0)
    assert not [name for name in names if name.startswith("on") or name == "autofocus"]
    assert elements.texts.count(HOSTILE) >= 4
    assert elements.texts.count(QUOTES) >= 4


def test_nothing_is_loaded(elements: Elements) -> None:
    # GIVEN
    attributes = [
        (name, text) for _, each in elements.elements for name, text in each.items() if text
    ]

    # THEN
    assert not [each for each in attributes if each[0] in LOADS]
    assert {text[:1] for name, text in attributes if name == "href"} == {"#", "d"}
    assert ("href", "data:,") in attributes
    assert "url(" not in elements.codes["style"][0]
    assert "@import" not in elements.codes["style"][0]


def test_the_security_policy_allows_the_style_and_the_script_of_the_page_only(
    elements: Elements,
) -> None:
    # GIVEN
    [policy] = [
        each["content"]
        for tag, each in elements.elements
        if tag == "meta" and each.get("http-equiv") == "Content-Security-Policy"
    ]
    hashes = {
        name: base64.b64encode(hashlib.sha256("".join(code).encode()).digest()).decode()
        for name, code in elements.codes.items()
    }

    # THEN
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashes['style']}'; "
        f"script-src 'sha256-{hashes['script']}'; base-uri 'none'; form-action 'none'"
    )
    assert not [each for _, each in elements.elements if "style" in each]


def test_the_same_report_gives_the_same_page(document: str) -> None:
    assert render(sample_page()) == document


def test_users_are_in_the_order_in_which_they_expire(document: str) -> None:
    # GIVEN
    [table] = re.findall(r'<table class="rows.*?</table>', document, re.DOTALL)

    # WHEN
    users = re.findall(r'<th scope="row"><bdi>(.*?)</bdi>', table)

    # THEN users that never expire, or of whom it is not known, are last
    assert users[:4] == ["us-east-1:cat:guest", "load-test", "guest-47", "guest-46"]
    assert users[-3:] == ["guest-1", "guest-44", "guest-45"]


def test_problems_come_before_warnings(document: str) -> None:
    # WHEN
    tones = re.findall(r'<li class="(problem|warning)">', document)

    # THEN
    assert "warning" in tones
    assert tones == sorted(tones)


def test_every_table_has_a_caption_and_every_heading_a_scope(elements: Elements) -> None:
    # GIVEN
    tags = [tag for tag, _ in elements.elements]

    # THEN
    assert tags.count("table") == tags.count("caption") == 3
    assert all("scope" in each for tag, each in elements.elements if tag == "th")


def test_the_table_behind_the_picture_has_its_numbers() -> None:
    # GIVEN
    page = large_page()

    # WHEN
    document = render(page)

    # THEN each day of the calendar has 24 users, which the bars and the table say
    assert '<a href="#users" data-search="2026-06-03">2026-06-03</a> Wed</th>' in document
    for chart in re.findall(r"<svg.*?</svg>", document, re.DOTALL):
        bars = re.findall(r"<title>2026-06-03: (\d+) (.*?)</title>", chart)
        assert bars == [("24", "IN_SYNC")]
    assert re.search(r'2026-06-03</a> Wed</th><td class="n">24</td>', document)


def test_many_problems_are_folded() -> None:
    # WHEN
    document = render(large_page())

    # THEN
    assert "<summary>80 more</summary>" in document
    assert document.count('<li class="problem">') == 100


def test_what_is_empty_is_said() -> None:
    # GIVEN
    page = replace(sample_page(), problems=(), users=(), stacks=())

    # WHEN
    document = render(page)

    # THEN
    assert "<p>Nothing.</p>" in document
    assert "<p>No user is declared.</p>" in document
    assert "<p>No stack was found.</p>" in document


def test_a_page_without_expirations_has_no_picture() -> None:
    # GIVEN
    sample = sample_page()
    days = tuple(replace(day, counts=(0,) * len(day.counts)) for day in sample.calendar.days)
    page = replace(sample, calendar=replace(sample.calendar, days=days, later=0, expired=0))

    # WHEN
    document = render(page)

    # THEN
    assert "<svg" not in document
    assert "0 users expire by 2026-07-12, 0 later. Days are in UTC." in document


def test_a_right_to_left_id_does_not_reorder_its_line() -> None:
    # GIVEN an id that is read from right to left, and one with an override of the direction
    page = replace(sample_page(), users=(user_row("\u05d0guest"), user_row("\u202eguest")))

    # THEN
    assert "<bdi>\u05d0guest</bdi> <small>" in render(page)
    assert "<bdi>\\u202eguest</bdi> <small>" in render(page)


def test_control_characters_are_shown_as_their_escapes() -> None:
    # GIVEN
    page = replace(sample_page(), users=(user_row("a\x1b[2Jb", "c\x00d", "e\nf"),))

    # WHEN
    document = render(page)

    # THEN
    assert not set("\x1b\x00") & set(document)
    for text in ("a\\x1b[2Jb", "c\\x00d", "e\\nf"):
        assert text in document
