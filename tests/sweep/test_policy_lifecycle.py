"""What an event of CloudFormation declares, waits for and answers."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chime_expiration_handler.contract.ledger import Entry, Kind, Mode, Policy
from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.service.messages import LONGEST_REASON
from chime_expiration_handler.service.retry_budget import CONNECT_SECONDS, READ_SECONDS
from chime_expiration_handler.sweep.lifecycle import FIRST_INVOCATION, PolicyError, PolicyLifecycle
from chime_expiration_handler.sweep.table import PolicyTable, Progress
from localaws.standins.dynamodb_table import DynamoDBTable

CHAT = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
OTHER = CHAT.replace("chat", "other")
STATE_MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:Sweep"
FUNCTION_SECONDS = 900.0


class Function:
    """The function and its table. ``sweeps`` is called while it waits; time is virtual."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.ends = self.seconds + FUNCTION_SECONDS
        self.dynamodb = DynamoDBTable("Guests")
        self.started: list[str] = []
        self.denies_until = 0.0
        self.again: list[dict[str, Any]] = []
        self.sweeps: Callable[[], object] = lambda: None
        self.invoked: Callable[[], object] = lambda: None
        self.response = SimpleNamespace(PhysicalResourceId="", Data={})

    def table(self, app_instance: str = CHAT) -> PolicyTable:
        return PolicyTable(self.dynamodb, "Guests", app_instance, lambda: self.seconds, self.sleep)

    def policy(self, app_instance: str = CHAT) -> Policy:
        policy = self.table(app_instance).policy()
        assert policy
        return policy

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.sweeps()

    def handle(self, event: dict[str, Any]) -> str | None:
        lifecycle = PolicyLifecycle(
            lambda arn: self.table(str(arn)),
            self._start,
            self._invoke_again,
            lambda: self.ends - self.seconds,
            lambda: self.seconds,
            self.sleep,
            lambda least, _: least,
        )
        return lifecycle.handle(event, self.response)

    def finish(self, error: str = "", last_failure: str = "", **counts: int) -> None:
        """A sweep of the policy ends."""
        table, generation = self.table(), self.policy().generation
        if table.acquire("worker", "sweep", generation, begins=True):
            table.finish("worker", generation, Progress(counts, last_failure), error)
            table.release("worker")

    def _invoke_again(self, event: Mapping[str, Any]) -> None:
        self.again.append(dict(event))
        self.invoked()

    def _start(self, state_machine: str, execution_input: str) -> None:
        assert state_machine == STATE_MACHINE
        if self.seconds < self.denies_until:
            error = {
                "Code": "AccessDeniedException",
                "Message": "no policy allows states:StartExecution",
            }
            raise ClientError({"Error": error}, "StartExecution")
        self.started.append(execution_input)


def event(kind: str, sent: int = 0, physical_id: str = CHAT, **more: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": response_url(1000 + sent),
        "PhysicalResourceId": physical_id,
        "ResourceProperties": properties(),
        **more,
    }


def response_url(sent: float) -> str:
    moment = datetime.fromtimestamp(sent, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"https://bucket.invalid/secret?X-Amz-Date={moment}"


def properties(app_instance: str = CHAT, **more: Any) -> dict[str, Any]:
    return {
        "AppInstanceArn": app_instance,
        "ExpirationDays": "30",
        "TableName": "Guests",
        "StateMachineArn": STATE_MACHINE,
        **more,
    }


@pytest.fixture
def function() -> Function:
    return Function()


def own(function: Function, *users: str, app_instance: str = CHAT) -> None:
    for user in users:
        arn = f"{app_instance}/user/{user}"
        function.table().write(None, Entry(arn, Kind.SET, days=30, rule="30 days", ttl=9))


def test_a_sweep_that_fails_fails_the_deployment(function: Function) -> None:
    # GIVEN
    function.sweeps = lambda: function.finish("AppInstance not found")

    # THEN
    with pytest.raises(PolicyError, match="AppInstance not found"):
        function.handle(event("Create"))
    assert function.response.PhysicalResourceId == CHAT


def test_users_that_all_fail_fail_the_deployment(function: Function) -> None:
    # GIVEN
    function.sweeps = lambda: function.finish(last_failure="access denied", failed=7)

    # THEN
    with pytest.raises(PolicyError, match="users failed: 7, the last one with: access denied"):
        function.handle(event("Create"))


def test_one_user_that_fails_does_not_fail_the_deployment(function: Function) -> None:
    # GIVEN
    function.sweeps = lambda: function.finish(last_failure="refused", failed=1, set=6)

    # THEN
    assert function.handle(event("Create")) == "finished"
    assert function.response.Data["UsersFailed"] == "1"


def test_a_deployment_answers_after_five_minutes_with_the_sweep_going_on(
    function: Function,
) -> None:
    # THEN
    assert function.handle(event("Create")) == "the sweep goes on"
    assert function.response.Data["SweepFinished"] == "false"
    assert 290 < function.seconds - 1000 <= 300


def test_a_rollback_is_a_new_generation_with_the_old_values(function: Function) -> None:
    # GIVEN
    function.sweeps = lambda: function.finish(set=1)
    function.handle(event("Create"))
    function.handle(event("Update", 3, ResourceProperties=properties(ExpirationDays="60")))

    # WHEN
    function.handle(event("Update", 6))

    # THEN
    policy = function.policy()
    assert policy.generation == 3
    assert json.loads(policy.properties)["ExpirationDays"] == "30"
    assert len(function.started) == 3


def test_the_input_of_a_sweep_has_the_app_instance_and_nothing_else(function: Function) -> None:
    # WHEN
    function.handle(event("Create"))

    # THEN
    assert [json.loads(each) for each in function.started] == [
        {"app_instance_arn": CHAT, "cursor": None}
    ]


def test_a_disabled_policy_clears(function: Function) -> None:
    # WHEN
    function.handle(event("Create", ResourceProperties=properties(Enabled="false")))

    # THEN
    assert function.policy().mode is Mode.CLEAR


def test_a_declaration_whose_response_is_lost_is_undone_by_the_rollback(
    function: Function,
) -> None:
    # GIVEN
    class Losing(DynamoDBTable):
        def update_item(self, **parameters: Any) -> dict[str, Any]:
            super().update_item(**parameters)
            raise ReadTimeoutError(endpoint_url="https://dynamodb.invalid")

    function.dynamodb = Losing("Guests")

    # WHEN
    with pytest.raises(PolicyError, match="the sweep could not be started: ReadTimeoutError"):
        function.handle(event("Create"))

    # THEN
    assert function.response.PhysicalResourceId == CHAT


def test_a_permission_that_has_not_taken_effect_yet_is_waited_for(function: Function) -> None:
    # GIVEN
    function.denies_until = 1040.0
    function.sweeps = lambda: function.finish(set=1) if function.started else None

    # WHEN
    outcome = function.handle(event("Create"))

    # THEN
    assert outcome == "finished"
    assert len(function.started) == 1


def test_a_permission_that_is_missing_fails_the_deployment_after_a_minute(
    function: Function,
) -> None:
    # GIVEN
    function.denies_until = float("inf")

    # WHEN
    with pytest.raises(PolicyError) as failure:
        function.handle(event("Create"))

    # THEN
    assert str(failure.value) == (
        "the sweep could not be started: AccessDeniedException: no policy allows "
        "states:StartExecution; check the function's role, the table and the state machine, then "
        "deploy or delete again"
    )
    assert function.seconds - 1000 <= 60


def test_a_delete_clears_what_the_table_knows_although_the_policys_item_is_gone(
    function: Function,
) -> None:
    # GIVEN
    own(function, "guest")
    function.sweeps = lambda: function.finish(cleared=1)

    # WHEN
    outcome = function.handle(event("Delete"))

    # THEN
    assert function.started
    assert outcome == "users cleared: 1"


def test_a_delete_of_a_policy_that_declared_nothing_makes_no_sweep(function: Function) -> None:
    # WHEN
    function.handle(event("Delete", physical_id=NOTHING_SET))

    # THEN
    assert not function.started
    assert not function.dynamodb.items()


def test_a_create_that_arrives_after_its_delete_declares_nothing(function: Function) -> None:
    # GIVEN
    function.handle(event("Delete", 3, physical_id="made-up-by-CloudFormation"))

    # THEN
    assert function.handle(event("Create", 0)) == "superseded by a later event"
    assert function.policy().mode is Mode.CLEAR


def test_an_update_that_is_cancelled_is_undone_for_its_app_instance(function: Function) -> None:
    # GIVEN
    function.sweeps = lambda: function.finish(set=1)
    function.handle(event("Create"))
    to_other: dict[str, Any] = {
        "ResourceProperties": properties(OTHER),
        "OldResourceProperties": properties(CHAT),
    }
    function.handle(event("Update", 3, **to_other))
    assert function.response.PhysicalResourceId == OTHER
    function.started.clear()

    # WHEN
    back: dict[str, Any] = {
        "ResourceProperties": properties(CHAT),
        "OldResourceProperties": properties(OTHER),
    }
    function.handle(event("Update", 6, **back))

    # THEN
    assert (function.policy(OTHER).mode, function.policy(CHAT).mode) == (Mode.CLEAR, Mode.APPLY)
    swept = [json.loads(each)["app_instance_arn"] for each in function.started]
    assert swept == [OTHER, CHAT]
    assert function.response.PhysicalResourceId == CHAT


def test_an_update_to_another_app_instance_leaves_the_first_to_its_delete(
    function: Function,
) -> None:
    # GIVEN
    function.sweeps = lambda: function.finish(set=1)
    function.handle(event("Create"))

    # WHEN
    to_other: dict[str, Any] = {
        "ResourceProperties": properties(OTHER),
        "OldResourceProperties": properties(CHAT),
    }
    function.handle(event("Update", 3, **to_other))

    # THEN
    assert function.policy(CHAT).mode is Mode.APPLY


def test_an_update_on_its_way_is_outdated_once_it_was_undone(function: Function) -> None:
    # GIVEN
    function.sweeps = lambda: function.finish(set=1)
    function.handle(event("Create"))
    function.handle(event("Update", 6, OldResourceProperties=properties(OTHER)))

    # WHEN
    late = function.handle(event("Update", 3, ResourceProperties=properties(OTHER)))

    # THEN
    assert late == "superseded by a later event"
    assert function.policy(OTHER).mode is Mode.CLEAR


@pytest.mark.parametrize("queued_seconds", [0, 300, -600])
def test_a_delete_that_takes_too_long_says_how_many_are_left(
    function: Function, queued_seconds: int
) -> None:
    # GIVEN
    function.handle(event("Create"))
    own(function, "guest-1", "guest-2")
    sent = function.seconds
    began = function.seconds = function.seconds + queued_seconds

    def goes_on() -> None:
        function.ends = function.seconds + FUNCTION_SECONDS
        table, generation = function.table(), function.policy().generation
        if function.policy().lease is None:
            table.acquire("worker", "sweep", generation, begins=True)
        table.renew("worker", generation, Progress({"cleared": 3}, "refused"))

    function.sweeps = goes_on

    # THEN CloudFormation still waits, also where its clock is ahead
    message = "2 of 5 users still to clear; delete again to go on"
    with pytest.raises(PolicyError, match=message) as failure:
        function.handle(event("Delete", ResponseURL=response_url(sent)))
    assert 3400 < function.seconds - min(sent, began) < 3590
    assert len(str(failure.value)) <= LONGEST_REASON


def test_a_delete_with_users_that_cannot_be_cleared_fails(function: Function) -> None:
    # GIVEN
    function.handle(event("Create"))
    own(function, "guest-1")
    function.sweeps = lambda: function.finish(last_failure="x" * 500, cleared=4, failed=1)

    # THEN
    with pytest.raises(PolicyError, match="1 of 5 users still to clear; delete again") as failure:
        function.handle(event("Delete", 3))
    assert len(str(failure.value)) <= LONGEST_REASON


@pytest.mark.parametrize("url", ["https://bucket.invalid/", event("Delete", 3)["ResponseURL"]])
def test_a_delete_goes_on_in_another_invocation_without_a_new_sweep(
    function: Function, url: str
) -> None:
    # GIVEN
    function.handle(event("Create"))
    function.started.clear()
    began = function.seconds

    # WHEN
    function.ends = function.seconds + FUNCTION_SECONDS
    assert function.handle(event("Delete", 3, ResponseURL=url)) is None
    [again] = function.again
    function.ends = function.seconds + FUNCTION_SECONDS
    function.sweeps = lambda: function.finish(cleared=4)
    outcome = function.handle(again)

    # THEN
    assert again[FIRST_INVOCATION] == began
    assert outcome == "users cleared: 4"
    assert len(function.started) == 1
    assert function.policy().generation == 2


class Failing(DynamoDBTable):
    """Fails each second call for an item, after the time that the client takes to give up."""

    def __init__(self, function: Function, code: str, seconds: float) -> None:
        super().__init__("Guests")
        self.function, self.code, self.seconds = function, code, seconds
        self.failed: dict[str, bool] = {}
        self.fails = True

    def get_item(self, **parameters: Any) -> dict[str, Any]:
        self._fail("GetItem")
        return super().get_item(**parameters)

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        self._fail("UpdateItem")
        return super().update_item(**parameters)

    def _fail(self, operation: str) -> None:
        if not self.fails:
            return
        self.function.seconds += self.seconds
        self.failed[operation] = not self.failed.get(operation, False)
        if self.failed[operation]:
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, operation)


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "InternalFailure"])
def test_calls_that_fail_for_a_moment_fail_no_deployment_and_no_removal(
    function: Function, code: str
) -> None:
    # GIVEN
    function.dynamodb = table = Failing(function, code, 0.1)

    def sweep() -> None:
        table.fails = False
        if function.started:
            function.finish(cleared=2)
        table.fails = True

    function.sweeps = sweep

    # THEN
    assert function.handle(event("Create")) == "finished"
    back = event("Update", 3, OldResourceProperties=properties(OTHER))
    assert function.handle(back) == "finished"
    assert function.handle(event("Delete", 6)) == "users cleared: 2"


def test_reads_that_fail_for_minutes_fail_the_deployment_with_the_reason(
    function: Function,
) -> None:
    # GIVEN
    class Down(DynamoDBTable):
        def get_item(self, **_: Any) -> dict[str, Any]:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.invalid")

    function.dynamodb = Down("Guests")

    # THEN
    with pytest.raises(PolicyError, match="the sweep goes on, but could not be followed: Read"):
        function.handle(event("Create"))
    assert function.seconds - 1000 < 300


@pytest.mark.parametrize("used", range(0, 75, 5))
def test_a_delete_is_handed_over_in_time_although_reads_are_slow_and_fail(
    function: Function, used: int
) -> None:
    # GIVEN that any moment of a read can be the last one with enough time
    function.dynamodb = Failing(function, "InternalFailure", seconds=35)
    function.ends -= used
    left: list[float] = []
    function.invoked = lambda: left.append(function.ends - function.seconds)
    own(function, "guest-1")

    # WHEN
    assert function.handle(event("Delete")) is None

    # THEN
    [seconds] = left
    assert seconds > CONNECT_SECONDS + READ_SECONDS


def test_a_delete_that_is_sent_again_does_only_the_rest(function: Function) -> None:
    # GIVEN
    function.handle(event("Create"))
    own(function, "guest-1")
    function.sweeps = lambda: function.finish(last_failure="refused", cleared=4, failed=1)
    with pytest.raises(PolicyError):
        function.handle(event("Delete", 3))

    # WHEN
    function.sweeps = lambda: function.finish(cleared=1)
    outcome = function.handle(event("Delete", 9))

    # THEN
    assert outcome == "users cleared: 1"
    assert function.policy().generation == 3
