"""The API reference has every public name, as a user writes it, and nothing of jsii."""

import inspect
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

import chime_expiration
import chime_expiration.testing

pytestmark = pytest.mark.slow

PUBLIC = [
    (module, name)
    for module in (chime_expiration, chime_expiration.testing)
    for name in module.__all__
]


@pytest.fixture(scope="module")
def reference(site: Path) -> BeautifulSoup:
    return BeautifulSoup((site / "docs" / "api.html").read_text("utf-8"), "html.parser")


def entry(reference: BeautifulSoup, name: str) -> Tag:
    found = reference.find("dt", id=name)
    assert isinstance(found, Tag), f"{name} is not in the reference"
    return found


def own_members(documented: Any) -> set[str]:
    return {name for name in vars(documented) if not name.startswith("_")}


@pytest.mark.parametrize(("module", "name"), PUBLIC, ids=[name for _, name in PUBLIC])
def test_a_public_name_is_in_the_reference_with_its_parameters(
    reference: BeautifulSoup, module: ModuleType, name: str
) -> None:
    # GIVEN
    documented = getattr(module, name)
    expected = [] if is_enum(documented) else list(parameters_of(documented))

    # WHEN
    listed = entry(reference, f"{module.__name__}.{name}")

    # THEN
    shown = [
        each.get_text().partition(":")[0].partition("=")[0] for each in listed.select(".sig-param")
    ]
    assert [each for each in shown if each not in ("*", "/")] == expected
    description = listed.find_next_sibling("dd")
    assert isinstance(description, Tag)
    # The descriptions of its members are further inside.
    assert description.find("p", recursive=False)


def is_enum(documented: Any) -> bool:
    return inspect.isclass(documented) and issubclass(documented, Enum)


def parameters_of(documented: Any) -> list[str]:
    function = documented.__init__ if inspect.isclass(documented) else documented
    return [name for name in inspect.signature(function).parameters if name != "self"]


@pytest.mark.parametrize(
    "name", [name for _, name in PUBLIC if inspect.isclass(getattr(chime_expiration, name, None))]
)
def test_a_class_has_its_own_public_members_and_no_others(
    reference: BeautifulSoup, name: str
) -> None:
    # GIVEN
    prefix = f"chime_expiration.{name}."

    # WHEN
    listed = {
        str(each["id"]).removeprefix(prefix)
        for each in reference.find_all("dt", id=True)
        if str(each["id"]).startswith(prefix)
    }

    # THEN
    members = own_members(getattr(chime_expiration, name))
    assert listed == {member for member in members if not member.startswith("_")}


def test_units_are_in_the_reference(reference: BeautifulSoup) -> None:
    # GIVEN
    policy = entry(reference, "chime_expiration.AppInstanceUserExpirationPolicy")
    description = policy.find_next_sibling("dd")

    # THEN
    assert description
    text = " ".join(description.get_text().split())
    assert (
        "expire_after – How long after its creation a user is deleted: whole days, 1-5475" in text
    )
    assert "calls_per_second – How many users a sweep sets in a second, at most" in text
