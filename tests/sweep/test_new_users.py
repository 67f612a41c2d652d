"""The events of new users: which of them are handled, come again, or name nobody."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.standins.app_instance import AppInstance
from sweep.calm_policy import APP_INSTANCE, DESCRIBE, GUEST, PUT, CalmPolicy

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
CREATED = {"detail": {"responseElements": {"appInstanceUserArn": GUEST}}}


class Failing(AppInstance):
    """The same users, one of which cannot be described."""

    def __init__(self, chime: AppInstance, arn: str, error: Exception) -> None:
        super().__init__(chime.arn, chime.now, users=chime.users)
        self.failing, self.error = arn, error

    def describe_app_instance_user(self, *, AppInstanceUserArn: str) -> dict[str, Any]:
        if AppInstanceUserArn == self.failing:
            raise self.error
        return super().describe_app_instance_user(AppInstanceUserArn=AppInstanceUserArn)


def refused() -> ClientError:
    error = {"Code": "BadRequestException", "Message": "no"}
    return ClientError(
        {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, "DescribeAppInstanceUser"
    )


def requested(user_id: object, **detail: Any) -> dict[str, Any]:
    parameters = {"appInstanceArn": APP_INSTANCE, "appInstanceUserId": user_id}
    return {"detail": {"requestParameters": parameters, **detail}}


@pytest.mark.parametrize(
    "event",
    [
        requested("guest-1", errorCode="ConflictException"),
        requested(HIDDEN, errorCode="BadRequestException"),
        {"detail": {"errorCode": "AccessDenied", "requestParameters": None}},
    ],
)
def test_a_creation_that_has_failed_is_no_new_user(event: dict[str, Any]) -> None:
    # GIVEN
    policy = CalmPolicy()
    policy.chime.create("guest-1")

    # THEN
    assert policy.handle(event) == []
    assert not policy.chime.calls


@pytest.mark.parametrize(
    "event",
    [
        requested(HIDDEN),
        requested(None),
        requested(HIDDEN, responseElements={"appInstanceUserArn": f"{APP_INSTANCE}/user/{HIDDEN}"}),
        requested(HIDDEN, responseElements={"appInstanceUserArn": HIDDEN}),
        {"detail": {"requestParameters": HIDDEN}},
        {"detail": {"requestParameters": None, "responseElements": None}},
        {"detail": "text"},
        {"detail": None},
        [],
        "{",
        "[" * 100_000,
    ],
)
def test_a_message_that_names_no_user_becomes_a_dead_letter_with_one_line_in_the_log(
    event: object, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN
    policy = CalmPolicy()

    # WHEN
    for received in range(1, 6):
        assert policy.handle(event, received=received) == ["0"]

    # THEN
    assert not policy.chime.calls
    [line] = caplog.records
    assert "UnknownEventError" in line.getMessage()


def test_the_other_messages_of_a_batch_are_handled() -> None:
    # GIVEN
    policy = CalmPolicy()
    policy.chime.create("guest-1")
    policy.chime.create("guest-2")
    other = {"detail": {"responseElements": {"arn": GUEST.replace("guest-1", "guest-2")}}}

    # WHEN
    failed = policy.handle(CREATED, "{", other)

    # THEN
    assert failed == ["1"]
    assert {user.days for user in policy.chime.users.values()} == {30}


def test_an_error_that_nobody_expects_fails_its_own_message_only() -> None:
    # GIVEN
    policy = CalmPolicy()
    policy.chime.create("guest-1")
    broken = GUEST.replace("guest-1", "broken")
    policy.chime = Failing(policy.chime, broken, KeyError("a fault of ours"))

    # WHEN
    failed = policy.handle({"detail": {"responseElements": {"arn": broken}}}, CREATED)

    # THEN
    assert failed == ["0"]
    assert policy.days() == 30


def test_a_user_of_an_app_instance_without_a_policy_is_left_alone() -> None:
    # GIVEN
    policy = CalmPolicy()
    other = GUEST.replace("chat", "other")

    # THEN
    assert policy.handle({"detail": {"responseElements": {"arn": other}}}) == []
    assert not policy.chime.calls


def test_a_user_that_is_gone_is_forgotten() -> None:
    # GIVEN
    policy = CalmPolicy()

    # THEN
    assert policy.handle(CREATED) == []
    assert policy.chime.calls == {"ListAppInstanceAdmins": 1, DESCRIBE: 1}
    assert policy.entry() is None


def test_the_text_of_another_user_in_the_request_does_not_hide_the_new_user() -> None:
    # GIVEN
    policy = CalmPolicy()
    policy.chime.create("guest-1")
    request = {"name": GUEST.replace("guest-1", "victim"), "appInstanceUserId": "guest-1"}
    event = {"detail": {"requestParameters": request, **CREATED["detail"]}}

    # THEN
    assert policy.handle(event) == []
    assert policy.days() == 30


def test_an_event_of_a_known_user_costs_a_read_of_the_ledger_and_no_call() -> None:
    # GIVEN
    policy = CalmPolicy()
    policy.chime.create("guest-1")
    policy.handle(CREATED)
    policy.chime.calls.clear()
    policy.dynamodb.reads.clear()

    # WHEN
    assert policy.handle(*[CREATED] * 10) == []

    # THEN
    assert not policy.chime.calls
    assert policy.dynamodb.reads == {GUEST: 10, f"policy#{APP_INSTANCE}": 10}


def test_a_user_that_is_refused_comes_again() -> None:
    # GIVEN
    policy = CalmPolicy()
    policy.chime.create("guest-1")
    policy.chime = Failing(policy.chime, GUEST, refused())

    # THEN
    assert policy.handle(CREATED) == ["0"]
    assert policy.chime.calls[PUT] == 0
