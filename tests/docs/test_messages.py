"""Every sentence that the construct or the function can fail with is on the operator's page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "messages.md").read_text(encoding="utf-8").split())
CODE = [
    *(ROOT / "lambda" / "chime_expiration_handler").glob("*.py"),
    *(ROOT / "constructs" / "chime_expiration").glob("_[a-z]*.py"),
    *(ROOT / "expiration_app").glob("*.py"),
]


def texts(node: ast.AST) -> Iterator[str]:
    """The longest literal piece of each text within ``node``, placeholders left out."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield max(inner.value.split("{}"), key=len)


def said(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield from texts(node.exc)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "_refusal",
            "_fitting",
        ):
            yield from texts(node)


def pieces() -> set[str]:
    found = set()
    for path in CODE:
        for text in said(ast.parse(path.read_text(encoding="utf-8"))):
            piece = " ".join(text.split()).strip("'\"; :,.]")
            if len(re.findall(r"[A-Za-z]{2,}", piece)) >= 3:
                found.add(piece)
    return found


@pytest.mark.parametrize("piece", sorted(pieces()))
def test_a_message_is_on_the_page(piece):
    assert piece in PAGE


def test_the_messages_are_found_at_all():
    assert len(pieces()) > 30
