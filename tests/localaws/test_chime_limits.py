"""Rate limits, with a clock of the test."""

from typing import Any

import pytest

from localaws.chime import ChimeIdentity, RateLimits


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_is_allowed_and_the_rest_is_throttled(
    client: Any, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN two puts a second
    watch = Watch()
    chime.limits = RateLimits(put_per_second=2, monotonic=watch)

    # WHEN three calls come at once / THEN the third is throttled
    for _ in range(2):
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)
    with pytest.raises(client.exceptions.ThrottledClientException, match="Rate exceeded"):
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)

    # WHEN half a second has passed / THEN there is room for one
    watch.seconds += 0.5
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)
    with pytest.raises(client.exceptions.ThrottledClientException):
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)


def test_the_total_counts_every_operation(client: Any, chime: ChimeIdentity, user: str) -> None:
    # GIVEN two calls a second in total, and more for each operation
    chime.limits = RateLimits(put_per_second=10, total_per_second=2, monotonic=Watch())

    # WHEN two calls of different kinds were made / THEN a third of any kind is throttled
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)
    client.describe_app_instance_user(AppInstanceUserArn=user)
    with pytest.raises(client.exceptions.ThrottledClientException):
        client.list_app_instances()


def test_a_refused_call_uses_up_nothing_and_regions_do_not_share() -> None:
    # GIVEN a limit on describing, used up in Virginia
    limits = RateLimits(
        total_per_second=3, per_operation={"DescribeAppInstanceUser": 1}, monotonic=Watch()
    )
    assert limits.admit("DescribeAppInstanceUser", "us-east-1")
    assert not limits.admit("DescribeAppInstanceUser", "us-east-1")

    # THEN the total has lost one token only, and Frankfurt none
    assert limits.admit("ListAppInstances", "us-east-1")
    assert limits.admit("ListAppInstances", "us-east-1")
    assert not limits.admit("ListAppInstances", "us-east-1")
    assert limits.admit("DescribeAppInstanceUser", "eu-central-1")


@pytest.mark.parametrize(
    ("operation", "burst"),
    [
        ("CreateAppInstanceUser", 10),
        ("DescribeAppInstanceUser", 20),
        ("ListAppInstanceAdmins", 10),
        ("ListAppInstanceUsers", 10),
        ("PutAppInstanceUserExpirationSettings", 10),
        ("DescribeAppInstance", 50),
    ],
)
def test_the_documented_quotas_can_be_set_at_once(operation: str, burst: int) -> None:
    # GIVEN
    limits = RateLimits.documented(monotonic=Watch())

    # WHEN / THEN
    admitted = [limits.admit(operation, "us-east-1") for _ in range(60)]
    assert admitted.count(True) == burst
