"""The ways to start the command line, before it calls AWS."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chime_expiration_cli.__main__ import main
from chime_expiration_cli.arguments import parse_arguments
from chime_expiration_cli.clients import SessionClients
from support.checkout import ROOT

SOURCES = os.pathsep.join(str(ROOT / root) for root in ("cli", "constructs", "lambda"))

NO_CONFIGURATION = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

PRINT_IMPORTED = """
print("imported:", [
    name for name in sys.modules if name in ("aws_cdk", "boto3", "rich") or name.endswith("_cli")
])
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_importing_the_constructs_does_not_import_the_command_line() -> None:
    # WHEN
    result = python("-c", f"import sys, chime_expiration{PRINT_IMPORTED}")

    # THEN
    assert result.stdout == "imported: ['aws_cdk']\n"


def test_help_imports_neither_aws_cdk_nor_boto3_nor_rich() -> None:
    # WHEN
    result = python(
        "-c",
        "import sys\n"
        "from chime_expiration_cli.__main__ import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        f"{PRINT_IMPORTED}",
    )

    # THEN
    assert result.stdout.startswith("usage: chime-expiration")
    assert result.stdout.endswith("imported: ['chime_expiration_cli']\n")


@pytest.mark.parametrize("module", ["chime_expiration", "chime_expiration_cli"])
def test_the_command_line_is_a_module_too(module: str) -> None:
    # WHEN
    result = python("-m", module, "status", "--help")

    # THEN
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("usage: chime-expiration status ")


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    # THEN
    assert ended.value.code == 0
    assert "status    detect drift" in capsys.readouterr().out


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_help_of_a_command_fits_into_the_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setenv("COLUMNS", str(columns))

    # WHEN
    with pytest.raises(SystemExit):
        main(["status", "--help"])

    # THEN the texts that argparse does not wrap have at most 80 columns
    help_text = capsys.readouterr().out
    assert max(map(len, help_text.splitlines())) <= max(columns, 80)
    assert "exit status:\n  0  every user has the declared days" in help_text


@pytest.mark.parametrize("missing", ["rich", "boto3"])
def test_without_the_extra_the_message_names_what_is_missing(missing: str) -> None:
    # WHEN
    result = python(
        "-c",
        f"import sys, runpy; sys.modules[{missing!r}] = None; sys.argv[1:] = ['status']\n"
        "runpy.run_module('chime_expiration_cli', run_name='__main__')",
    )

    # THEN
    assert result.returncode == 2
    assert result.stderr == (
        f"chime-expiration needs {missing}: install this project with its extra 'cli', "
        "for example: pip install './path/to/checkout[cli]'\n"
    )


def configure(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Replace the AWS configuration by ``environment``."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, text in (NO_CONFIGURATION | environment).items():
        monkeypatch.setenv(name, text)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"AWS_REGION": "us-east-1"}, "no AWS credentials found: set AWS_PROFILE"),
        ({"AWS_PROFILE": "missing"}, "the AWS configuration cannot be used"),
        (
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
            "the AWS configuration has no region: add --region REGION",
        ),
    ],
)
def test_without_a_usable_configuration_the_message_names_what_is_missing(
    environment: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN
    configure(monkeypatch, environment)

    # WHEN
    exit_status = main(["status"])

    # THEN
    assert exit_status == 2
    assert f"chime-expiration status: {message}" in capsys.readouterr().err


@pytest.mark.parametrize("printed", ["sign in first", "[]"])
def test_a_credential_process_that_prints_no_credentials_is_an_error(
    printed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = echo '{printed}'\n")
    configure(monkeypatch, {"AWS_CONFIG_FILE": str(config)})

    # WHEN
    exit_status = main(["status"])

    # THEN
    error = capsys.readouterr().err
    assert exit_status == 2
    assert "correct the profile and its credential_process" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        ({"AWS_REGION": "eu-central-1"}, "eu-central-1"),
        ({"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-east-1"}, "eu-central-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
    ],
)
def test_the_region_comes_from_the_variables_of_the_aws_cli(
    environment: dict[str, str], region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    configure(monkeypatch, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"} | environment)

    # THEN
    assert SessionClients.from_configuration().default_region() == region


def test_deleted_users_are_drift_only_on_request() -> None:
    assert not parse_arguments(["status"]).fail_on_deleted
    assert parse_arguments(["status", "--fail-on-deleted"]).fail_on_deleted


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["stat"], "'stat'"),
        (["status", "--expiring-within", "-1"], "'-1' is not a number of days: use 0-5475"),
        (["status", "--expiring-within", "99999999"], "'99999999' is not a number of days: use 0-"),
        (["status", "--rate", "0"], "'0' is not a number of calls a second: use more than 0"),
    ],
)
def test_wrong_arguments_end_the_process_with_the_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    # THEN
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "usage: chime-expiration" in error
    assert message in error
