"""A write that comes late is made only where the stack still wants it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.service.messages import LONGEST_REASON
from fakes.cloudformation_events import Event, create, delete, sent_at, update
from fakes.function import Function, Response
from localaws.chime import ChimeIdentity, Fault
from localaws.chime.faults import Delivery

PUT = "PutAppInstanceUserExpirationSettings"
DESCRIBE = "DescribeAppInstanceUser"
OTHER = {"LogicalResourceId": "Other"}


def in_a_queue(function: Function, event: Event, seconds: float = 60) -> Callable[[], Response]:
    """CloudFormation sends ``event``, and Lambda invokes the function so many seconds later."""
    sent = sent_at(event, function.now())
    function.stack.starts(sent, function.now())
    function.chime.clock.advance(seconds=seconds)
    return lambda: function.handle(sent)


def during_the_first_wait(function: Function, happens: Callable[[], object]) -> None:
    def once() -> None:
        function.time.during_sleep = lambda: None
        happens()

    function.time.during_sleep = once


def take_seconds(function: Function, operation: str, seconds: float) -> Fault:
    """A fault that never occurs, but lets time pass before each call."""

    def wait(*_: object) -> bool:
        function.time.elapsed += seconds
        return False

    return Fault(operation, when=wait)


# What is asked, and when.


@pytest.mark.parametrize("seconds", [0, 1])
def test_an_event_that_succeeds_at_once_asks_nobody(
    function: Function, user: str, seconds: float
) -> None:
    # WHEN
    for event in (create(user, 30), update(user, 90), delete(user)):
        response = in_a_queue(function, event, seconds)()
        assert response.succeeded

    # THEN
    assert function.stack.calls == []


@pytest.mark.parametrize("seconds", [4, 250])
def test_an_event_that_was_queued_asks_once_whether_it_is_the_current_one(
    function: Function, chime: ChimeIdentity, user: str, seconds: float
) -> None:
    # WHEN
    for event, days in ((create(user, 30), 30), (update(user, 90), 90), (delete(user), None)):
        function.stack.calls.clear()
        response = in_a_queue(function, event, seconds)()

        # THEN
        assert response.outcome in ("set", "cleared")
        assert chime.expiration_days(user) == days
        assert function.stack.calls == ["DescribeStackResource"]


@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_an_event_whose_calls_are_slow_asks_once(
    function: Function, chime: ChimeIdentity, user: str, operation: str
) -> None:
    # GIVEN
    chime.faults.add(take_seconds(function, operation, 4))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert response.outcome == "set"
    assert function.stack.calls == ["DescribeStackResource"]


@pytest.mark.parametrize("operation", [DESCRIBE, PUT])
def test_an_event_that_is_retried_for_seconds_asks_once(
    function: Function, chime: ChimeIdentity, user: str, operation: str
) -> None:
    # GIVEN
    chime.faults.add(Fault(operation, "ThrottledClientException", times=5))

    # WHEN
    response = function.run(create(user))

    # THEN
    assert response.outcome == "set"
    assert function.stack.calls == ["DescribeStackResource"]


def test_the_days_that_the_user_has_already_are_not_asked_about(
    function: Function, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    response = in_a_queue(function, update(user, 30))()

    # THEN
    assert response.outcome == "already set"
    assert function.stack.calls == []


def test_a_clock_of_cloudformation_that_is_ahead_does_not_make_an_event_a_later_one(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    event = sent_at(create(user), function.now())
    function.stack.starts(event, function.now() + timedelta(seconds=1))
    chime.clock.advance(seconds=60)

    # WHEN
    response = function.handle(event)

    # THEN
    assert response.outcome == "set"


def test_cloudformation_is_asked_again_while_it_throttles(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    event = in_a_queue(function, create(user, 30))
    function.stack.throttled = 4

    # WHEN
    response = event()

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 30
    assert len(function.stack.calls) == 5


# A Create.


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("earlier", [None, 60])
def test_a_create_that_was_rolled_back_leaves_what_the_user_had_before(
    function: Function,
    chime: ChimeIdentity,
    app_instance: str,
    earlier: int | None,
    forgotten: bool,
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest", expiration_days=earlier)
    late = in_a_queue(function, create(user, 30))
    function.stack.status = "ROLLBACK_IN_PROGRESS"
    rollback = delete(NOTHING_SET, user=user)
    function.run(rollback)
    if forgotten:
        function.stack.forget(rollback)

    # WHEN
    response = late()

    # THEN
    assert chime.expiration_days(user) == earlier
    kept = "no" if earlier is None else earlier
    assert response.outcome == f"superseded by a later event: the user has {kept} days"


@pytest.mark.parametrize(
    ("status", "days"), [("UPDATE_ROLLBACK_IN_PROGRESS", 60), ("DELETE_IN_PROGRESS", None)]
)
def test_a_create_that_comes_after_the_delete_for_its_own_id_does_what_that_delete_has_done(
    function: Function, chime: ChimeIdentity, app_instance: str, status: str, days: int | None
) -> None:
    # GIVEN a Create that timed out in its Put, and was undone while it waited
    user = chime.create_user(app_instance, "guest", expiration_days=60)
    chime.faults.add(Fault(PUT, "ThrottledClientException", times=5))

    def undo() -> None:
        function.stack.status = status
        chime.faults.clear()
        assert function.overtake(delete(f"{user}#60")).succeeded
        chime.faults.add(Fault(PUT, "ThrottledClientException", times=3))

    during_the_first_wait(function, undo)

    # WHEN
    function.run(create(user, 30))

    # THEN
    assert chime.expiration_days(user) == days


def test_a_create_that_a_later_create_has_overtaken_leaves_the_days_of_the_later_one(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    late = in_a_queue(function, create(user, 30))
    function.run(delete(NOTHING_SET, user=user))
    function.run(create(user, 45))

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) == 45


# An Update.


@pytest.mark.parametrize("ended", [True, False])
def test_an_update_that_was_rolled_back_leaves_the_old_days(
    function: Function, chime: ChimeIdentity, user: str, ended: bool
) -> None:
    # GIVEN
    function.run(create(user, 30))
    late = in_a_queue(function, update(user, 90))
    rollback = update(user, 30, old_days=90)
    if ended:
        function.run(rollback)
    else:
        function.stack.starts(rollback, function.now())

    # WHEN
    response = late()

    # THEN
    assert chime.expiration_days(user) == 30
    assert response.outcome == "superseded by a later event: the user has 30 days"


def test_an_update_to_another_user_that_was_rolled_back_leaves_both_users_as_they_were(
    function: Function, chime: ChimeIdentity, app_instance: str, user: str
) -> None:
    # GIVEN
    other = chime.create_user(app_instance, "other", expiration_days=60)
    function.run(create(user, 30))
    late = in_a_queue(function, update(other, 90, old_user=user))
    function.run(update(user, 30, old_user=user))

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) == 30
    assert chime.expiration_days(other) == 60


def test_an_update_to_another_user_whose_resource_is_deleted_by_now_leaves_both_users(
    function: Function, chime: ChimeIdentity, app_instance: str, user: str
) -> None:
    # GIVEN
    other = chime.create_user(app_instance, "other", expiration_days=60)
    function.run(create(user, 30))
    late = in_a_queue(function, update(other, 90, old_user=user))
    function.run(delete(user))

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) is None
    assert chime.expiration_days(other) == 60


@pytest.mark.parametrize("forgotten", [False, True])
def test_an_update_of_a_resource_that_is_deleted_by_now_leaves_no_days(
    function: Function, chime: ChimeIdentity, user: str, forgotten: bool
) -> None:
    # GIVEN an Update that CloudFormation stopped waiting for
    function.run(create(user, 30))
    function.run(update(user, 90))
    late = in_a_queue(function, update(user, 120))
    removal = delete(user)
    function.run(removal)
    if forgotten:
        function.stack.forget(removal)

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) is None


# A Delete.


def test_a_delete_after_which_the_user_is_declared_again_leaves_the_new_days(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    late = in_a_queue(function, delete(user))
    function.run(create(user, 45))

    # WHEN
    response = late()

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 45


def test_a_late_delete_for_the_user_before_a_replacement_clears_that_user(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    function.run(update(other_user, 90, old_user=user))

    # WHEN
    response = in_a_queue(function, delete(user))()

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) is None
    assert chime.expiration_days(other_user) == 90


# Whoever has the user.


@pytest.mark.parametrize("days", [45, 30])
def test_a_late_write_leaves_the_days_of_another_declaration_that_has_the_user_now(
    function: Function, chime: ChimeIdentity, user: str, other_user: str, days: int
) -> None:
    # GIVEN two declarations that swap their users
    function.run(create(user, 30))
    function.run(create(other_user, 60) | OTHER)
    late = in_a_queue(function, update(user, 90))
    function.run(update(other_user, 60, old_user=user))
    function.run(update(user, days, old_user=other_user) | OTHER)

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) == days


def test_a_late_write_that_somebody_has_replaced_is_left_to_them(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a script that sets the user right after the late Put
    late = in_a_queue(function, create(user, 30))
    function.run(delete(NOTHING_SET, user=user))

    def script(*_: object) -> bool:
        if chime.expiration_days(user) == 30:
            chime.set_expiration(user, 77)
        return False

    chime.faults.add(Fault(DESCRIBE, when=script))

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) == 77


def test_a_correction_that_is_overtaken_is_corrected(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a deployment between the question what is declared and the Put of the correction
    function.run(create(user, 30))
    late = in_a_queue(function, update(user, 90, AppInstanceUserIsToken="true"))
    function.run(update(user, 30, old_days=90))

    def deploy(action: str) -> None:
        if action == "ListStackResources":
            function.stack.before_call = lambda _: None
            function.overtake(update(user, 60, old_days=30))

    function.stack.before_call = deploy

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) == 60


@pytest.mark.parametrize(("allowed", "days"), [("true", 10), ("false", 90)])
def test_a_correction_deletes_the_user_only_where_the_later_declaration_allows_it(
    function: Function, chime: ChimeIdentity, user: str, allowed: str, days: int
) -> None:
    # GIVEN a user that is ten days old
    function.run(create(user, 30))
    late = in_a_queue(function, update(user, 90))
    later = update(user, 10, AllowImmediateExpiration=allowed)
    function.stack.starts(later, function.now())

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) == days


def test_days_from_before_that_delete_the_user_within_a_day_are_not_put_back(
    function: Function, chime: ChimeIdentity, app_instance: str
) -> None:
    # GIVEN
    user = chime.create_user(app_instance, "guest", expiration_days=60)
    chime.clock.advance(days=59, hours=12)
    late = in_a_queue(function, create(user, 90))
    function.run(delete(NOTHING_SET, user=user))

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) is None


# What CloudFormation does not say.


@pytest.mark.parametrize(
    ("event", "days"), [(create, None), (update, 30)], ids=["create", "update"]
)
def test_a_write_is_taken_back_where_cloudformation_may_not_be_asked(
    function: Function,
    chime: ChimeIdentity,
    user: str,
    event: Callable[..., Event],
    days: int | None,
) -> None:
    # GIVEN
    if event is update:
        function.run(create(user, 30))
    late = in_a_queue(function, event(user, 90))
    function.stack.denied = {"DescribeStackResource"}

    # WHEN
    response = late()

    # THEN
    assert chime.expiration_days(user) == days
    assert response.PhysicalResourceId == user
    assert response.reason == (
        "access denied: cloudformation:DescribeStackResource on the stack, "
        f"needed for {user}; grant it, then deploy or delete again"
    )


@pytest.mark.parametrize("denied", ["DescribeStackEvents", "ListStackResources"])
def test_a_superseded_write_is_taken_back_where_the_declared_days_may_not_be_asked(
    function: Function, chime: ChimeIdentity, user: str, denied: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    late = in_a_queue(function, update(user, 90, AppInstanceUserIsToken="true"))
    function.run(update(user, 30, old_days=90))
    function.stack.denied = {denied}

    # WHEN
    response = late()

    # THEN
    assert chime.expiration_days(user) == 30
    assert response.reason.startswith(f"access denied: cloudformation:{denied} on the stack, ")


def test_a_superseded_write_is_taken_back_where_events_have_no_properties(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    late = in_a_queue(function, update(user, 90))
    function.stack.events_have_properties = False
    function.run(update(user, 30, old_days=90))

    # WHEN
    response = late()

    # THEN
    assert chime.expiration_days(user) == 30
    assert response.reason == (
        f"cloudformation:DescribeStackEvents, needed for {user}, "
        "failed with an event without ResourceProperties; deploy or delete again"
    )


def test_a_late_delete_fails_where_cloudformation_may_not_be_asked(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    late = in_a_queue(function, delete(user))
    function.stack.denied = {"DescribeStackResource"}

    # WHEN
    response = late()

    # THEN
    assert chime.expiration_days(user) is None
    assert response.reason.startswith(
        "access denied: cloudformation:DescribeStackResource on the stack, "
    )


@pytest.mark.parametrize("error", ["denied", "throttled"])
def test_a_failed_lookup_for_the_longest_arn_keeps_the_reason_and_the_fix(
    function: Function, chime: ChimeIdentity, error: str
) -> None:
    # GIVEN
    app_instance = chime.create_app_instance("chat", app_instance_id="a" * 64)
    late = in_a_queue(function, create(chime.create_user(app_instance, "u" * 64), 30))
    if error == "denied":
        function.stack.denied = {"DescribeStackResource"}
    else:
        function.stack.throttled = 1000

    # WHEN
    response = late()

    # THEN
    assert len(response.reason) <= LONGEST_REASON
    assert "cloudformation:DescribeStackResource" in response.reason
    assert response.reason.endswith("deploy or delete again")


def test_a_write_that_cannot_be_taken_back_keeps_the_id_that_clears_it(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a service that rejects the second Put
    def is_set(*_: object) -> bool:
        return chime.expiration_days(user) == 30

    late = in_a_queue(function, create(user, 30))
    function.stack.denied = {"DescribeStackResource"}
    chime.faults.add(Fault(PUT, "BadRequestException", when=is_set))

    # WHEN
    response = late()

    # THEN
    assert not response.succeeded
    assert response.PhysicalResourceId == user


@pytest.mark.parametrize("then", ["reset", "silence"])
def test_a_late_write_with_an_unknown_outcome_is_corrected_as_well(
    function: Function, chime: ChimeIdentity, user: str, then: Delivery
) -> None:
    # GIVEN
    function.run(create(user, 30))
    late = in_a_queue(function, update(user, 90))
    function.run(update(user, 30, old_days=90))
    function.time.limit = 70
    chime.faults.add(Fault(PUT, then=then, effect=True))

    # WHEN
    response = late()

    # THEN
    assert not response.succeeded
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize("event", [create, update, delete])
def test_a_user_that_is_deleted_before_its_write_is_corrected_fails_nothing(
    function: Function, chime: ChimeIdentity, user: str, event: Callable[..., Event]
) -> None:
    # GIVEN a later event, and a user that is deleted right after the late write
    function.run(create(user, 30))
    late = in_a_queue(function, event(user, days=90))
    function.run(create(user, 45))

    def vanish(_: str) -> None:
        function.stack.before_call = lambda _: None
        chime.delete_user(user)

    function.stack.before_call = vanish

    # WHEN
    response = late()

    # THEN
    assert response.succeeded


def test_the_correction_of_a_late_write_has_retries_of_its_own(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a Put that succeeded after most of the time for conflicts, and one more conflict
    function.run(create(user, 30))

    def is_set(*_: object) -> bool:
        return chime.expiration_days(user) == 90

    late = in_a_queue(function, update(user, 90))
    function.run(update(user, 30, old_days=90))
    chime.faults.add(Fault(PUT, "ConflictException", when=is_set))
    chime.faults.add(Fault(PUT, "ConflictException", times=10))

    # WHEN
    late()

    # THEN
    assert chime.expiration_days(user) == 30


def test_a_repeated_clean_up_does_not_clear_a_user_that_is_declared_again(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN a token that went from one user to another and back
    token = {"AppInstanceUserIsToken": "true"}
    function.run(create(user, 30, **token))
    function.run(update(other_user, 30, old_user=user, **token))
    repeated = in_a_queue(function, delete(user, days=30, **token))
    function.run(delete(user, days=30, **token))
    function.run(update(user, 30, old_user=other_user, **token))
    function.run(delete(other_user, days=30, **token))

    # WHEN
    repeated()

    # THEN
    assert chime.expiration_days(user) == 30
