"""The import rules in pyproject.toml: the code keeps them, and breaking one is noticed."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

from support.checkout import ROOT, copy_checkout

pytestmark = pytest.mark.slow

# For each rule: a module in a copy of this project, and an import that the rule forbids in it.
FORBIDDEN_IMPORTS = {
    "source-roots": ("tests/offender.py", "import bench.places"),
    "bench-without-tests": ("bench/offender.py", "import support.checkout"),
    "handler-layers": (
        "lambda/chime_expiration_handler/service/offender.py",
        "import chime_expiration_handler.user.handler",
    ),
    "handler-without-cdk": (
        "lambda/chime_expiration_handler/service/offender.py",
        "import aws_cdk",
    ),
    "construct-layers": (
        "constructs/chime_expiration/_provider/offender.py",
        "import chime_expiration._app_instance_user.expiration",
    ),
    "constructs-without-sdk": (
        "constructs/chime_expiration/_provider/offender.py",
        "import chime_expiration_handler.service.identity_service",
    ),
    "command-line-without-cdk": ("cli/chime_expiration_cli/offender.py", "import aws_cdk"),
    "commands-apart": (
        "cli/chime_expiration_cli/plan/offender.py",
        "import chime_expiration_cli.status.report",
    ),
    "repair-uses-status": (
        "cli/chime_expiration_cli/status/offender.py",
        "import chime_expiration_cli.repair.outcome",
    ),
    "local-aws-alone": ("localaws/offender.py", "import chime_expiration_handler.contract.arn"),
    "apps-use-constructs": (
        "examples/pipeline/offender.py",
        "import chime_expiration_handler.contract.arn",
    ),
    "public-names": ("expiration_app/offender.py", "import chime_expiration._provider"),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("checkout"))


def lint(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *options],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": "cli:constructs:lambda"},
        capture_output=True,
        text=True,
    )


def test_the_code_keeps_every_import_rule(checkout: Path) -> None:
    # WHEN
    linted = lint(checkout)

    # THEN
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("rule", FORBIDDEN_IMPORTS)
def test_an_import_that_breaks_a_rule_is_reported(checkout: Path, rule: str) -> None:
    # GIVEN
    path, forbidden_import = FORBIDDEN_IMPORTS[rule]
    module = checkout / path
    module.write_text(f"{forbidden_import}\n")

    # WHEN
    linted = lint(checkout, "--contract", rule)
    module.unlink()

    # THEN
    assert linted.returncode == 1
    assert "offender" in linted.stdout.partition("Broken contracts")[2]


def test_every_rule_has_an_import_that_breaks_it() -> None:
    # WHEN
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    # THEN
    assert {rule["id"] for rule in settings["contracts"]} == set(FORBIDDEN_IMPORTS)


def test_the_contract_imports_only_the_standard_library() -> None:
    # GIVEN import-linter, which cannot express this rule, and the graph that it uses
    graph = grimp.build_graph(
        "chime_expiration_handler", include_external_packages=True, cache_dir=None
    )
    contract = "chime_expiration_handler.contract"

    # WHEN
    imported = {
        name
        for module in {contract, *graph.find_descendants(contract)}
        for name in graph.find_modules_directly_imported_by(module)
    }

    # THEN
    assert imported
    others = imported - sys.stdlib_module_names
    assert all(name.startswith(contract) for name in others), others


def test_the_second_name_of_the_constructs_is_banned(tmp_path: Path) -> None:
    # GIVEN
    module = tmp_path / "module.py"
    module.write_text(
        '"""The constructs under a second name."""\n\nimport constructs.chime_expiration\n'
    )

    # WHEN
    linted = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("ruff")), "check", "--no-cache"),
            *("--config", str(ROOT / "pyproject.toml"), str(module)),
        ],
        capture_output=True,
        text=True,
    )

    # THEN
    assert linted.returncode == 1
    assert "TID251" in linted.stdout
