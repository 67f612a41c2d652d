"""A name that template, handler and command line share is written in one product file."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chime_expiration_handler.contract import attributes, environment, physical_id, properties
from support.checkout import ROOT

CONTRACT = Path("lambda", "chime_expiration_handler", "contract")
PRODUCT_FILES = sorted(
    path.relative_to(ROOT)
    for root in ("lambda", "constructs", "cli", "expiration_app")
    for path in (ROOT / root).rglob("*.py")
)

# Chime SDK Identity has members of these names too. The files that read or write its
# ExpirationSettings use the names of the API, which our properties only happen to share.
NAMES_OF_THE_API_TOO = (properties.USER_ARN, properties.DAYS, properties.CRITERION)
API_STRUCTURE = "ExpirationSettings"

FILES = {
    properties.RESOURCE_TYPE: "properties.py",
    properties.USER_ARN: "properties.py",
    properties.DAYS: "properties.py",
    properties.CRITERION: "properties.py",
    "AllowImmediateExpiration": "properties.py",
    "AppInstanceUserIsToken": "properties.py",
    "MissingUser": "properties.py",
    environment.STACK_HAS_TOKEN_USERS: "environment.py",
    attributes.EXPIRES_AT: "attributes.py",
    attributes.USER_NOT_FOUND: "attributes.py",
    physical_id.NOTHING_SET: "physical_id.py",
}


def strings(source: str) -> Iterator[str]:
    """The string literals of a module, without the names of classes in ``__all__``."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@cache
def product_files() -> dict[Path, tuple[str, frozenset[str]]]:
    """The text and the strings of each file; they are the same for every name."""
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in PRODUCT_FILES}
    return {path: (text, frozenset(strings(text))) for path, text in texts.items()}


@pytest.mark.parametrize(("name", "file"), FILES.items(), ids=FILES.keys())
def test_a_name_of_the_contract_is_written_in_one_file(name: str, file: str) -> None:
    # GIVEN
    sources = product_files()
    if name in NAMES_OF_THE_API_TOO:
        sources = {path: it for path, it in sources.items() if API_STRUCTURE not in it[0]}

    # WHEN
    found = [path for path, (_, literals) in sources.items() if name in literals]

    # THEN
    assert found == [CONTRACT / file]


def test_every_property_in_the_template_is_a_name_of_the_contract() -> None:
    # WHEN
    template = properties.ExpirationProperties.to_template(
        "arn",
        30,
        allow_immediate_expiration=True,
        missing_user=properties.MissingUser.IGNORE,
        user_is_token=True,
    )

    # THEN
    assert set(template) < set(FILES)
