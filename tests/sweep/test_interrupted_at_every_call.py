"""Whatever happens in the middle of a call, at each call that the function makes."""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chime_expiration_handler.contract.policy_properties import PolicyProperties
from sweep.cloudformation import CloudFormation
from sweep.estate import APP_INSTANCE, Estate, Interruption

pytestmark = pytest.mark.slow

THIRTY: dict[str, Any] = {"ExpirationDays": "30"}
OTHER_DAYS: dict[str, Any] = {"ExpirationDays": "60"}
OTHER_USERS: dict[str, Any] = {"ExpirationDays": "30", "Users": ["kiosk-*"]}
DISABLED: dict[str, Any] = {"ExpirationDays": "30", "Enabled": "false"}
KNOWN, NEW = f"{APP_INSTANCE}/user/guest-1", f"{APP_INSTANCE}/user/guest-2"

Action = Callable[[Estate, CloudFormation], object]

DEPLOYMENTS: dict[str, Action] = {
    "other days": lambda _, cloudformation: cloudformation.update(OTHER_DAYS),
    "other users": lambda _, cloudformation: cloudformation.update(OTHER_USERS),
    "disabled": lambda _, cloudformation: cloudformation.update(DISABLED),
    "rolled back": lambda _, cloudformation: cloudformation.update(OTHER_USERS, 5),
    "deleted": lambda _, cloudformation: cloudformation.delete(),
}
CANCELLATION: dict[str, Action] = {
    "cancelled": lambda _, cloudformation: cloudformation.cancel(),
}
OTHERS: dict[str, Action] = {
    "another sweep": lambda estate, _: estate.sweep_by_hand(),
    "an event": lambda estate, _: estate.announce(NEW, 1),
    "stopped by hand": lambda estate, _: estate.stop_an_execution(),
    "set by somebody else": lambda estate, _: estate.set_by_others(NEW, 1001),
    "cleared by somebody else": lambda estate, _: estate.set_by_others(NEW, None),
    "the user is deleted": lambda estate, _: estate.delete_user(NEW),
    "the user becomes an admin": lambda estate, _: estate.promote(NEW),
}


def new_user(estate: Estate, _: CloudFormation) -> None:
    estate.create_user("guest-2", 0)
    estate.announce(NEW, 1)


def daily_sweep(estate: Estate, _: CloudFormation) -> None:
    estate.create_user("guest-2", 3)
    estate.sweep_by_hand()


def change_of_days(estate: Estate, cloudformation: CloudFormation) -> None:
    estate.create_user("guest-2", 3)
    cloudformation.update(OTHER_DAYS)


def disabling(estate: Estate, cloudformation: CloudFormation) -> None:
    estate.create_user("guest-2", 3)
    cloudformation.update(DISABLED)


def deleting(_: Estate, cloudformation: CloudFormation) -> None:
    cloudformation.delete()


# What is interrupted: the kind of its process, what begins it, and what can happen meanwhile:
# CloudFormation deploys one thing at a time, and can cancel an update.
INTERRUPTED: dict[str, tuple[str, Action, dict[str, Action]]] = {
    "a new user": ("event", new_user, {**DEPLOYMENTS, **OTHERS}),
    "a daily sweep": ("worker", daily_sweep, {**DEPLOYMENTS, **OTHERS}),
    "the sweep of an update": ("worker", change_of_days, {**CANCELLATION, **OTHERS}),
    "the sweep of a disabled policy": ("worker", disabling, {**CANCELLATION, **OTHERS}),
    "the sweep of a deletion": ("worker", deleting, OTHERS),
    "an update": ("lifecycle", change_of_days, {**CANCELLATION, **OTHERS}),
}
CASES = [
    (interrupted, action, killed)
    for interrupted, (kind, _, actions) in INTERRUPTED.items()
    for action in actions
    for killed in ((False,) if kind == "lifecycle" else (False, True))
]


@pytest.mark.parametrize(("interrupted", "action", "killed"), CASES)
def test_the_rules_hold(interrupted: str, action: str, killed: bool) -> None:
    kind, begin, actions = INTERRUPTED[interrupted]
    for call in itertools.count(1):
        # GIVEN
        estate = Estate(seed=2)
        estate.calm()
        cloudformation = CloudFormation(estate)
        estate.create_user("guest-1", 5)
        estate.time.run([partial(cloudformation.create, THIRTY)])

        # WHEN
        estate.interruption = Interruption(
            kind, call, partial(_call, actions[action], estate, cloudformation), killed
        )
        estate.time.run([partial(_call, begin, estate, cloudformation)])

        # THEN
        _check(estate, cloudformation, is_swept=not killed and estate.is_swept())
        assert not estate.problems, f"call {call}\n" + "\n".join(estate.story)
        if not estate.interruption.has_begun:
            assert call > 3
            return


@pytest.mark.parametrize("call", range(1, 25))
def test_after_a_worker_was_killed_the_sweep_goes_on_within_four_minutes(call: int) -> None:
    # GIVEN
    estate = Estate(seed=2)
    estate.calm()
    cloudformation = CloudFormation(estate)
    estate.create_user("guest-1", 5)
    estate.interruption = Interruption("worker", call, lambda: None, kills=True)
    began = estate.now()

    # WHEN
    estate.time.run([partial(cloudformation.create, THIRTY)])

    # THEN
    policy = estate.policy()
    assert policy.swept_generation == policy.generation, "\n".join(estate.story)
    assert policy.finished is not None
    assert policy.finished - began < 240
    assert estate.chime.users[KNOWN].days == 30


def _call(action: Action, estate: Estate, cloudformation: CloudFormation) -> None:
    action(estate, cloudformation)


def _check(estate: Estate, cloudformation: CloudFormation, *, is_swept: bool) -> None:
    believed = cloudformation.believed
    if believed is None:
        estate.check_at_rest(None)
        return
    policy = PolicyProperties.parse({"AppInstanceArn": APP_INSTANCE, **believed})
    if is_swept:
        estate.check_users(policy)
    for sweep in range(2):
        estate.time.run([partial(estate.time.sleep, 120)])
        estate.time.run([estate.sweep_by_hand])
        if sweep:
            estate.check_at_rest(policy, frozenset(estate.disturbed))
