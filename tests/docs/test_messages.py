"""Every message of the constructs, the function and the app is in docs/messages.md."""

import ast
import re
from collections.abc import Iterator

import pytest

from support.checkout import ROOT

PAGE = " ".join((ROOT / "docs" / "messages.md").read_text(encoding="utf-8").split())
CODE = [
    path
    for folder in (
        "lambda/chime_expiration_handler",
        "constructs/chime_expiration",
        "expiration_app",
    )
    for path in sorted((ROOT / folder).rglob("*.py"))
]
FUNCTIONS_THAT_TAKE_A_MESSAGE = ("_refusal", "_fitting", "add_warning_v2", "invalid")
FUNCTIONS_THAT_RETURN_A_MESSAGE = ("_fault", "_message")
VARIABLES_WITH_A_MESSAGE = ("fault", "fix")


def message_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield node.exc
        elif isinstance(node, ast.Call):
            name = (
                node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            )
            if name in FUNCTIONS_THAT_TAKE_A_MESSAGE:
                yield node
        elif isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS_THAT_RETURN_A_MESSAGE:
            yield from (each for each in ast.walk(node) if isinstance(each, ast.Return))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in (
            VARIABLES_WITH_A_MESSAGE
        ):
            yield node.value


def literals(node: ast.AST) -> Iterator[str]:
    """The longest piece of each string literal within ``node``, without placeholders."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield max(inner.value.split("{}"), key=len)


def message_pieces() -> list[str]:
    """The pieces of three or more words: shorter ones are in the page by chance."""
    found = set()
    for path in CODE:
        for node in message_nodes(ast.parse(path.read_text(encoding="utf-8"))):
            for text in literals(node):
                piece = " ".join(text.split()).strip("'\"; :,.]")
                if len(re.findall(r"[A-Za-z]{2,}", piece)) >= 3:
                    found.add(piece)
    return sorted(found)


@pytest.mark.parametrize("piece", message_pieces())
def test_a_message_is_in_the_documentation(piece: str) -> None:
    assert piece in PAGE


def test_messages_are_found_in_every_part() -> None:
    pieces = " ".join(message_pieces())
    assert "create it first, correct the ARN" in pieces
    assert "names an AppInstance, not one of its users" in pieces
    assert "so the deployment will be denied" in pieces
    assert "declares no user" in pieces
    assert "is not a template" in pieces
    assert "matches no id of" in pieces
    assert "users still to clear" in pieces
    assert "names more than an AppInstance" in pieces
    assert "not found; correct app_instance_arn" in pieces
