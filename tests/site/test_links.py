"""No link of the site, and none of its Markdown sources, leads nowhere."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from support.checkout import ROOT
from support.markdown import links, pages

pytestmark = pytest.mark.slow


@cache
def parsed(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(file: Path) -> set[str]:
    return {str(element["id"]) for element in parsed(file).find_all(id=True)}


def is_dead(file: Path, target: str) -> bool:
    """Whether ``target``, in ``file``, is a file or an anchor that the site does not have."""
    url = urlsplit(target)
    if url.scheme or url.netloc:
        return not (url.scheme == "https" and "." in url.netloc)
    linked = (file.parent / unquote(url.path)).resolve() if url.path else file
    if not linked.is_file():
        return True
    return bool(url.fragment) and unquote(url.fragment) not in anchors(linked)


def test_no_link_of_the_site_is_dead(site: Path) -> None:
    # GIVEN
    targets = [
        (file, str(element[attribute]))
        for file in sorted(site.rglob("*.html"))
        for attribute in ("href", "src")
        for element in parsed(file).select(f"[{attribute}]")
    ]

    # WHEN
    dead = [
        f"{file.relative_to(site)}: {target}" for file, target in targets if is_dead(file, target)
    ]

    # THEN
    assert len(targets) > 1000
    assert dead == []


def test_no_script_style_font_or_picture_comes_from_another_host(site: Path) -> None:
    # GIVEN
    loaded = [
        str(element.get("src") or element.get("href"))
        for file in site.rglob("*.html")
        for element in parsed(file).select("script[src], img[src], link[href], iframe[src]")
    ]
    styles = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))

    # THEN
    assert [target for target in loaded if urlsplit(target).netloc] == []
    assert re.findall(r"(?:url\(|@import)[\s\"']*(?:https?:)?//[^)]*", styles) == []


def github_anchors(page: str) -> set[str]:
    """The anchors that GitHub makes for the headings of ``page``."""
    text = re.sub(r"^ *```.*?^ *```", "", (ROOT / page).read_text("utf-8"), flags=re.S | re.M)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages())
def test_no_link_of_a_page_is_dead_on_github(page: str) -> None:
    # WHEN
    dead = []
    for target in links(page):
        url = urlsplit(target)
        if url.scheme:
            dead += [] if url.scheme == "https" and "." in url.netloc else [target]
            continue
        linked = ((ROOT / page).parent / url.path).resolve() if url.path else ROOT / page
        if not linked.exists() or (
            url.fragment and url.fragment not in github_anchors(str(linked.relative_to(ROOT)))
        ):
            dead.append(target)

    # THEN
    assert dead == []


@pytest.mark.parametrize("page", pages())
def test_every_page_is_in_the_site(page: str, site: Path) -> None:
    assert (site / page).with_suffix(".html").is_file()
