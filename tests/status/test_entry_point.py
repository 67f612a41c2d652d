"""`python -m chime_expiration`, before it calls anything."""

import os
import subprocess
import sys

import pytest

from chime_expiration.__main__ import main
from support.checkout import ROOT

SOURCES = os.pathsep.join([str(ROOT / "constructs"), str(ROOT / "lambda")])


NO_CONFIGURATION = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_who_only_declares_pays_for_nothing_of_it():
    # WHEN
    result = python(
        "-c",
        "import sys, chime_expiration\n"
        "print([name for name in sys.modules\n"
        "       if name in ('boto3', 'botocore', 'rich') or '.status' in name])",
    )

    # THEN
    assert result.stdout == "[]\n"


@pytest.mark.parametrize("missing", ["rich", "boto3"])
def test_without_the_extra_it_says_what_to_install(missing):
    # WHEN
    result = python(
        "-c",
        f"import sys, runpy; sys.modules[{missing!r}] = None; sys.argv[1:] = ['status']\n"
        "runpy.run_module('chime_expiration', run_name='__main__')",
    )

    # THEN
    assert result.returncode == 2
    assert result.stderr == (
        f"chime_expiration status needs {missing}: pip install 'cdk-chime-expiration[status]'\n"
    )


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"AWS_REGION": "us-east-1"}, "there are no AWS credentials"),
        ({"AWS_PROFILE": "nobodys"}, "the AWS configuration cannot be used"),
        (
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
            "the AWS configuration names no region",
        ),
    ],
)
def test_without_a_usable_configuration_it_says_what_is_missing(
    environment, says, monkeypatch, capsys
):
    # GIVEN
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, text in (NO_CONFIGURATION | environment).items():
        monkeypatch.setenv(name, text)

    # WHEN
    exit_status = main(["status"])

    # THEN
    assert exit_status == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["stat"], ["status", "--expiring-within", "-1"], ["status", "--rate", "0"]]
)
def test_wrong_arguments_end_with_the_usage(arguments, capsys):
    # WHEN
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    # THEN
    assert ended.value.code == 2
    assert "usage: python -m chime_expiration" in capsys.readouterr().err
