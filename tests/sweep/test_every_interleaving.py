"""Whatever happens at the same time: the nine rules of a policy hold."""

import os
from functools import partial
from random import Random
from typing import Any

import pytest

from chime_expiration_handler.contract.policy_properties import PolicyProperties
from sweep.cloudformation import CloudFormation
from sweep.estate import APP_INSTANCE, Estate

RUNS = int(os.environ.get("SWEEP_RUNS", "400"))
BLOCKS = 10
SHARES = 7
USER_IDS = ("guest-1", "guest-2", "guest-3", "guest-4", "kiosk-1", "kiosk-2")
FOREIGN_DAYS = (1001, 1002, 1003)


def some_properties(chance: Random) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "ExpirationDays": chance.choice(("30", "30", "60")),
        "Users": chance.choice((["*"], ["*"], ["guest-*"])),
        "CallsPerSecond": chance.choice(("8", "8", "1", "100", "0.2")),
    }
    if chance.random() < 0.4:
        properties["NoticeDays"] = "14"
    if chance.random() < 0.2:
        properties["ExceptUsers"] = ["guest-1"]
    if chance.random() < 0.15:
        properties["Enabled"] = "false"
    return properties


def operator(estate: Estate, cloudformation: CloudFormation) -> None:
    """Deploys, rolls back, and perhaps destroys."""
    chance = estate.chance
    cloudformation.create(some_properties(chance), _cancelled(chance))
    for _ in range(chance.randrange(4)):
        estate.time.sleep(chance.choice((0, 3, 10, 20) if estate.is_storm else (0, 5, 60, 400)))
        cloudformation.update(some_properties(chance), _cancelled(chance))
    if chance.random() < 0.5:
        estate.time.sleep(chance.choice((0, 5, 60)))
        # Who deletes a stack deletes it again until it works.
        estate.time.start(estate.refused.clear, after=200)
        cloudformation.delete()


def people(estate: Estate) -> None:
    """Create, delete, set and promote users, and start and stop sweeps by hand."""
    chance = estate.chance
    for _ in range(chance.randrange(20)):
        estate.time.sleep(chance.choice((0, 2, 5) if estate.is_storm else (0, 0.5, 5, 20, 60)))
        arn = f"{APP_INSTANCE}/user/{chance.choice(USER_IDS)}"
        match chance.randrange(40 if estate.is_storm else 13):
            case 0:
                estate.set_by_others(arn, chance.choice(FOREIGN_DAYS))
            case 1:
                estate.set_by_others(arn, None)
            case 2:
                estate.delete_user(arn)
            case 3:
                estate.promote(arn)
            case 4:
                estate.demote(arn)
            case 5:
                estate.sweep_by_hand()
                if chance.random() < 0.5:
                    estate.sweep_by_hand()
            case 6:
                estate.stop_an_execution()
            case 7:
                estate.replace_user(arn, chance.choice((30, 60)))
            case 8:
                estate.chime.refused_tokens |= {str(chance.randrange(1, 8))}
            case _:
                # A user that exists is created again at each sign-in.
                some = USER_IDS[:2] if estate.is_storm else (*USER_IDS, "guest-new")
                new = estate.create_user(chance.choice(some), 0)
                deliveries = chance.choice((0, 1, 1, 2, 3))
                estate.announce(new, deliveries)
                if not deliveries:
                    estate.disturbed.add(new)


def _cancelled(chance: Random) -> float | None:
    return chance.uniform(3, 20) if chance.random() < 0.4 else None


def live(seed: int) -> Estate:
    """One life of a policy, up to the moment at which everything has ended."""
    estate = Estate(seed)
    chance = estate.chance
    for user_id in USER_IDS[: 1 if estate.is_storm else chance.randrange(2, 7)]:
        # Somebody may have set a user before, even to the same days.
        before = chance.choice((None, None, None, 30, 1001))
        arn = estate.create_user(user_id, chance.choice((0, 1, 20, 29.5, 40, 5470)), before)
        if chance.random() < 0.1:
            estate.promote(arn)
        if chance.random() < 0.05:
            estate.refused.add(arn)
    # Otherwise a rollback would be tried again for ever.
    estate.time.start(estate.refused.clear, after=900)
    cloudformation = CloudFormation(estate)
    estate.time.run([partial(operator, estate, cloudformation), partial(people, estate)])
    policy = _believed(cloudformation)
    if policy is None:
        estate.check_at_rest(None)
        return estate
    if estate.is_swept() and not estate.kills:
        # The deployment has told the truth, and so have the events.
        estate.check_users(policy)
    disturbed = frozenset(estate.disturbed)
    estate.calm()
    for sweep in range(SHARES + 1):
        estate.time.run([partial(estate.time.sleep, 120)])
        estate.time.run([estate.sweep_by_hand])
        estate.check_at_rest(policy, disturbed if sweep < SHARES else frozenset())
    return estate


def _believed(cloudformation: CloudFormation) -> PolicyProperties | None:
    if cloudformation.believed is None:
        return None
    return PolicyProperties.parse({"AppInstanceArn": APP_INSTANCE, **cloudformation.believed})


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_rules_hold(block: int) -> None:
    for seed in range(block, RUNS, BLOCKS):
        # WHEN
        estate = live(seed)

        # THEN
        assert not estate.problems, f"seed {seed}\n" + "\n".join(estate.story)
