"""The arithmetic of the benchmark of a policy. Tests do not import the benchmark: they run it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from support.checkout import ROOT

pytestmark = pytest.mark.slow

USERS = 200
# In a hundred users, five are old and one is set by others; the first three are admins instead.
ADMINS, OLD, SET_BY_OTHERS = 3, 7, 2
GUESTS = USERS - ADMINS - OLD - SET_BY_OTHERS

LOOK, SET = "DescribeAppInstanceUser", "PutAppInstanceUserExpirationSettings"


@pytest.fixture(scope="module")
def measured() -> Any:
    command = [sys.executable, "-m", "bench.policy", str(USERS)]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


@pytest.mark.parametrize(
    ("name", "users"), [("first sweep", USERS), ("change of days", USERS), ("clearing", 202)]
)
def test_a_sweep_over_all_users_takes_one_look_and_one_call_for_each(
    name: str, users: int, measured: Any
) -> None:
    # WHEN
    stage = measured["stages"][name]

    # THEN
    assert (stage["calls"][LOOK], stage["calls"][SET]) == (users, users)
    assert sum(stage["counts"].values()) == users
    assert stage["ideal_seconds"] == users / 8


def test_a_daily_sweep_sets_new_users_only(measured: Any) -> None:
    # WHEN
    nothing_to_do = measured["stages"]["daily sweep, nothing to do"]
    new_users = measured["stages"]["daily sweep, 1 % new users"]

    # THEN
    assert SET not in nothing_to_do["calls"]
    assert nothing_to_do["counts"] == {"kept": USERS}
    assert nothing_to_do["ideal_seconds"] == nothing_to_do["calls"][LOOK] / 16
    assert new_users["calls"][SET] == 2
    assert new_users["counts"] == {"kept": USERS, "set": 2}


def test_no_sweep_is_throttled_or_faster_than_its_rates_allow(measured: Any) -> None:
    # THEN
    for stage in measured["stages"].values():
        assert stage["throttled"] == 0
        assert stage["seconds"] >= stage["ideal_seconds"]


def test_a_price_is_that_of_each_service(measured: Any) -> None:
    # GIVEN
    first = measured["stages"]["first sweep"]
    usage = first["usage"]

    # WHEN
    in_lambda = usage["lambda_seconds"] * 0.5 * 0.0000166667 + 0.2 / 1e6
    in_dynamodb = usage["read_units"] * 0.125 / 1e6 + usage["write_units"] * 0.625 / 1e6
    in_step_functions = usage["state_transitions"] * 0.025 / 1000

    # THEN
    assert first["dollars"] == pytest.approx(in_lambda + in_dynamodb + in_step_functions)
    # To the function, to the choice, to the end, and out of it.
    assert usage["state_transitions"] == 4
    # An intent and a result for each user.
    assert usage["write_units"] >= 2 * USERS


def test_the_policy_sets_guests_only_and_goes_on_after_it_was_killed(measured: Any) -> None:
    # WHEN
    whole, killed = measured["policy"]["whole"], measured["policy"]["killed"]

    # THEN
    assert whole["sweep"]["counts"] == {
        "set": GUESTS,
        "overdue": OLD,
        "left_alone": SET_BY_OTHERS,
        "not_governed": ADMINS,
    }
    for run in (whole, killed):
        assert run["not_set"] == 0
        assert run["harm"] == {"deleted": 0, "overwritten": 0, "admins_set": 0}
    assert killed["sweep"]["usage"]["lambda_requests"] == 2


def test_a_script_treats_all_users_alike(measured: Any) -> None:
    # WHEN
    [name] = [each for each in measured["scripts"] if each.startswith("a loop, boto3's default")]
    whole = measured["scripts"][name]["whole"]

    # THEN
    assert (whole["failed"], whole["not_set"]) == (0, 0)
    assert whole["harm"] == {
        "deleted": OLD + ADMINS,
        "overwritten": SET_BY_OTHERS,
        "admins_set": ADMINS,
    }


def test_a_script_leaves_users_undone_when_it_is_throttled_or_killed(measured: Any) -> None:
    # THEN
    for name, runs in measured["scripts"].items():
        whole, killed = runs["whole"], runs["killed"]
        assert killed["not_set"] > whole["not_set"]
        # boto3's mode ``standard`` does not retry the error of this service.
        assert bool(whole["not_set"]) is ("standard" in name)
        assert whole["not_set"] <= whole["failed"] <= whole["rejected_calls"]
