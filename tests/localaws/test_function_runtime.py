"""A function finds what Lambda has, and logs as Lambda logs."""

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


def test_a_function_does_not_have_what_only_this_environment_has(tmp_path: Path) -> None:
    # When a function imports something that happens to be installed
    ended = run("import trustme", tmp_path)

    # Then it is not there; to anything else it is
    assert "ModuleNotFoundError: No module named 'trustme'" in ended.stderr
    assert run("import trustme", tmp_path, as_function=False).returncode == 0


def test_a_function_has_what_it_brought(tmp_path: Path) -> None:
    # Given a package with a module of the same name in it
    (tmp_path / "trustme.py").write_text("bundled = True")

    # When it is imported, then it is the function's own
    assert run("import trustme; assert trustme.bundled", tmp_path).returncode == 0


def test_an_info_record_reaches_the_log(tmp_path: Path) -> None:
    # When a function logs below WARNING
    code = "import logging; logging.getLogger().setLevel('INFO'); logging.info('hello')"
    ended = run(code, tmp_path)

    # Then it is there, in Lambda's format
    assert ended.stderr.startswith("[INFO]\t")
    assert ended.stderr.endswith("Z\thello\n")
