"""The ways to start the command line, before it calls AWS."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chime_expiration_cli.__main__ import main
from chime_expiration_cli.clients import SessionClients
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.status import command
from chime_expiration_cli.status.options import StatusOptions
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


@pytest.mark.slow
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
        "main(['--help'])\n"
        f"{PRINT_IMPORTED}",
    )

    # THEN
    assert result.stdout.startswith("Usage: chime-expiration")
    assert result.stdout.endswith("imported: ['chime_expiration_cli']\n")


@pytest.mark.slow
@pytest.mark.parametrize("module", ["chime_expiration", "chime_expiration_cli"])
def test_the_command_line_is_a_module_too(module: str) -> None:
    # WHEN
    result = python("-m", module, "status", "--help")

    # THEN
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: chime-expiration status ")


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN
    exit_status = main(["--help"])

    # THEN
    assert exit_status == 0
    assert "status  Detect drift" in capsys.readouterr().out


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_help_of_a_command_fits_into_the_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setenv("COLUMNS", str(columns))

    # WHEN
    main(["status", "--help"])

    # THEN the examples, which are not wrapped, have at most 80 columns
    help_text = capsys.readouterr().out
    assert max(map(len, help_text.splitlines())) <= max(columns, 80)
    assert "Exit status:\n  0    every user has the declared days" in help_text
    assert "\n  chime-expiration status --stack GuestPolicy\n" in help_text


@pytest.mark.parametrize(
    ("variables", "has_colours"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_the_help_has_colours_unless_no_color_is_set(
    variables: dict[str, str],
    has_colours: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    # WHEN
    main(["status", "--help"])

    # THEN
    assert ("\x1b[" in capsys.readouterr().out) is has_colours


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_the_script_that_completes(
    shell: str, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setenv("_CHIME_EXPIRATION_COMPLETE", f"{shell}_source")

    # WHEN
    exit_status = main([])

    # THEN
    assert exit_status == 0
    assert b"chime-expiration" in capsysbinary.readouterr().out


def test_the_options_of_a_command_are_completed(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN what bash asks after `chime-expiration status --ra` and the tab key
    monkeypatch.setenv("_CHIME_EXPIRATION_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "chime-expiration status --ra")
    monkeypatch.setenv("COMP_CWORD", "2")

    # WHEN
    main([])

    # THEN
    assert capsysbinary.readouterr().out == b"plain,--rate\n"


def test_an_unknown_shell_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    monkeypatch.setenv("_CHIME_EXPIRATION_COMPLETE", "tcsh_source")

    # THEN
    assert main([]) == 2
    assert "'tcsh_source': use bash_source, zsh_source or fish_source" in capsys.readouterr().err


def test_the_documentation_lists_all_exit_statuses() -> None:
    # GIVEN the rows of the table
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    documented = {
        int(line.split("|")[1]) for line in page.splitlines() if line[:3].strip("| ").isdigit()
    }

    # THEN
    assert documented == set(ExitStatus)


@pytest.mark.parametrize("missing", ["rich", "boto3", "click"])
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


@pytest.mark.parametrize("missing", ["jinja2", "pygal"])
def test_only_the_page_needs_the_packages_that_draw_it(missing: str) -> None:
    # GIVEN
    start = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from chime_expiration_cli.__main__ import main\n"
        "from chime_expiration_cli.exit_status import ExitStatus\n"
        "from chime_expiration_cli.status import command\n"
        "command.run = lambda options: ExitStatus.IN_SYNC\n"
    )

    # WHEN
    tables = python("-c", f"{start}sys.exit(main(['status']))")
    page = python("-c", f"{start}sys.exit(main(['status', '--html', 'a.html']))")

    # THEN
    assert (tables.returncode, tables.stderr) == (0, "")
    assert page.returncode == 2
    assert page.stderr == (
        f"chime-expiration status: --html needs {missing}: install this project with its extra "
        "'cli', for example: pip install './path/to/checkout[cli]'\n"
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


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], StatusOptions()),
        (["--fail-on-deleted", "--json"], StatusOptions(fail_on_deleted=True, json=True)),
        (["--stack", "A", "--stack", "B", "--stack", "A"], StatusOptions(stacks=("A", "B"))),
        (
            ["--region", "us-east-1", "--rate", "5"],
            StatusOptions(regions=("us-east-1",), reads_per_second=5),
        ),
        (["--expiring-within", "0"], StatusOptions(expiring_within_days=0)),
        (["--ledger"], StatusOptions(ledger=True)),
        (["--json", "--html", "a.html"], StatusOptions(json=True, html="a.html")),
        (["--all"], StatusOptions(all=True)),
        (["--sort", "expires"], StatusOptions(sort="expires")),
    ],
)
def test_the_arguments_become_options(
    arguments: list[str], options: StatusOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    received = []

    def run(options: StatusOptions) -> ExitStatus:
        received.append(options)
        return ExitStatus.IN_SYNC

    monkeypatch.setattr(command, "run", run)

    # WHEN
    main(["status", *arguments])

    # THEN
    assert received == [options]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["stat"], "'stat'. Did you mean 'status'?"),
        (["status", "--jsn"], "'--jsn'. Did you mean '--json'?"),
        (["status", "--expiring-within", "-1"], "'-1' is not a number of days: use 0-5475"),
        (["status", "--expiring-within", "99999999"], "'99999999' is not a number of days: use 0-"),
        (["status", "--html", "-"], "'-' is not a file: standard output has the tables"),
        (["status", "--html", "missing/a.html"], "the folder of 'missing/a.html' does not exist"),
        (["status", "--sort", "days"], "'days' is not one of 'stack', 'user', 'expires', 'status'"),
        (["status", "--rate", "0"], "'0' is not a number of calls a second: use more than 0"),
    ],
)
def test_wrong_arguments_are_reported_with_the_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN
    exit_status = main(arguments)

    # THEN
    assert exit_status == 2
    error = capsys.readouterr().err
    assert "Usage: chime-expiration" in error
    assert message in error
