"""After any events and failures, the service has the settings that a stable stack declares."""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from chime_expiration_handler.contract.physical_id import NOTHING_SET
from chime_expiration_handler.service.messages import LONGEST_REASON
from fakes.cloudformation_events import Event
from fakes.cloudformation_events import create as create_event
from fakes.function import Response
from lifecycle.cloudformation_model import (
    CREATABLE,
    STABLE,
    UPDATABLE,
    Circumstances,
    Declaration,
    Stack,
    Status,
    user_of,
)
from lifecycle.delivery import TIMED_OUT, Delivery, deliver
from lifecycle.ledger import Ledger
from lifecycle.plans import CIRCUMSTANCES, INTERVALS, PLANS, Interval, Plan, templates
from lifecycle.profiles import CHOSEN
from localaws.chime import Access, ChimeIdentity, Denial
from localaws.standins.stack_history import StackHistory

LOGICAL_IDS = ("First", "Kept", "Second")
RETAINED = frozenset({"Kept"})


class StackOfExpirations(RuleBasedStateMachine):
    """One stack, deployed many times, with users that it did not create."""

    @initialize(
        settings=st.lists(st.sampled_from((None, 7, 365)), min_size=5, max_size=5),
        ages=st.lists(st.sampled_from((0, 3, 20)), min_size=5, max_size=5),
        unknown=st.sampled_from(("Forbidden", "NotFound")),
        cleared=st.sampled_from(("absent", "null")),
        header=st.booleans(),
        tokens=st.booleans(),
        forgets_deleted=st.booleans(),
    )
    def create_users(
        self,
        settings: list[int | None],
        ages: list[int],
        unknown: Literal["Forbidden", "NotFound"],
        cleared: Literal["absent", "null"],
        header: bool,
        tokens: bool,
        forgets_deleted: bool,
    ) -> None:
        # Only a user that is a token can move from one declaration to another: the logical id of a
        # literal one follows the user.
        self.users_are_tokens = tokens
        self.chime = ChimeIdentity()
        self.chime.unknown_user_answers = unknown
        self.chime.cleared_settings_answer = cleared
        self.chime.error_header = header
        self.chime.authorizer = self.authorize
        self.denied: Set[str] = frozenset()
        app_instances = [
            self.chime.create_app_instance(app_instance_id="here"),
            self.chime.create_app_instance(region="eu-central-1", app_instance_id="there"),
        ]
        self.users = [
            self.chime.create_user(
                app_instances[number % 2],
                f"user:{number}".ljust(64 if number == 4 else 6, "x"),
                created=self.chime.clock.now() - timedelta(days=age),
                expiration_days=days,
            )
            for number, (days, age) in enumerate(zip(settings, ages, strict=True))
        ]
        self.ledger = Ledger(
            {user: frozenset({days}) for user, days in zip(self.users, settings, strict=True)}
        )
        any_event = create_event("")
        history = StackHistory(
            any_event["StackId"],
            any_event["ResourceType"],
            self.chime.clock.now,
            forgets_deleted=forgets_deleted,
        )
        self.stack = Stack(self.send, history, RETAINED)
        self.data: st.DataObject | None = None

    # Operations on the stack.

    @precondition(lambda self: self.stack.status in CREATABLE)
    @rule(data=st.data(), circumstances=CIRCUMSTANCES, without_faults=st.booleans())
    def create_the_stack(
        self, data: st.DataObject, circumstances: Circumstances, without_faults: bool
    ) -> None:
        self.data = None if without_faults else data
        self.stack.create(self.template(data), Circumstances() if without_faults else circumstances)
        self.compare()

    @precondition(lambda self: self.stack.status in UPDATABLE)
    @rule(data=st.data(), circumstances=CIRCUMSTANCES)
    def update_the_stack(self, data: st.DataObject, circumstances: Circumstances) -> None:
        self.data = data
        self.stack.update(self.template(data), circumstances)
        self.compare()

    # Hypothesis chooses each rule equally often, but a stack has many updates.
    update_the_stack_again = update_the_stack_once_more = update_the_stack

    @precondition(lambda self: self.stack.status is Status.UPDATE_ROLLBACK_FAILED)
    @rule(data=st.data(), skip=st.booleans())
    def continue_the_rollback(self, data: st.DataObject, skip: bool) -> None:
        self.data = data
        self.stack.continue_rollback(skip=skip)
        self.compare()

    @precondition(lambda self: self.stack.status not in (Status.ABSENT, Status.DELETE_COMPLETE))
    @rule(data=st.data(), without_faults=st.booleans())
    def delete_the_stack(self, data: st.DataObject, without_faults: bool) -> None:
        self.data = None if without_faults else data
        self.stack.delete()
        self.compare()

    # Events outside of the stack.

    @rule(interval=INTERVALS)
    def time_passes(self, interval: Interval) -> None:
        self.denied = interval.denied
        self.chime.clock.advance(days=interval.days)
        if interval.expired_users_are_deleted:
            self.chime.delete_expired_users()
        if interval.owner_deletes is not None:
            self.remove(self.users[interval.owner_deletes])

    # The delivery of an event to the handler.

    def send(self, event: Event) -> Response:
        plan = self.data.draw(PLANS) if self.data else Plan()
        first = self.attempt(event, plan)
        if plan.twice:
            second = self.attempt(event, plan)
            # Only the first response counts. A handler without a state of its own cannot know that
            # the first delivery of the same event failed.
            if not first.response.succeeded:
                self.ledger.unclear(second.changed - {first.response.PhysicalResourceId})
        return first.response

    def attempt(self, event: Event, plan: Plan) -> Delivery:
        before = self.all_settings()
        must_fail = event["RequestType"] != "Delete" and self.cannot_be_set(event, plan)
        self.chime.faults.add(*plan.faults)
        delivery = deliver(
            event,
            self.chime,
            self.stack.history,
            lambda operation: self.interrupt(operation, event, plan),
            stack_has_token_users=self.users_are_tokens,
        )
        self.chime.faults.clear()
        note(f"{event['RequestType']} {event['LogicalResourceId']} {plan} -> {delivery.response}")
        if event["RequestType"] != "Delete":
            self.ledger.changed(delivery.changed)
        response = delivery.response
        assert response.PhysicalResourceId
        assert response.reason != TIMED_OUT
        assert len(response.reason or "") <= LONGEST_REASON
        assert not (must_fail and response.succeeded), "invalid days were set"
        assert not (must_fail and delivery.changed), "a rejected event changed a user"
        if event["RequestType"] != "Delete" and not response.succeeded and not delivery.changed:
            id_before = event.get("PhysicalResourceId", NOTHING_SET)
            assert response.PhysicalResourceId == id_before, "an event without effect has an id"
        assert response.succeeded or must_fail or self.may_fail(event, plan), (
            "the event failed without a cause"
        )
        self.check_that_only_the_named_user_changed(event, before, delivery)
        return delivery

    def check_that_only_the_named_user_changed(
        self, event: Event, before: Mapping[str, int | None], delivery: Delivery
    ) -> None:
        if event["RequestType"] == "Delete":
            named = user_of(event["PhysicalResourceId"])
            if named == NOTHING_SET:
                assert delivery.calls == [], "a call for an id that is not a user"
        else:
            named = event["ResourceProperties"]["AppInstanceUserArn"]
        for user, setting in self.all_settings().items():
            assert user == named or setting == before[user], "another user was changed"

    def cannot_be_set(self, event: Event, plan: Plan) -> bool:
        properties = event["ResourceProperties"]
        days = int(properties["ExpirationDays"])
        user_arn = properties["AppInstanceUserArn"]
        user = self.chime.user(user_arn)
        if days < 1:
            return True
        if plan.owner_deletes_user_before:
            return False
        if user is None:
            # The user has expired as declared, unless the resource had another user before.
            is_known = user_of(event.get("PhysicalResourceId", "")) == user_arn
            returns = event["RequestType"] == "Update" and self.stack.is_rolling_back
            return not (is_known or returns or properties["MissingUser"] == "IGNORE")
        is_allowed = properties["AllowImmediateExpiration"] == "true"
        is_set = self.chime.expiration_days(user.arn) == days
        return self.is_too_soon(user.created, days) and not is_allowed and not is_set

    def is_too_soon(self, created: datetime, days: int) -> bool:
        return created + timedelta(days=days) < self.chime.clock.now() + timedelta(days=1)

    def may_fail(self, event: Event, plan: Plan) -> bool:
        undoes = event["RequestType"] == "Delete" or self.stack.is_rolling_back
        deleted = plan.owner_deletes_user_before and not undoes
        return bool(plan.lasts or self.denied or deleted)

    def interrupt(self, operation: str, event: Event, plan: Plan) -> None:
        if plan.owner_deletes_user_before == operation:
            self.remove(event["ResourceProperties"]["AppInstanceUserArn"])

    # Users and settings.

    def template(self, data: st.DataObject) -> dict[str, Declaration]:
        before = {name: it.declaration for name, it in self.stack.resources.items()}
        reserved: dict[str, set[str]] = {}
        if not self.users_are_tokens:
            # After a skipped rollback, the id is not that of the declared user.
            for name, it in self.stack.resources.items():
                reserved[name] = {it.declaration.user, user_of(it.physical_id)}
        drawn = data.draw(templates(self.users, before, LOGICAL_IDS, reserved=reserved))
        return {
            name: replace(declaration, user_is_token=self.users_are_tokens)
            for name, declaration in drawn.items()
        }

    def authorize(self, access: Access) -> Denial | None:
        if access.action.removeprefix("chime:") in self.denied:
            return Denial("arn:aws:sts::111122223333:assumed-role/handler/function")
        return None

    def remove(self, user: str) -> None:
        if self.chime.user(user):
            self.chime.delete_user(user)

    def all_settings(self) -> dict[str, int | None]:
        return {it.arn: self.chime.expiration_days(it.arn) for it in self.chime.users()}

    def compare(self) -> None:
        note(f"{self.stack.status.name} {self.stack.resources}")
        if self.stack.status not in STABLE:
            # DeleteStack clears what a rollback would restore.
            self.ledger.may_be_cleared(self.stack.attempted)
            return
        self.ledger.update_from(self.stack, self.users_with_too_few_days())
        for user, setting in self.all_settings().items():
            due = self.ledger.due[user]
            assert due is None or setting in due, f"{user} has {setting}, due {due}"

    def users_with_too_few_days(self) -> set[str]:
        return {
            user.arn
            for user in self.chime.users()
            for days in self.ledger.due[user.arn] or ()
            if days is not None and self.is_too_soon(user.created, days)
        }


TestStackOfExpirations = StackOfExpirations.TestCase
TestStackOfExpirations.settings = CHOSEN
