"""CONTRIBUTING.md: what it names exists."""

import ast
import re

import pytest

from support.checkout import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<file>\S+\.py)` \| (?P<functions>.*?) ?\| .* \|$", re.MULTILINE)
PATH_OF_THE_ARN = [
    (row["file"], re.findall(r"`(.+?)`", row["functions"])) for row in ROW.finditer(TEXT)
]


def functions_in(node: ast.AST, prefix: str = "") -> set[str]:
    """The qualified names of the functions and methods below ``node``."""
    found = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            found.add(f"{prefix}{child.name}")
        if isinstance(child, ast.ClassDef):
            found |= functions_in(child, f"{prefix}{child.name}.")
    return found


@pytest.mark.parametrize(("file", "functions"), PATH_OF_THE_ARN, ids=dict(PATH_OF_THE_ARN))
def test_a_step_of_the_path_of_the_arn_exists(file: str, functions: list[str]) -> None:
    # WHEN
    existing = functions_in(ast.parse((ROOT / file).read_text(encoding="utf-8")))

    # THEN
    assert existing >= set(functions)


def test_the_path_of_the_arn_names_each_file_once() -> None:
    # GIVEN
    files = [file for file, _ in PATH_OF_THE_ARN]

    # THEN
    assert len(files) > 8
    assert sorted(set(files)) == sorted(files)


def test_every_target_of_the_makefile_is_described() -> None:
    # GIVEN
    [phony] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    # WHEN
    [table] = re.findall(r"## Targets\n(.*?)\n## ", TEXT, re.DOTALL)

    # THEN
    assert set(re.findall(r"\| `make ([a-z-]+)` \|", table)) == set(phony.split())


def test_every_folder_of_the_layout_exists() -> None:
    # GIVEN
    [table] = re.findall(r"## Repository layout\n(.*?)\n## ", TEXT, re.DOTALL)
    rows = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    named = [re.findall(r"`(.+?)`", row) for row in rows]

    # WHEN the rows that begin with dots are read as folders of the last row without
    parent, missing = "", []
    for names in named:
        for name in names:
            path = parent + name.removeprefix(".../") if name.startswith(".../") else name
            missing += [] if (ROOT / path).exists() else [path]
        parent = parent if names[0].startswith(".../") else names[0]

    # THEN
    assert len(named) > 10
    assert missing == []
