"""One dialect for docstrings, as far as ruff has no rule for it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support.checkout import ROOT

SOURCES = (
    ".ci",
    "app.py",
    "bench",
    "cli",
    "constructs",
    "docs",
    "examples",
    "expiration_app",
    "lambda",
    "localaws",
    "tests",
)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

# Code between single backticks; double ones, and what stands between them, are left out first.
DOUBLE = re.compile(r"``.+?``", re.DOTALL)
SINGLE = re.compile(r"`[^`\n]+`")


def python_files() -> Iterator[Path]:
    for name in SOURCES:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def in_single_backticks(source: str) -> list[str]:
    documented = [node for node in ast.walk(ast.parse(source)) if isinstance(node, DOCUMENTED)]
    docstrings = [ast.get_docstring(node) or "" for node in documented]
    return [code for text in docstrings for code in SINGLE.findall(DOUBLE.sub("", text))]


def test_code_in_a_docstring_is_between_double_backticks() -> None:
    # WHEN
    found = {
        str(path.relative_to(ROOT)): in_single_backticks(path.read_text(encoding="utf-8"))
        for path in python_files()
    }

    # THEN
    assert {path: codes for path, codes in found.items() if codes} == {}
