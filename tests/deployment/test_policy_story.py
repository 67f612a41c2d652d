"""The life of a policy on an AppInstance with 2,000 users, compared with a model at each step.

The creation, the first deployment that fails and the removal use the real CDK CLI. The other steps
use ``Deployment``, which does the same without starting it. IAM authorizes every call of the
function.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import CfnResource, Duration, Stack
from aws_cdk.aws_lambda import CfnFunction

from chime_expiration import AppInstanceUserExpirationPolicy
from chime_expiration_handler.contract.ledger import Kind
from fakes.deployed_policy import DeployedPolicy
from fakes.deployment import Deployment
from localaws import LocalAws
from localaws.cdk_cli import CdkCli, CdkError
from localaws.chime import ChimeIdentity, Fault

pytestmark = pytest.mark.deploys

LIST = "ListAppInstanceUsers"

# On a busy machine, the sweep has not begun when the first of these ends.
FUNCTION_SECONDS = (50, 90, 300)


@dataclass(frozen=True)
class Person:
    """A user. ``foreign_days`` are those that somebody else has set."""

    name: str
    age_days: float = 0.5
    foreign_days: int | None = None
    is_admin: bool = False


PEOPLE = [
    *(Person(f"guest-{number}") for number in range(150)),
    *(Person(f"guest-old-{number}", age_days=20.5 + number) for number in range(60)),
    *(Person(f"guest-foreign-{number}", foreign_days=20 + number) for number in range(40)),
    *(Person(f"guest-admin-{number}", is_admin=True) for number in range(10)),
    *(Person(f"guest-bot-{number}") for number in range(30)),
    *(Person(f"guest-kiosk-{number}") for number in range(100)),
    *(Person(f"member-{number}") for number in range(1610)),
]


@dataclass(frozen=True)
class Policy:
    """What is declared. A prefix stands for the pattern of all ids that begin with it."""

    days: int
    prefixes: tuple[str, ...] = ("guest-",)
    exceptions: tuple[str, ...] = ("guest-kiosk-",)
    notice: int | None = None
    enabled: bool = True

    def build(self, stack: Stack, app_instance: str) -> AppInstanceUserExpirationPolicy:
        return AppInstanceUserExpirationPolicy(
            stack,
            "Guests",
            app_instance_arn=app_instance,
            expire_after=Duration.days(self.days),
            users=[f"{prefix}*" for prefix in self.prefixes],
            except_users=[f"{prefix}*" for prefix in self.exceptions],
            notice=None if self.notice is None else Duration.days(self.notice),
            enabled=self.enabled,
            # The local AWS has no quotas: nothing is gained by waiting.
            calls_per_second=1000,
        )


def should_have(person: Person, policy: Policy, held: int | None) -> int | None:
    """The days of a person after a sweep; ``held`` are those that the policy has set before."""
    if person.foreign_days is not None:
        return person.foreign_days
    selected = person.name.startswith(policy.prefixes)
    excepted = person.name.startswith(policy.exceptions) or person.is_admin
    if not policy.enabled or not selected or excepted:
        return None
    # The notice is at least a day.
    if held == policy.days or person.age_days + (policy.notice or 1) <= policy.days:
        return policy.days
    # What is there stays, where the policy has no notice to give.
    return held if policy.notice is None else ceil(person.age_days) + policy.notice


@dataclass
class Story:
    """The stack, the people, and what the model says that each of them has."""

    deployment: Deployment
    cdk: CdkCli
    app_instance: str
    users: Mapping[str, Person]
    expected: dict[str, int | None] = field(default_factory=dict)

    @property
    def chime(self) -> ChimeIdentity:
        return self.deployment.local_aws.chime

    def stack(
        self, policy: Policy, add: Callable[[AppInstanceUserExpirationPolicy], object]
    ) -> Callable[[Stack], None]:
        return lambda stack: (add(policy.build(stack, self.app_instance)), None)[1]

    def deploy(
        self,
        policy: Policy,
        add: Callable[[AppInstanceUserExpirationPolicy], object] = lambda _: None,
    ) -> str:
        """Deploy within a second, and return the status of the stack."""
        return self.deployment.deploy(self.stack(policy, add))

    def run_cdk(
        self,
        *command: str,
        policy: Policy,
        add: Callable[[AppInstanceUserExpirationPolicy], object] = lambda _: None,
    ) -> str:
        """Run a command of the real CDK CLI, and return its output."""
        assembly = self.deployment.synthesize(self.stack(policy, add))
        return self.cdk.run(*command, "--app", str(assembly))

    def expect(self, policy: Policy) -> None:
        """Have the model follow a deployment that succeeds."""
        self.expected = {
            arn: should_have(person, policy, self.expected.get(arn))
            for arn, person in self.users.items()
        }

    def assert_everybody_has_what_is_expected(self) -> None:
        actual = {arn: self.chime.expiration_days(arn) for arn in self.users}
        assert {
            self.users[arn].name: (days, self.expected[arn])
            for arn, days in actual.items()
            if days != self.expected[arn]
        } == {}

    def assert_the_ledger_says_what_is_true(self) -> None:
        entries = DeployedPolicy(self.deployment, self.app_instance).entries()
        assert {arn: each.days for arn, each in entries.items() if each.is_owned} == {
            arn: days
            for arn, days in self.expected.items()
            if days is not None and self.users[arn].foreign_days is None
        }
        assert all(entries[arn].kind is Kind.SET for arn in entries if entries[arn].is_owned)
        assert {arn for arn, each in entries.items() if each.kind is Kind.LEFT_ALONE} <= {
            arn for arn, person in self.users.items() if person.foreign_days is not None
        }

    def assert_nobody_else_was_touched(self) -> None:
        touched = {call.arn for call in self.chime.calls.puts()}
        assert not {
            self.users[arn].name
            for arn in touched & set(self.users)
            if arn and (self.users[arn].is_admin or self.users[arn].foreign_days is not None)
        }
        assert touched <= set(self.users)
        assert self.chime.calls.of(error="AccessDeniedException") == []

    def check(self) -> None:
        """Compare the service and the ledger with the model, once the sweep is over."""
        DeployedPolicy(self.deployment, self.app_instance).wait_until_swept()
        self.assert_everybody_has_what_is_expected()
        self.assert_the_ledger_says_what_is_true()
        self.assert_nobody_else_was_touched()


@pytest.fixture
def story(local_aws: LocalAws, tmp_path: Path) -> Iterator[Story]:
    chime = local_aws.chime
    # The deployment that fails in the middle must not have met those who are too old for the
    # earlier days: they would keep the later ones.
    usual, chime.list_order = chime.list_order, "creation"
    chat = chime.create_app_instance("story", age_days=500)
    users = {}
    for person in PEOPLE:
        arn = chime.create_user(
            chat, person.name, age_days=person.age_days, expiration_days=person.foreign_days
        )
        users[arn] = person
        if person.is_admin:
            chime.make_admin(arn)
    # A guest of another AppInstance, whom nobody may touch.
    chime.create_user(chime.create_app_instance("other"), "guest-elsewhere")
    deployment = Deployment(local_aws, tmp_path, "PolicyStory")
    yield Story(deployment, CdkCli(local_aws, tmp_path), chat, users)
    deployment.delete()
    chime.list_order = usual


class Standstill:
    """Refuses the next page of the list once so many users have these days.

    It ends when CloudFormation has declared the policy again.
    """

    def __init__(self, story: Story, days: int, users: int) -> None:
        self._chime = story.chime
        self._table = DeployedPolicy(story.deployment, story.app_instance).table
        self._days = days
        self._users = users
        self._generation: int | None = None

    def __call__(self, _: str, parameters: Mapping[str, Any]) -> bool:
        if "NextToken" not in parameters or self.users_set() < self._users:
            return False
        policy = self._table.policy()
        assert policy is not None
        self._generation = self._generation or policy.generation
        return policy.generation == self._generation

    def users_set(self) -> int:
        """How many calls have set these days."""
        return sum(
            call.parameters.get("ExpirationSettings", {}).get("ExpirationDays") == self._days
            for call in self._chime.calls.puts()
        )


def another_resource_fails(policy: AppInstanceUserExpirationPolicy) -> None:
    """Add a resource that fails after the policy was updated."""
    failing = CfnResource(
        Stack.of(policy), "Failing", type="AWS::SSM::Parameter", properties={"Type": "Nothing"}
    )
    failing.node.add_dependency(policy)


def another_resource_fails_during_the_sweep(
    function_seconds: int,
) -> Callable[[AppInstanceUserExpirationPolicy], None]:
    """Do the same, and have the policy answer while its sweep goes on.

    It answers when its function has 30 seconds left. The local CloudFormation updates one resource
    at a time, so that no other resource can fail before that.
    """

    def add(policy: AppInstanceUserExpirationPolicy) -> None:
        another_resource_fails(policy)
        for each in Stack.of(policy).node.find_all():
            if isinstance(each, CfnFunction):
                each.add_property_override("Timeout", function_seconds)

    return add


def test_every_user_has_what_the_rules_say_after_each_deployment(story: Story) -> None:
    assert len(story.users) == 2000

    # WHEN it is created by the real CLI
    policy = Policy(days=30)
    output = story.run_cdk("deploy", "--require-approval", "never", policy=policy)

    # THEN the users of more than 29 days are overdue
    assert "✅  PolicyStory" in output
    story.expect(policy)
    story.check()

    # WHEN the real CLI changes the days, and the deployment fails in the middle of the sweep
    standstill = Standstill(story, days=90, users=100)
    story.chime.faults.add(Fault(LIST, "ThrottledClientException", times=None, when=standstill))
    for seconds in FUNCTION_SECONDS:
        with pytest.raises(CdkError, match="Resource updates failed"):
            story.run_cdk(
                "deploy",
                "--require-approval",
                "never",
                policy=replace(policy, days=90),
                add=another_resource_fails_during_the_sweep(seconds),
            )
        if standstill.users_set():
            break
    story.chime.faults.clear()

    # THEN some users had the new days for a while
    assert 0 < standstill.users_set() < 240
    story.check()

    # WHEN the days change
    policy = replace(policy, days=60)
    assert story.deploy(policy) == "UPDATE_COMPLETE"

    # THEN
    story.expect(policy)
    story.check()

    # WHEN the patterns change, and another resource fails after that
    fewer_bots = replace(
        policy,
        prefixes=("guest-", "member-12"),
        exceptions=("guest-kiosk-", "guest-bot-"),
    )
    assert story.deploy(fewer_bots, another_resource_fails) == "UPDATE_ROLLBACK_COMPLETE"

    # THEN
    story.check()

    # WHEN the patterns change
    policy = fewer_bots
    assert story.deploy(policy) == "UPDATE_COMPLETE"

    # THEN
    story.expect(policy)
    story.check()

    # WHEN old users get a notice
    policy = replace(policy, notice=14)
    assert story.deploy(policy) == "UPDATE_COMPLETE"

    # THEN nobody is overdue any more
    story.expect(policy)
    assert None not in {
        days for arn, days in story.expected.items() if "guest-old-" in story.users[arn].name
    }
    story.check()

    # WHEN it is disabled
    policy = replace(policy, enabled=False)
    assert story.deploy(policy) == "UPDATE_COMPLETE"

    # THEN
    story.expect(policy)
    story.check()

    # WHEN the real CLI removes the stack
    story.chime.calls.clear()
    story.run_cdk("destroy", "--force", policy=policy)

    # THEN everybody is as before, and nobody is called for that
    story.assert_everybody_has_what_is_expected()
    assert {arn: days for arn, days in story.expected.items() if days is not None} == {
        arn: person.foreign_days
        for arn, person in story.users.items()
        if person.foreign_days is not None
    }
    assert story.chime.calls.puts() == []
