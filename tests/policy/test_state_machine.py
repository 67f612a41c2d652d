"""The definition of the state machine: two linters accept it, and it passes on what is needed.

The local engine accepts a broken definition, which Step Functions refuses. Each linter finds faults
that the other one does not.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack

from chime_expiration_handler.contract import sweep_event
from policy.declare_policy import declare_policy, resources_of_type
from support.checkout import ROOT

Definition = dict[str, Any]
Linter = Callable[[Path], subprocess.CompletedProcess[str]]


@pytest.fixture
def definition(stack: Stack) -> Definition:
    """The definition as Step Functions receives it."""
    declare_policy(stack)
    [machine] = resources_of_type(stack, "AWS::StepFunctions::StateMachine").values()
    [[name, value]] = machine["Properties"]["DefinitionSubstitutions"].items()
    [function] = resources_of_type(stack, "AWS::Lambda::Function")
    assert value == {"Fn::GetAtt": [function, "Arn"]}
    text = machine["Properties"]["DefinitionString"]
    arn = f"arn:aws:lambda:us-east-1:111122223333:function:{function}"
    definition: Definition = json.loads(text.replace(f"${{{name}}}", arn))
    return definition


def language_service(file: Path) -> subprocess.CompletedProcess[str]:
    """The linter of AWS's editors."""
    return run_node(Path(__file__).with_name("lint_definition.mjs"), file)


def validator(file: Path) -> subprocess.CompletedProcess[str]:
    """Checks the paths and the schema of each state."""
    script = ROOT / "node_modules" / "asl-validator" / "dist" / "bin" / "asl-validator.js"
    return run_node(script, "--silent", "--json-path", file)


def run_node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", *arguments], capture_output=True, text=True)


def written(folder: Path, definition: Definition) -> Path:
    file = folder / "definition.asl.json"
    file.write_text(json.dumps(definition, indent=2))
    return file


@pytest.mark.slow
@pytest.mark.parametrize("linter", [language_service, validator])
def test_the_linter_accepts_the_definition(
    definition: Definition, tmp_path: Path, linter: Linter
) -> None:
    # WHEN
    linted = linter(written(tmp_path, definition))

    # THEN
    assert (linted.returncode, linted.stdout) == (0, ""), linted.stderr


def lead_nowhere(definition: Definition) -> None:
    definition["States"]["Sweep"]["Next"] = "Nowhere"


def shrink_the_backoff(definition: Definition) -> None:
    definition["States"]["Sweep"]["Retry"][0]["BackoffRate"] = 0.5


def break_a_path(definition: Definition) -> None:
    definition["States"]["Sweep"]["OutputPath"] = "$.Payload["


@pytest.mark.slow
@pytest.mark.parametrize(
    ("linter", "fault"),
    [
        (language_service, lead_nowhere),
        (language_service, shrink_the_backoff),
        (validator, lead_nowhere),
        (validator, break_a_path),
    ],
)
def test_the_linter_reports_a_fault(
    definition: Definition, tmp_path: Path, linter: Linter, fault: Callable[[Definition], None]
) -> None:
    # GIVEN
    fault(definition)

    # WHEN
    linted = linter(written(tmp_path, definition))

    # THEN
    assert linted.returncode != 0
    assert "Cannot find module" not in linted.stderr


def test_each_chunk_gets_the_app_instance_the_execution_and_the_cursor(
    definition: Definition,
) -> None:
    # WHEN
    payload = definition["States"]["Sweep"]["Parameters"]["Payload"]

    # THEN
    assert payload == {
        f"{sweep_event.APP_INSTANCE}.$": f"$$.Execution.Input.{sweep_event.APP_INSTANCE}",
        f"{sweep_event.SWEEP}.$": "$$.Execution.Id",
        f"{sweep_event.CURSOR}.$": f"$.{sweep_event.CURSOR}",
    }


def test_a_killed_worker_is_followed_within_four_minutes_for_days(definition: Definition) -> None:
    # GIVEN
    [retry] = definition["States"]["Sweep"]["Retry"]

    # WHEN
    waits = [
        min(retry["IntervalSeconds"] * 2.0**attempt, retry["MaxDelaySeconds"])
        for attempt in range(10)
    ]

    # THEN
    assert retry["ErrorEquals"] == ["States.ALL"]
    assert retry["BackoffRate"] == 2
    assert max(waits) < 4 * 60
    days = waits[-1] * retry["MaxAttempts"] / 86_400
    assert 3 < days < 5


def test_the_attempts_of_one_chunk_fit_into_the_history_of_an_execution(
    definition: Definition,
) -> None:
    # GIVEN
    [retry] = definition["States"]["Sweep"]["Retry"]

    # THEN an attempt is scheduled, started and failed, and 25,000 events are the limit
    assert 3 * retry["MaxAttempts"] < 25_000 / 2


def test_the_task_outlasts_the_function(definition: Definition, stack: Stack) -> None:
    [function] = resources_of_type(stack, "AWS::Lambda::Function").values()
    assert definition["States"]["Sweep"]["TimeoutSeconds"] > function["Properties"]["Timeout"]


def test_a_sweep_that_cannot_succeed_fails_with_its_error(definition: Definition) -> None:
    # WHEN
    states = definition["States"]
    next_states = {
        choice["Variable"]: (choice.get("StringEquals"), choice["Next"])
        for choice in states["More?"]["Choices"]
    }

    # THEN
    assert next_states == {
        f"$.{sweep_event.MORE}": (None, "Sweep"),
        f"$.{sweep_event.OUTCOME}": (sweep_event.FAILED, "Failed"),
    }
    assert states["Failed"]["CausePath"] == f"$.{sweep_event.ERROR}"
    assert states[states["More?"]["Default"]] == {"Type": "Succeed"}
