"""What keeps a version from being tagged or published."""

from pathlib import Path

import pytest

from release.checkout import Checkout
from support.git import commit_all


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_clean_checkout_of_main_with_a_new_version_and_its_changes_is_released(
    checkout: Checkout,
) -> None:
    # THEN
    assert checkout.problems() == []


def test_another_branch_is_refused(checkout: Checkout) -> None:
    # GIVEN
    checkout.git("switch", "--quiet", "--create", "feature")

    # THEN
    assert checkout.problems() == [
        "the branch is 'feature': releases are tagged on main; merge, and switch to it"
    ]


def test_changed_and_new_files_are_refused(checkout: Checkout) -> None:
    # GIVEN
    replace(checkout.root / "CHANGELOG.md", "A second thing", "Another thing")
    for name in ("a.py", "b.py", "c.py"):
        (checkout.root / name).touch()

    # THEN
    assert checkout.problems() == [
        "files are changed or not in git: CHANGELOG.md, a.py, b.py, …; commit or remove them"
    ]


@pytest.mark.parametrize("version", ["0.2", "0.2.0rc1", "v0.2.0", "0.02.0"])
def test_a_version_that_is_not_three_numbers_is_refused(checkout: Checkout, version: str) -> None:
    # GIVEN
    for name in ("pyproject.toml", "CHANGELOG.md"):
        replace(checkout.root / name, "0.2.0", version)
    commit_all(checkout)

    # THEN
    assert checkout.problems() == [
        f"the version '{version}' in pyproject.toml is not three numbers: use MAJOR.MINOR.PATCH"
    ]


def test_a_version_that_is_tagged_is_refused(checkout: Checkout) -> None:
    # GIVEN
    checkout.git("tag", "v0.2.0")

    # THEN
    assert checkout.problems() == ["the tag 'v0.2.0' exists: set a newer version in pyproject.toml"]


def test_a_version_that_is_older_than_a_tag_is_refused(checkout: Checkout) -> None:
    # GIVEN tags that text would sort otherwise
    for tag in ("v0.10.0", "v0.9.0", "vendored"):
        checkout.git("tag", tag)

    # THEN
    assert checkout.problems() == [
        "the version 0.2.0 is older than the tag 'v0.10.0': set a newer version in pyproject.toml"
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "[0.2.0]",
            "[0.3.0]",
            (
                "CHANGELOG.md has no section for 0.2.0: "
                "put '## [0.2.0] - YYYY-MM-DD' under '## [Unreleased]', above the changes"
            ),
        ),
        (
            "- 2026-03-01",
            "- 1 March",
            "CHANGELOG.md has the date '1 March' for 0.2.0: write '## [0.2.0] - YYYY-MM-DD'",
        ),
        (
            "[0.2.0] - 2026-03-01",
            "[0.2.0]",
            "CHANGELOG.md has the date '' for 0.2.0: write '## [0.2.0] - YYYY-MM-DD'",
        ),
        (
            "- A second thing.\n",
            "",
            "CHANGELOG.md lists no changes for 0.2.0: add a line for each change",
        ),
        (
            "## [Unreleased]\n",
            "## [Unreleased]\n\n- A third thing.\n",
            "CHANGELOG.md lists changes under '## [Unreleased]': move them to the section of 0.2.0",
        ),
    ],
    ids=["no section", "other date", "no date", "no changes", "unreleased changes"],
)
def test_a_changelog_that_does_not_describe_the_version_is_refused(
    checkout: Checkout, old: str, new: str, problem: str
) -> None:
    # GIVEN
    replace(checkout.root / "CHANGELOG.md", old, new)
    commit_all(checkout)

    # THEN
    assert checkout.problems() == [problem]


def test_a_pushed_tag_of_a_commit_on_main_is_published(checkout: Checkout) -> None:
    # GIVEN what the workflow checks out: a commit, and no branch
    checkout.git("checkout", "--quiet", "--detach")

    # THEN
    assert checkout.problems_with("v0.2.0") == []


def test_a_pushed_tag_that_is_not_the_version_is_refused(checkout: Checkout) -> None:
    # THEN
    assert checkout.problems_with("v0.3.0") == [
        (
            "the tag 'v0.3.0' does not name the version 0.2.0 of pyproject.toml: "
            "delete the tag and run make release"
        )
    ]


def test_a_pushed_tag_of_a_commit_that_is_not_on_main_is_refused(checkout: Checkout) -> None:
    # GIVEN
    checkout.git("switch", "--quiet", "--create", "feature/main")
    commit_all(checkout)

    # THEN
    assert checkout.problems_with("v0.2.0") == [
        "the commit of 'v0.2.0' is not on main: merge it, and tag the merged commit"
    ]
