"""Lists of users and admins as they should not be: the sweep ends, and harms nobody."""

from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from chime_expiration_handler.service.app_instance import ListError
from localaws.standins.app_instance import AppInstance
from sweep.calm_policy import CalmPolicy
from sweep.cloudformation import CloudFormation
from sweep.estate import APP_INSTANCE, Estate

THIRTY = {"ExpirationDays": "30"}
OTHER_APP_INSTANCE = APP_INSTANCE.replace("chat", "other")
FOREIGN = f"{OTHER_APP_INSTANCE}/user/guest-1"
ODD = f"{APP_INSTANCE}/user/-odd-"


class Lists(AppInstance):
    """An AppInstance whose lists have been changed."""

    def list_app_instance_users(self, **parameters: Any) -> dict[str, Any]:
        return self.changed_users(super().list_app_instance_users(**parameters))

    def list_app_instance_admins(self, **parameters: Any) -> dict[str, Any]:
        parameters.pop("NextToken", None)
        return self.changed_admins(super().list_app_instance_admins(**parameters))

    def changed_users(self, page: dict[str, Any]) -> dict[str, Any]:
        return page

    def changed_admins(self, page: dict[str, Any]) -> dict[str, Any]:
        return page


class UsersTwice(Lists):
    def changed_users(self, page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "AppInstanceUsers": page["AppInstanceUsers"] * 2}


class UsersOfOthers(Lists):
    def changed_users(self, page: dict[str, Any]) -> dict[str, Any]:
        foreign = {"AppInstanceUserArn": FOREIGN}
        return {**page, "AppInstanceUsers": [foreign, *page["AppInstanceUsers"]]}


class OddUser(Lists):
    def changed_users(self, page: dict[str, Any]) -> dict[str, Any]:
        odd = {"AppInstanceUserArn": ODD}
        return {**page, "AppInstanceUsers": [odd, *page["AppInstanceUsers"]]}


class EmptyPage(AppInstance):
    def list_app_instance_users(self, **parameters: Any) -> dict[str, Any]:
        page = super().list_app_instance_users(**parameters)
        if "NextToken" in parameters:
            return page
        return {**page, "AppInstanceUsers": [], "NextToken": "0"}


class EmptyToken(Lists):
    def changed_users(self, page: dict[str, Any]) -> dict[str, Any]:
        return {"NextToken": "", **page}

    def changed_admins(self, page: dict[str, Any]) -> dict[str, Any]:
        return {"NextToken": "", **page}


class EndlessUsers(Lists):
    def changed_users(self, page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "NextToken": "1"}


class EndlessAdmins(Lists):
    def changed_admins(self, page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "NextToken": "1"}


@dataclass
class Swept:
    estate: Estate
    cloudformation: CloudFormation


def sweep(lists: type[AppInstance], *users: str) -> Swept:
    estate = Estate(seed=2)
    estate.calm()
    estate.chime = lists(APP_INSTANCE, estate.now)
    for user in users or ("guest-1", "guest-2"):
        estate.create_user(user, 1)
    cloudformation = CloudFormation(estate)
    estate.time.run([partial(cloudformation.create, THIRTY)])
    assert not estate.problems
    return Swept(estate, cloudformation)


@pytest.mark.parametrize("lists", [UsersTwice, UsersOfOthers, EmptyPage, EmptyToken])
def test_every_user_is_set_once_and_nobody_else(lists: type[AppInstance]) -> None:
    # WHEN
    swept = sweep(lists)

    # THEN
    assert swept.estate.policy().counts == {"set": 2}
    assert swept.estate.chime.calls["DescribeAppInstanceUser"] == 2
    assert {user.days for user in swept.estate.chime.users.values()} == {30}


def test_a_user_that_can_never_be_set_is_counted_and_does_not_stop_the_others() -> None:
    # WHEN
    swept = sweep(OddUser)

    # THEN
    policy = swept.estate.policy()
    assert policy.counts == {"set": 2, "failed": 1}
    assert "user id '-odd-' is not 1-64 characters" in policy.last_failure
    assert swept.cloudformation.believed == THIRTY


@pytest.mark.parametrize("lists", [EndlessUsers, EndlessAdmins])
def test_a_list_without_end_fails_the_sweep(lists: type[AppInstance]) -> None:
    # WHEN
    swept = sweep(lists)

    # THEN
    assert swept.cloudformation.believed is None
    assert any("returned a page again and again" in each for each in swept.estate.story)


def test_a_throttled_list_lowers_the_rate_of_lists() -> None:
    # GIVEN
    policy = CalmPolicy()
    policy.chime.limits = SimpleNamespace(admit=lambda *_: False)
    rate = policy.paces.list.rate

    # THEN
    with pytest.raises(ListError):
        policy.app_instance().users(None)
    assert policy.paces.list.rate == rate / 2


def test_a_token_that_is_refused_halfway_starts_the_list_again() -> None:
    # GIVEN
    estate = Estate(seed=2)
    estate.calm()
    estate.chime.page_size = 1
    foreign = estate.create_user("guest-of-others", 1, 99)
    arns = [estate.create_user(f"guest-{number}", 1) for number in range(4)]
    estate.chime.refused_tokens = {"3"}

    # WHEN
    estate.time.run([partial(CloudFormation(estate).create, THIRTY)])

    # THEN
    assert {estate.chime.users[arn].days for arn in arns} == {30}
    assert estate.policy().counts == {"left_alone": 1, "set": 4, "kept": 2}
    assert estate.policy().users is None
    assert estate.chime.users[foreign].days == 99
    assert not estate.problems


def test_a_token_that_is_always_refused_fails_the_sweep() -> None:
    # GIVEN
    class Refusing(AppInstance):
        def list_app_instance_users(self, **parameters: Any) -> dict[str, Any]:
            self.refused_tokens = {"1"}
            return super().list_app_instance_users(**parameters)

    # WHEN
    estate = Estate(seed=2)
    estate.calm()
    estate.chime = Refusing(APP_INSTANCE, estate.now, page_size=1)
    for number in range(3):
        estate.create_user(f"guest-{number}", 1)
    cloudformation = CloudFormation(estate)
    estate.time.run([partial(cloudformation.create, THIRTY)])

    # THEN
    assert cloudformation.believed is None
    assert any("Invalid NextToken" in each for each in estate.story)
    assert estate.chime.calls["ListAppInstanceUsers"] < 20
