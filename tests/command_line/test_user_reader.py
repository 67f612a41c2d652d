"""Reads of users with boto3's client from the local Chime SDK Identity."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal
from urllib.parse import quote

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.identity.rate_limiter import RateLimiter
from chime_expiration_cli.identity.read_users import read_users
from chime_expiration_cli.identity.reading import AccessDenied, NotFound, ReadFailed, Reading
from chime_expiration_cli.identity.user_reader import UserReader
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.service.user_state import UserState
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer, Fault, RateLimits

DESCRIBE = "DescribeAppInstanceUser"
USER = "arn:aws:chime:us-east-1:111122223333:app-instance/a/user/guest"


class RawResponse(BytesIO):
    """The body of a response, as urllib3 has it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


class Readers:
    """Creates the readers of each region; ``seconds`` is the virtual time that they waited."""

    def __init__(self, server: ChimeServer, certificates: Certificates) -> None:
        self.seconds = 0.0
        self._server = server
        self._certificates = certificates

    def reader_for(self, region: str) -> UserReader:
        return UserReader(
            self._client(region),
            RateLimiter(1e6),
            sleep=self._sleep,
            monotonic=lambda: self.seconds,
            uniform=lambda _, longest: longest,
        )

    def read(self, user: str) -> Reading:
        arn = AppInstanceUserArn.parse(user)
        return self.reader_for(arn.region).read(arn)

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
            config=Config(retries={"total_max_attempts": 1}, read_timeout=1.5),
        )


@pytest.fixture
def readers(chime_server: ChimeServer, certificates: Certificates) -> Readers:
    return Readers(chime_server, certificates)


def test_a_user_with_an_expiration_is_found(
    chime: ChimeIdentity, readers: Readers, app_instance: str
) -> None:
    # GIVEN
    created = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    user = chime.create_user(app_instance, "a", created=created, expiration_days=30)

    # THEN
    assert readers.read(user) == UserState(created, 30, updated=created)


@pytest.mark.parametrize("settings", ["absent", "null"])
def test_a_user_without_an_expiration_is_found(
    chime: ChimeIdentity, readers: Readers, other_user: str, settings: Literal["absent", "null"]
) -> None:
    # GIVEN
    chime.cleared_settings_answer = settings

    # WHEN
    reading = readers.read(other_user)

    # THEN
    assert isinstance(reading, UserState)
    assert reading.days is None


@pytest.mark.parametrize("response", ["Forbidden", "NotFound"])
@pytest.mark.parametrize("header", [True, False])
def test_a_deleted_user_is_not_found_with_any_response_of_the_service(
    chime: ChimeIdentity,
    readers: Readers,
    user: str,
    response: Literal["Forbidden", "NotFound"],
    header: bool,
) -> None:
    # GIVEN
    chime.unknown_user_answers = response
    chime.error_header = header
    chime.delete_user(user)

    # THEN
    assert readers.read(user) == NotFound()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("AccessDeniedException", None),
        ("UnauthorizedClientException", None),
        ("ForbiddenException", "AWS authorization failed"),
    ],
)
def test_access_denied_does_not_mean_not_found(
    chime: ChimeIdentity, readers: Readers, user: str, error: str, message: str | None
) -> None:
    # GIVEN
    chime.faults.add(Fault(DESCRIBE, error, message, times=None))

    # WHEN
    reading = readers.read(user)

    # THEN
    assert isinstance(reading, AccessDenied)
    assert error in reading.detail
    assert len(chime.calls) == 1


def test_rejected_credentials_end_the_reading_of_all_users(
    chime: ChimeIdentity, readers: Readers
) -> None:
    # GIVEN credentials that expire in the middle of a list
    text = "The security token included in the request is expired"
    expired = Fault(DESCRIBE, "ForbiddenException", text, times=None)
    users = [AppInstanceUserArn.parse(f"{USER}-{number}") for number in range(50)]

    def expire() -> None:
        if len(chime.calls) >= 10:
            chime.faults.add(expired)

    # THEN it is one cause, and not a missing permission for each user
    with pytest.raises(CommandError, match=f"AWS rejects the credentials in us-east-1: .*{text}"):
        read_users(users, readers.reader_for, 1, expire)
    assert len(chime.calls) < 50


@pytest.mark.parametrize("message", ["the moon is in the wrong phase", None])
def test_a_forbidden_with_an_unknown_text_does_not_mean_not_found(
    chime: ChimeIdentity, readers: Readers, user: str, message: str | None
) -> None:
    # GIVEN
    chime.faults.add(Fault(DESCRIBE, "ForbiddenException", message, times=None))

    # WHEN
    reading = readers.read(user)

    # THEN
    assert isinstance(reading, ReadFailed)
    assert reading.detail.startswith(f"ForbiddenException: {message or ''}")
    assert len(chime.calls) == 1


CREATED = '"CreatedTimestamp": 1700000000'
CREATED_IN_9999 = '"CreatedTimestamp": 253402300799'
DAYS = '"ExpirationSettings": {"ExpirationDays": 30}'


@pytest.mark.parametrize(
    "body",
    [
        "<html>Sign in to the network</html>",
        "",
        "[]",
        "{}",
        '{"AppInstanceUser": null}',
        '{"AppInstanceUser": "guest"}',
        '{"AppInstanceUser": {}}',
        '{"AppInstanceUser": {"CreatedTimestamp": "yesterday"}}',
        '{"AppInstanceUser": {"CreatedTimestamp": 1700000000000}}',
        f'{{"AppInstanceUser": {{{CREATED}, "ExpirationSettings": "30"}}}}',
        f'{{"AppInstanceUser": {{{CREATED}, "ExpirationSettings": {{"ExpirationDays": "x"}}}}}}',
        f'{{"AppInstanceUser": {{{CREATED}, "ExpirationSettings": {{"ExpirationDays": 6000}}}}}}',
        f'{{"AppInstanceUser": {{{CREATED_IN_9999}, {DAYS}}}}}',
    ],
)
def test_an_odd_response_concerns_one_user_only(
    readers: Readers, user: str, other_user: str, body: str
) -> None:
    # GIVEN
    reader = readers.reader_for("us-east-1")

    def respond(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        if quote(user, safe="") not in request.url:
            return None
        return AWSResponse(request.url, 200, {}, RawResponse(body.encode()))

    reader.client.meta.events.register("before-send", respond)

    # WHEN
    readings = read_users(
        [AppInstanceUserArn.parse(each) for each in (user, other_user)], lambda _: reader, 2
    )

    # THEN
    odd, usual = (readings[AppInstanceUserArn.parse(each)] for each in (user, other_user))
    assert isinstance(odd, ReadFailed)
    assert odd.detail
    assert isinstance(usual, UserState)


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
def test_a_temporary_failure_is_retried(
    chime: ChimeIdentity, readers: Readers, user: str, fault: Fault
) -> None:
    # GIVEN
    chime.faults.add(fault)

    # THEN
    assert isinstance(readers.read(user), UserState)


def test_a_user_that_fails_at_every_attempt_does_not_affect_the_others(
    chime: ChimeIdentity, readers: Readers, user: str, other_user: str
) -> None:
    # GIVEN
    def is_failing(_: str, parameters: Any) -> bool:
        return bool(parameters["AppInstanceUserArn"] == user)

    chime.faults.add(Fault(DESCRIBE, "ServiceFailureException", times=None, when=is_failing))
    reader = readers.reader_for("us-east-1")

    # WHEN
    reading = reader.read(AppInstanceUserArn.parse(user))

    # THEN
    assert isinstance(reading, ReadFailed)
    assert "ServiceFailure" in reading.detail
    assert isinstance(reader.read(AppInstanceUserArn.parse(other_user)), UserState)


def test_after_a_minute_of_throttling_no_other_user_of_the_region_is_read(
    chime: ChimeIdentity, readers: Readers, user: str, other_user: str
) -> None:
    # GIVEN
    chime.limits = RateLimits(per_operation={DESCRIBE: 1e-9})
    chime.limits.admit(DESCRIBE, "us-east-1")
    reader = readers.reader_for("us-east-1")

    # WHEN
    first = reader.read(AppInstanceUserArn.parse(user))
    calls = len(chime.calls)
    second = reader.read(AppInstanceUserArn.parse(other_user))

    # THEN
    assert isinstance(first, ReadFailed)
    assert "Throttled" in first.detail
    assert isinstance(second, ReadFailed)
    assert readers.seconds < 80
    assert len(chime.calls) == calls


def test_an_error_in_a_thread_is_raised_and_not_waited_for() -> None:
    # GIVEN a reader with a defect
    reader = UserReader(client=None, rate_limiter=RateLimiter(1e6), monotonic=lambda: 1 // 0)

    # THEN
    with pytest.raises(ZeroDivisionError):
        read_users([AppInstanceUserArn.parse(USER)], lambda _: reader, 1)


def test_each_user_is_read_once_in_the_region_of_its_arn(
    chime: ChimeIdentity, readers: Readers, app_instance: str
) -> None:
    # GIVEN
    europe = chime.create_app_instance("chat", "eu-central-1")
    arns = [
        AppInstanceUserArn.parse(chime.create_user(where, f"u{number}", expiration_days=number))
        for where in (app_instance, europe)
        for number in range(1, 20)
    ]
    reads: list[str] = []

    # WHEN
    readings = read_users([*arns, *arns], readers.reader_for, 8, lambda: reads.append("read"))

    # THEN
    assert {arn: arn.region for arn in arns} == {
        AppInstanceUserArn.parse(str(call.arn)): call.region for call in chime.calls
    }
    assert len(chime.calls) == len(reads) == len(arns)
    for arn in arns:
        reading = readings[arn]
        assert isinstance(reading, UserState)
        assert reading.days == int(arn.user_id[1:])
