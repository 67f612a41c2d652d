"""The contract package imports the standard library and itself, nothing else."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chime_expiration_handler.contract

CONTRACT = chime_expiration_handler.contract.__name__
MODULES = sorted(Path(*chime_expiration_handler.contract.__path__).rglob("*.py"))


def imported_modules(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def is_allowed(module: str) -> bool:
    if module == CONTRACT or module.startswith(f"{CONTRACT}."):
        return True
    return module.partition(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_contract_imports_the_standard_library_only(path: Path) -> None:
    # WHEN
    modules = imported_modules(path.read_text(encoding="utf-8"))

    # THEN
    assert [module for module in modules if not is_allowed(module)] == []


def test_the_contract_has_modules() -> None:
    assert len(MODULES) > 5
