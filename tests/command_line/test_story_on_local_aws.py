"""Plan, deploy, status and repair of two stacks, compared user by user for 2,000 users.

The commands run as processes. The document of ``plan`` has each declared user, but of a policy only
counts and the first to expire: the test asks the code of the command who is counted as what.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from chime_expiration_cli.plan.policy_population import PolicyUser, population
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.policy_properties import (
    POLICY_RESOURCE_TYPE,
    PolicyProperties,
)
from chime_expiration_handler.service.user_state import UserState
from fakes.deployed_policy import DeployedPolicy
from fakes.deployment import Deployment, prepare
from localaws import LocalAws
from localaws.chime import AppInstanceUser, Fault
from support.checkout import ROOT

pytestmark = pytest.mark.deploys

SOURCES = os.pathsep.join([str(ROOT / "cli"), str(ROOT / "lambda")])

# The quota of the service, 20 calls a second, does not hold on the local AWS.
FAST = ("--rate", "1000")

Days = dict[str, int | None]
Document = dict[str, Any]

DECLARED = [f"{kind}-declared-{number}" for kind in ("guest", "member") for number in range(9)]
PARAMETERS = {"Named": "guest-named", "Other": "guest-other", "Days": "25"}
ELSEWHERE = {"guest-elsewhere": 45, "member-orphan": 30}
AGES = {
    **{f"guest-{number}": 0.53 + number / 10 for number in range(200)},
    **{f"guest-old-{number}": 40.5 + number for number in range(30)},
    "member-old": 40.5,
}
FOREIGN = {f"guest-foreign-{number}": 50 + number for number in range(30)}
ADMINS = [f"guest-admin-{number}" for number in range(10)]
NAMED = ["guest-named", "guest-other", *DECLARED, *ELSEWHERE, *AGES, *FOREIGN, *ADMINS]
USERS = [*NAMED, *(f"member-{number}" for number in range(2000 - len(NAMED)))]


@dataclass(frozen=True)
class Version:
    """What a version of the app declares, with its two stacks Chat and Elsewhere.

    ``refused`` are declared after the policy has been updated.
    """

    app_instance: str
    policy_days: int
    declared: Mapping[str, int]
    named_user_days: int
    refused: tuple[str, ...] = ()
    elsewhere_days: Mapping[str, int] = field(default_factory=lambda: ELSEWHERE)

    def chat(self, stack: Stack) -> None:
        """A policy, users, and two users that are parameters, one of them with its days."""
        policy = AppInstanceUserExpirationPolicy(
            stack,
            "Guests",
            app_instance_arn=self.app_instance,
            expire_after=Duration.days(self.policy_days),
            users=["guest-*"],
            calls_per_second=1000,
        )
        for user, days in self.declared.items():
            self._declare(stack, user, user, days)
        for user in self.refused:
            self._declare(stack, user, user, 30).node.add_dependency(policy)
        named, other = (
            CfnParameter(stack, name, default=PARAMETERS[name]).value_as_string
            for name in ("Named", "Other")
        )
        self._declare(stack, "NamedUser", named, self.named_user_days)
        number = CfnParameter(stack, "Days", type="Number").value_as_number
        self._declare(stack, "OtherUser", other, number)

    def elsewhere(self, stack: Stack) -> None:
        """A user that the policy selects, too, and another one."""
        for user, days in self.elsewhere_days.items():
            self._declare(stack, user, user, days)

    def _declare(
        self, stack: Stack, name: str, user: str, days: float
    ) -> AppInstanceUserExpiration:
        return AppInstanceUserExpiration(
            stack,
            name,
            app_instance_user_arn=f"{self.app_instance}/user/{user}",
            expire_after=Duration.days(days),
        )


@dataclass(frozen=True)
class Prediction:
    """What ``plan`` has said. ``judged`` are the users that it has counted for the policy."""

    exit_status: int
    document: Document
    judged: list[PolicyUser] = field(default_factory=list)

    @property
    def rows(self) -> list[Document]:
        """The declared users of both stacks."""
        return [user for stack in self.document["stacks"] for user in stack["users"]]

    @property
    def actions(self) -> dict[str, list[str]]:
        """The declared users of each action."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            found.setdefault(row["action"], []).append(user_id(row["user_arn"] or ""))
        return found

    @property
    def chat(self) -> Document:
        """The stack Chat."""
        return next(dict(each) for each in self.document["stacks"] if each["name"] == "Chat")

    @property
    def policy(self) -> Document:
        """The policy."""
        [policy] = self.chat["policies"]
        return dict(policy)

    @property
    def counts(self) -> dict[str, int]:
        """The users of the policy by action, each of which is known and not an estimate."""
        counts = self.policy["counts"]
        assert all(each["low"] == each["count"] == each["high"] for each in counts.values())
        return {action: each["count"] for action, each in counts.items()}

    def after(self, before: Days) -> Days:
        """What each user has after a deployment that succeeds."""
        assert self.counts == Counter(each.action.name for each in self.judged)
        of_policy = {each.user_id: each.days_after for each in self.judged if each.days_after}
        declared = {
            user_id(row["user_arn"]): row["days_after"]
            for row in self.rows
            if row["action"] != "NOT_JUDGED"
        }
        return before | of_policy | declared


@dataclass
class Story:
    """The AppInstance, and the deployments of the two stacks."""

    local_aws: LocalAws
    folder: Path
    app_instance: str
    chat: Deployment
    elsewhere: Deployment

    @property
    def users(self) -> dict[str, AppInstanceUser]:
        """The users at the service by id."""
        return {user_id(user.arn): user for user in self.local_aws.chime.users()}

    def days(self) -> Days:
        """What each user has now."""
        return {name: days_of(user) for name, user in self.users.items()}

    def arn(self, name: str) -> str:
        return f"{self.app_instance}/user/{name}"

    def remove_with_a_failing_clean_up(self, version: Version, name: str) -> None:
        """Remove a user from the stack Elsewhere; the service rejects that its days are cleared."""
        arn = self.arn(name)

        def is_clean_up(_: str, parameters: Mapping[str, Any]) -> bool:
            return bool(parameters["AppInstanceUserArn"] == arn)

        put = "PutAppInstanceUserExpirationSettings"
        chime = self.local_aws.chime
        chime.faults.add(Fault(put, "BadRequestException", times=None, when=is_clean_up))
        fewer = {other: days for other, days in version.elsewhere_days.items() if other != name}
        status = self.elsewhere.deploy(replace(version, elsewhere_days=fewer).elsewhere)
        chime.faults.clear()
        assert status == "UPDATE_COMPLETE"

    def set_days(self, name: str, days: int | None) -> None:
        """Change an expiration as somebody else does; None removes it."""
        settings = {"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
        self.local_aws.client("chime-sdk-identity").put_app_instance_user_expiration_settings(
            AppInstanceUserArn=self.arn(name),
            **({} if days is None else {"ExpirationSettings": settings}),
        )

    def run(self, *arguments: str) -> tuple[int, Document]:
        """Run the command as a process; return its exit status and its document."""
        result = subprocess.run(
            [sys.executable, "-m", "chime_expiration_cli", *arguments, "--json", *FAST],
            env=self.local_aws.process_environment() | {"PYTHONPATH": SOURCES},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.stdout, result.stderr
        return result.returncode, json.loads(result.stdout)

    def plan(self, version: Version, *arguments: str) -> Prediction:
        """Synthesize both stacks and plan them."""
        outdir = self.folder / f"cdk.out-{len(list(self.folder.iterdir()))}"
        app = App(outdir=str(outdir))
        version.chat(Stack(app, "Chat"))
        version.elsewhere(Stack(app, "Elsewhere"))
        app.synth()
        self.local_aws.chime.calls.clear()
        exit_status, document = self.run("plan", str(outdir), *arguments)
        template = (outdir / "Chat.template.json").read_text()
        prediction = Prediction(exit_status, document)
        declared = {row["user_arn"] for row in prediction.rows if row["user_arn"]}
        is_deployed = prediction.chat["status"] is not None
        judged = self._judged(resolved(template), declared, is_deployed=is_deployed)
        return replace(prediction, judged=list(judged))

    def _judged(
        self, template: Document, declared: set[str], *, is_deployed: bool
    ) -> Iterator[PolicyUser]:
        """What the policy does with each of its users, as ``plan`` judges it."""
        [properties] = [
            PolicyProperties.parse(resource["Properties"])
            for resource in template["Resources"].values()
            if resource["Type"] == POLICY_RESOURCE_TYPE
        ]
        users = {user.arn: user for user in self.users.values()}
        divided = population(
            properties,
            list(users),
            frozenset(self.local_aws.chime.admins(self.app_instance)),
            DeployedPolicy(self.chat, self.app_instance).entries() if is_deployed else {},
            len(users),
            datetime.now(UTC),
        )
        # What was read for a declaration is newer than the ledger. Here, nobody is cleared.
        known = {self.arn(each.user_id): each for each in divided.known}
        yield from (known[arn] for arn in known.keys() - declared)
        read_anyway = map(AppInstanceUserArn.parse, known.keys() & declared)
        for arn in (*divided.to_read, *read_anyway):
            user = users[str(arn)]
            yield divided.judge(arn, UserState(user.created, days_of(user)))

    def assert_the_first_to_expire_are_those_that_were_named(self, plan: Prediction) -> None:
        users = self.users
        given = {each.user_id for each in plan.judged if each.action.name in ("SET", "CHANGED")}
        assert [
            (each["user_id"], each["days_after"]) for each in plan.policy["first_to_expire"]
        ] == [
            (name, days_of(users[name]))
            for name in sorted(given, key=lambda name: (str(users[name].expires_at), name))[:10]
        ]


def resolved(template: str) -> Document:
    """The template with the values of its parameters."""

    def value(node: Document) -> Any:
        return PARAMETERS.get(node.get("Ref", ""), node)

    return dict(json.loads(template, object_hook=value))


def user_id(arn: str) -> str:
    return arn.partition("/user/")[2]


def days_of(user: AppInstanceUser) -> int | None:
    return user.expiration.expiration_days if user.expiration else None


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with LocalAws() as local_aws:
        prepare(local_aws)
        chime = local_aws.chime
        # The account has raised quotas: the policy sets a thousand users a second.
        chime.limits = None
        app_instance = chime.create_app_instance("chat", age_days=500)
        for name in USERS:
            arn = chime.create_user(
                app_instance,
                name,
                age_days=AGES.get(name, 5),
                expiration_days=FOREIGN.get(name),
            )
            if name in ADMINS:
                chime.make_admin(arn)
        folders = [tmp_path / name for name in ("Chat", "Elsewhere", "plans")]
        for folder in folders:
            folder.mkdir()
        yield Story(
            local_aws,
            folders[2],
            app_instance,
            Deployment(local_aws, folders[0], "Chat"),
            Deployment(local_aws, folders[1], "Elsewhere"),
        )


def test_each_user_has_what_was_planned_and_repair_restores_what_was_deployed(
    story: Story,
) -> None:
    assert len(story.users) == 2000

    # WHEN a new stack is planned, with a parameter without a value
    version = Version(story.app_instance, 30, dict.fromkeys(DECLARED, 30), named_user_days=30)
    before = story.days()
    plan = story.plan(version)

    # THEN
    assert plan.exit_status == 3
    assert {action: len(users) for action, users in plan.actions.items()} == {
        "NOT_JUDGED": 1,
        "SET": 21,
    }
    assert plan.counts == {"SET": 201, "LEFT_ALONE": 30, "OVERDUE": 30}
    assert story.local_aws.chime.calls.puts() == []

    # WHEN
    assert story.chat.deploy(version.chat, parameters=PARAMETERS) == "CREATE_COMPLETE"
    assert story.elsewhere.deploy(version.elsewhere) == "CREATE_COMPLETE"

    # THEN
    assert differences(story.days(), plan.after(before) | {"guest-other": 25}) == {}
    story.assert_the_first_to_expire_are_those_that_were_named(plan)

    # WHEN a version is planned that the function refuses after it has updated the policy
    before = story.days()
    refused = replace(
        version,
        policy_days=60,
        declared={**version.declared, "guest-declared-0": 45},
        refused=("member-old", "nobody"),
    )
    plan = story.plan(refused)

    # THEN
    assert plan.exit_status == 1
    assert plan.chat["would_fail"]
    assert plan.actions["REFUSED"] == ["member-old", "nobody"]
    # The ledger does not know that the stack Elsewhere has changed a user; plan has read it.
    assert plan.counts == {"CHANGED": 200, "SET": 19, "LEFT_ALONE": 31, "OVERDUE": 11}

    # WHEN
    story.local_aws.chime.calls.clear()
    assert story.chat.deploy(refused.chat, parameters=PARAMETERS) == "UPDATE_ROLLBACK_COMPLETE"

    # THEN the policy has changed its users and changed them back, except those for whom the
    # earlier days are too few: a sweep of the rollback takes nothing away that it cannot replace
    assert any(row["explanation"] in story.chat.reasons() for row in plan.rows[:2])
    assert len(story.local_aws.chime.calls.puts()) >= 200 + 19 + 200
    too_old = {each.user_id: 60 for each in plan.judged if each.action.name == "SET"}
    assert differences(story.days(), {**before, **too_old}) == {}

    # WHEN everything is changed, and somebody has changed a user whose declaration stays the same
    story.set_days("member-declared-3", 99)
    before = story.days()
    declared = {**version.declared, "member-declared-0": 60, "member-3": 90}
    del declared["guest-declared-8"]
    version = replace(version, policy_days=15, declared=declared, named_user_days=45)
    page = story.folder / "plan.html"
    plan = story.plan(version, "--html", str(page))

    # THEN
    assert plan.exit_status == 0
    assert {action: each for action, each in plan.actions.items() if action != "UNCHANGED"} == {
        "CHANGED": ["guest-named", "member-declared-0"],
        "SET": ["member-3"],
        "CLEARED": ["guest-declared-8"],
    }
    assert plan.counts == {"CHANGED": 135, "OVERDUE": 95, "LEFT_ALONE": 32}

    # AND of the policy, only the users were read whose age the ledger does not know, one of whom
    # has been declared so far
    assert plan.policy["read"] == 31
    calls = story.local_aws.chime.calls
    assert len(calls.of("DescribeAppInstanceUser")) == 31 + len(plan.rows) - 1
    assert "member-declared-3" in page.read_text()

    # WHEN
    assert story.chat.deploy(version.chat, parameters=PARAMETERS) == "UPDATE_COMPLETE"

    # THEN
    assert differences(story.days(), plan.after(before)) == {}
    story.assert_the_first_to_expire_are_those_that_were_named(plan)

    # WHEN a clean-up fails, and somebody changes, clears and deletes users
    deployed = story.days()
    story.remove_with_a_failing_clean_up(version, "member-orphan")
    story.set_days("guest-declared-0", 77)
    story.set_days("guest-declared-1", None)
    story.local_aws.chime.delete_user(story.arn("member-declared-2"))
    page = story.folder / "status.html"
    exit_status, document = story.run("status", "--html", str(page))

    # THEN exactly these are reported, and those of before
    drift = {
        "guest-declared-0": "MODIFIED",
        "guest-declared-1": "MODIFIED",
        "member-declared-2": "DELETED",
        "member-declared-3": "MODIFIED",
        "member-orphan": "ORPHANED",
    }
    assert exit_status == 1
    assert not_in_sync(document) == drift
    assert {name for name in drift if name not in page.read_text()} == set()

    # WHEN
    exit_status, document = story.run("repair", "--yes", "--clear-orphans")

    # THEN
    assert exit_status == 0
    assert {
        user_id(each["user_arn"]): (each["outcome"], each["days_before"], each["days_after"])
        for each in document["repairs"]
    } == {
        "guest-declared-0": ("REPAIRED", 77, 30),
        "guest-declared-1": ("REPAIRED", None, 30),
        "member-declared-3": ("REPAIRED", 99, 30),
        "member-orphan": ("REPAIRED", 30, None),
    }

    # WHEN
    exit_status, document = story.run("status")

    # THEN only the deleted user is left, which a person has to create or remove
    assert exit_status == 0
    assert not_in_sync(document) == {"member-declared-2": "DELETED"}
    del deployed["member-declared-2"]
    assert (
        differences(story.days(), {**deployed, "member-declared-3": 30, "member-orphan": None})
        == {}
    )


def not_in_sync(document: Document) -> dict[str, str]:
    """The declared users and the policies that do not have what is declared."""
    return {
        user_id(each["user_arn"]) if "user_arn" in each else each["logical_id"]: each[
            "drift_status"
        ]
        for stack in document["stacks"]
        for each in (*stack["declarations"], *stack["policies"])
        if each["drift_status"] != "IN_SYNC"
    }


def differences(actual: Days, expected: Days) -> dict[str, tuple[int | None, int | None]]:
    """The users that do not have what is expected, with what they have and should have."""
    return {
        name: (actual.get(name), expected.get(name))
        for name in actual.keys() | expected.keys()
        if (name in actual, actual.get(name)) != (name in expected, expected.get(name))
    }
