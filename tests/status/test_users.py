"""What the service says of each user, from boto3's client and from a Chime SDK of this machine."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chime_expiration.status.pace import Pace
from chime_expiration.status.users import (
    Gone,
    Held,
    NoAnswer,
    NotAllowed,
    Reading,
    RegionOfUsers,
    read_users,
)
from chime_expiration_handler.arn import AppInstanceUserArn
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer, Fault, RateLimits

DESCRIBE = "DescribeAppInstanceUser"


class Region:
    """Asks in one region. `seconds` pass when it waits."""

    def __init__(self, server: ChimeServer, certificates: Certificates) -> None:
        self.seconds = 0.0
        self._server = server
        self._certificates = certificates

    def of(self, region: str) -> RegionOfUsers:
        return RegionOfUsers(
            self._client(region),
            Pace(1e6),
            sleep=self._sleep,
            monotonic=lambda: self.seconds,
            uniform=lambda _, widest: widest,
        )

    def read(self, user: str) -> Reading:
        arn = AppInstanceUserArn.parse(user)
        return self.of(arn.region).read(arn)

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def _client(self, region: str) -> Any:
        return boto3.client(
            "chime-sdk-identity",
            region_name=region,
            endpoint_url=self._server.url,
            verify=str(self._certificates.authority),
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3),
        )


@pytest.fixture
def region(chime_server: ChimeServer, certificates: Certificates) -> Region:
    return Region(chime_server, certificates)


def test_a_user_is_there_with_its_setting(chime, region, app_instance):
    # GIVEN
    created = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    user = chime.create_user(app_instance, "a", created=created, expiration_days=30)

    # THEN
    assert region.read(user) == Held(created, 30)


@pytest.mark.parametrize("answer", ["absent", "null"])
def test_a_user_is_there_without_a_setting(chime, region, other_user, answer):
    # GIVEN
    chime.cleared_settings_answer = answer

    # WHEN
    reading = region.read(other_user)

    # THEN
    assert isinstance(reading, Held)
    assert reading.days is None


@pytest.mark.parametrize("answer", ["Forbidden", "NotFound"])
@pytest.mark.parametrize("header", [True, False])
def test_a_user_is_gone_however_the_service_says_so(chime, region, user, answer, header):
    # GIVEN
    chime.unknown_user_answers = answer
    chime.error_header = header
    chime.delete_user(user)

    # THEN
    assert region.read(user) == Gone()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("AccessDeniedException", None),
        ("UnauthorizedClientException", None),
        ("ForbiddenException", "AWS authorization failed"),
    ],
)
def test_not_to_be_allowed_is_not_to_be_gone(chime, region, user, error, message):
    # GIVEN
    chime.faults.add(Fault(DESCRIBE, error, message, times=None))

    # WHEN
    reading = region.read(user)

    # THEN
    assert isinstance(reading, NotAllowed)
    assert error in reading.said
    assert len(chime.calls) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(DESCRIBE, "ThrottledClientException", times=9),
        Fault(DESCRIBE, "ServiceUnavailableException", times=5),
        Fault(DESCRIBE, then="reset", times=2),
        Fault(DESCRIBE, then="silence", times=1),
    ],
    ids=lambda fault: fault.error or fault.then,
)
def test_what_passes_is_asked_again(chime, region, user, fault):
    # GIVEN
    chime.faults.add(fault)

    # THEN
    assert isinstance(region.read(user), Held)


def test_a_user_that_fails_every_time_does_not_keep_the_others(chime, region, user, other_user):
    # GIVEN
    def is_broken(_: str, parameters: Any) -> bool:
        return bool(parameters["AppInstanceUserArn"] == user)

    chime.faults.add(Fault(DESCRIBE, "ServiceFailureException", times=None, when=is_broken))
    there = region.of("us-east-1")

    # WHEN
    broken = there.read(AppInstanceUserArn.parse(user))

    # THEN
    assert isinstance(broken, NoAnswer)
    assert "ServiceFailure" in broken.said
    assert isinstance(there.read(AppInstanceUserArn.parse(other_user)), Held)


def test_after_a_minute_of_throttling_nobody_is_asked_any_more(chime, region, user, other_user):
    # GIVEN
    chime.limits = RateLimits(per_operation={DESCRIBE: 1e-9})
    chime.limits.admit(DESCRIBE, "us-east-1")
    there = region.of("us-east-1")

    # WHEN
    first = there.read(AppInstanceUserArn.parse(user))
    asked = len(chime.calls)
    second = there.read(AppInstanceUserArn.parse(other_user))

    # THEN
    assert isinstance(first, NoAnswer)
    assert "Throttled" in first.said
    assert isinstance(second, NoAnswer)
    assert region.seconds < 80
    assert len(chime.calls) == asked


def test_each_user_is_asked_for_once_in_the_region_of_its_arn(
    chime: ChimeIdentity, region: Region, app_instance: str
):
    # GIVEN
    europe = chime.create_app_instance("chat", "eu-central-1")
    arns = [
        AppInstanceUserArn.parse(chime.create_user(where, f"u{number}", expiration_days=number))
        for where in (app_instance, europe)
        for number in range(1, 20)
    ]
    done: list[None] = []
    was_read: Callable[[], None] = lambda: done.append(None)  # noqa: E731

    # WHEN
    readings = read_users([*arns, *arns], region.of, 8, was_read)

    # THEN
    assert {arn: arn.region for arn in arns} == {
        AppInstanceUserArn.parse(str(call.arn)): call.region for call in chime.calls
    }
    assert len(chime.calls) == len(done) == len(arns)
    for arn in arns:
        reading = readings[arn]
        assert isinstance(reading, Held)
        assert reading.days == int(arn.user_id[1:])
