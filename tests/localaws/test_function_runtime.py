"""A function imports what Lambda has, and logs in Lambda's format."""

import os
import subprocess
import sys
from pathlib import Path

import localaws

RUNTIME = Path(localaws.__file__).parent / "function_runtime"


def run(code: str, folder: Path, *, as_function: bool = True) -> "subprocess.CompletedProcess[str]":
    environment = {"PYTHONPATH": str(RUNTIME), "PATH": os.environ["PATH"]}
    if as_function:
        environment["AWS_LAMBDA_FUNCTION_NAME"] = "function"
    program = f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )


def test_a_function_has_the_sdk_and_the_standard_library(tmp_path: Path) -> None:
    assert run("import boto3, botocore, sqlite3, xml.sax", tmp_path).returncode == 0


def test_a_function_cannot_import_what_is_only_installed_here(tmp_path: Path) -> None:
    # WHEN a function imports a package that is not in Lambda
    ended = run("import trustme", tmp_path)

    # THEN it is not found, but other processes find it
    assert "ModuleNotFoundError: No module named 'trustme'" in ended.stderr
    assert run("import trustme", tmp_path, as_function=False).returncode == 0


def test_a_function_can_import_its_own_package(tmp_path: Path) -> None:
    # GIVEN a module of the same name in the package
    (tmp_path / "trustme.py").write_text("bundled = True")

    # WHEN / THEN
    assert run("import trustme; assert trustme.bundled", tmp_path).returncode == 0


def test_an_info_record_is_logged(tmp_path: Path) -> None:
    # WHEN
    code = "import logging; logging.getLogger().setLevel('INFO'); logging.info('hello')"
    ended = run(code, tmp_path)

    # THEN
    assert ended.stderr.startswith("[INFO]\t")
    assert ended.stderr.endswith("Z\thello\n")
