"""The demo reports a difference."""

import io
import time
from collections.abc import Callable
from typing import Any, cast

import boto3
import pytest
from rich.console import Console

from localaws import LocalAws
from localaws.cdk_cli import CdkCli
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.demo import terminal
from localaws.demo.policy_steps import ADMINS, GUESTS, OLDER_GUESTS, PARTNERS, Group
from localaws.demo.policy_walkthrough import PolicyWalkthrough
from localaws.demo.steps import STEPS
from localaws.demo.walkthrough import Walkthrough


class CdkCliWithoutEffect:
    """Deploys nothing, and reports success. ``effect`` happens instead."""

    def __init__(self, effect: Callable[[], None] = lambda: None) -> None:
        self.commands: list[tuple[str, ...]] = []
        self._effect = effect

    def run(self, *arguments: str, **_: Any) -> str:
        self.commands.append(arguments)
        self._effect()
        return ""


class ChimeOnly:
    """A local AWS in which only Chime SDK Identity runs."""

    def __init__(self, chime: ChimeIdentity, client: Any) -> None:
        self.chime = chime
        self._client = client

    def client(self, _: str) -> Any:
        return self._client


@pytest.fixture
def local_aws(
    chime: ChimeIdentity, chime_server: ChimeServer, certificates: Certificates
) -> LocalAws:
    client = boto3.client(
        "chime-sdk-identity",
        region_name="us-east-1",
        endpoint_url=chime_server.url,
        verify=str(certificates.authority),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return cast("LocalAws", ChimeOnly(chime, client))


def test_the_demo_stops_at_the_first_difference(
    local_aws: LocalAws, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    cdk = CdkCliWithoutEffect()

    # WHEN
    succeeded = Walkthrough(local_aws, cast("CdkCli", cdk)).run()

    # THEN
    assert not succeeded
    assert len(cdk.commands) == 1 < len(STEPS)
    assert "✗ differs" in capsys.readouterr().out


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def set_group(chime: ChimeIdentity, group: Group, days: int) -> None:
    """What a policy does to a group."""
    for user in chime.users():
        if user.arn.rpartition("/")[2] in group.user_ids:
            chime.set_expiration(user.arn, days)


def policy_walkthrough(local_aws: LocalAws, effect: Callable[[], None]) -> PolicyWalkthrough:
    return PolicyWalkthrough(local_aws, cast("CdkCli", CdkCliWithoutEffect(effect)))


def test_the_policy_of_the_demo_has_two_hundred_users(
    local_aws: LocalAws, chime: ChimeIdentity
) -> None:
    # WHEN
    policy_walkthrough(local_aws, lambda: None)

    # THEN
    [app_instance] = chime.app_instances
    assert len(chime.users()) == 200
    assert len(chime.admins(app_instance)) == len(ADMINS.user_ids) == 3


def test_the_demo_names_the_first_users_that_do_not_have_what_the_policy_gives(
    local_aws: LocalAws, capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN nothing is deployed
    succeeded = policy_walkthrough(local_aws, lambda: None).run()

    # THEN it stops after the first step
    output = capsys.readouterr().out
    assert not succeeded
    assert output.count("✗ differs") == 2
    assert "guest-1: expected 30 days, actual none" in output
    assert "and 185 other users" in output


@pytest.mark.parametrize("group", [ADMINS, PARTNERS])
def test_the_demo_notices_a_user_that_should_have_been_left_alone(
    local_aws: LocalAws,
    chime: ChimeIdentity,
    capsys: pytest.CaptureFixture[str],
    group: Group,
) -> None:
    # GIVEN
    def deploy() -> None:
        set_group(chime, GUESTS, 30)
        set_group(chime, OLDER_GUESTS, 60)
        set_group(chime, group, 30)

    # WHEN
    succeeded = policy_walkthrough(local_aws, deploy).run()

    # THEN
    output = capsys.readouterr().out
    assert not succeeded
    assert output.count("✗ differs") == 1
    for user in group.user_ids:
        assert f"{user}: expected " in output


def test_the_demo_notices_a_user_that_was_deleted(
    local_aws: LocalAws, chime: ChimeIdentity, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    def deploy() -> None:
        set_group(chime, GUESTS, 30)
        set_group(chime, OLDER_GUESTS, 60)
        chime.delete_user(next(user.arn for user in chime.users() if "guest-151" in user.arn))

    # WHEN
    succeeded = policy_walkthrough(local_aws, deploy).run()

    # THEN
    assert not succeeded
    assert "guest-151: expected 60 days, actual no such user" in capsys.readouterr().out


def test_a_terminal_shows_how_many_users_have_what_the_policy_gives(
    local_aws: LocalAws, chime: ChimeIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, _environ={"TERM": "xterm"})
    monkeypatch.setattr(terminal, "console", console)

    def deploy() -> None:
        # The admins and the users of the back end are as expected from the beginning.
        wait_until(lambda: "deploying  5 of 200 users as expected" in screen.getvalue())
        set_group(chime, GUESTS, 30)

    # WHEN
    policy_walkthrough(local_aws, deploy).run()

    # THEN
    assert "deploying  155 of 200 users as expected" in screen.getvalue()
