"""The file of the page: written as a whole, or not at all."""

from pathlib import Path

import pytest

from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.page.page_file import unusable, write_page

LONG = "a" * 300


def test_a_new_file_and_an_existing_one_can_be_used(tmp_path: Path) -> None:
    # GIVEN
    existing = tmp_path / "old.html"
    existing.write_text("old")

    # THEN
    assert unusable(str(tmp_path / "new.html")) == ""
    assert unusable(str(existing)) == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("-", "'-' is not a file: standard output has the tables; use a name such as report.html"),
        ("", "'' is not a file: use a name such as report.html"),
        ("/", "'/' is a directory: use a file in it, such as '/report.html'"),
        ("/no/folder/a.html", "the folder of '/no/folder/a.html' does not exist: create it first"),
        ("/dev/null", "'/dev/null' is not a regular file: use another name"),
        (LONG, f"'{LONG}' cannot be used: File name too long; use another file"),
    ],
)
def test_other_names_are_refused_with_the_fix(name: str, message: str) -> None:
    assert unusable(name) == message


def test_the_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    # GIVEN somebody who has the old page open
    page = tmp_path / "status.html"
    page.write_text("old")

    # WHEN
    with page.open() as reader:
        write_page(str(page), "new")
        read = reader.read()

    # THEN
    assert (read, page.read_text()) == ("old", "new")
    assert list(tmp_path.iterdir()) == [page]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    # GIVEN
    page, link = tmp_path / "status.html", tmp_path / "latest.html"
    link.symlink_to(page)

    # WHEN
    write_page(str(link), "new")

    # THEN
    assert link.is_symlink()
    assert page.read_text() == "new"


def test_the_file_has_the_usual_permissions(tmp_path: Path) -> None:
    # GIVEN
    usual = tmp_path / "usual"
    usual.touch()

    # WHEN
    write_page(str(tmp_path / "status.html"), "new")

    # THEN
    assert (tmp_path / "status.html").stat().st_mode == usual.stat().st_mode


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    # GIVEN a folder that has been made in the place of the file meanwhile
    page = tmp_path / "status.html"
    page.mkdir()

    # THEN
    with pytest.raises(CommandError, match=r"cannot write .*status\.html: Is a directory; use"):
        write_page(str(page), "new")
    assert list(tmp_path.iterdir()) == [page]


def test_half_a_surrogate_pair_is_written_as_an_escape(tmp_path: Path) -> None:
    # GIVEN
    page = tmp_path / "status.html"

    # WHEN
    write_page(str(page), "guest \ud800")

    # THEN
    assert page.read_text() == "guest \\ud800"
