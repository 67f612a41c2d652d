"""Whatever CloudFormation sends and whatever goes wrong, a stable stack tells the truth."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.messages import LONGEST_REASON
from fakes.cloudformation_events import Event
from fakes.function import Told
from lifecycle.cloudformation_model import (
    CREATABLE,
    STABLE,
    UPDATABLE,
    Circumstances,
    Stack,
    Status,
)
from lifecycle.delivery import TIMED_OUT, Delivery, deliver
from lifecycle.ledger import Due, Ledger
from lifecycle.plans import CIRCUMSTANCES, PLANS, TURNS, Plan, Turn, templates
from lifecycle.profiles import CHOSEN
from localaws.chime import Access, ChimeIdentity, Denial

LOGICAL_IDS = ("First", "Kept", "Second")
RETAINED = frozenset({"Kept"})


class StackOfExpirations(RuleBasedStateMachine):
    """One stack, deployed again and again, with users that belong to somebody else."""

    @initialize(
        settings=st.lists(st.sampled_from((None, 7, 365)), min_size=5, max_size=5),
        ages=st.lists(st.sampled_from((0, 3, 20)), min_size=5, max_size=5),
        unknown=st.sampled_from(("Forbidden", "NotFound")),
        cleared=st.sampled_from(("absent", "null")),
        header=st.booleans(),
        tokens=st.booleans(),
    )
    def people_chat(self, settings, ages, unknown, cleared, header, tokens):
        # Only users that are tokens pass from one declaration to another: the logical id of a
        # literal one follows the user.
        self.users_are_tokens = tokens
        self.chime = ChimeIdentity()
        self.chime.unknown_user_answers = unknown
        self.chime.cleared_settings_answer = cleared
        self.chime.error_header = header
        self.chime.authorizer = self.authorize
        self.denied = frozenset()
        places = [
            self.chime.create_app_instance(app_instance_id="here"),
            self.chime.create_app_instance(region="eu-central-1", app_instance_id="there"),
        ]
        self.users = [
            self.chime.create_user(
                places[number % 2],
                f"user:{number}".ljust(64 if number == 4 else 6, "x"),
                created=self.chime.clock.now() - timedelta(days=age),
                expiration_days=days,
            )
            for number, (days, age) in enumerate(zip(settings, ages, strict=True))
        ]
        self.ledger = Ledger(dict(zip(self.users, settings, strict=True)))
        self.stack = Stack(self.send, RETAINED)
        self.passed_on: set[str] = set()
        self.data = None

    # What operators do.

    @precondition(lambda self: self.stack.status in CREATABLE)
    @rule(data=st.data(), how=CIRCUMSTANCES, smoothly=st.booleans())
    def create_the_stack(self, data, how: Circumstances, smoothly):
        self.data = None if smoothly else data
        self.stack.create(self.template(data), Circumstances() if smoothly else how)
        self.compare()

    @precondition(lambda self: self.stack.status in UPDATABLE)
    @rule(data=st.data(), how=CIRCUMSTANCES)
    def update_the_stack(self, data, how: Circumstances):
        self.data = data
        self.stack.update(self.template(data), how)
        self.compare()

    # Hypothesis takes every rule equally often, and stacks live for many updates.
    update_the_stack_again = update_the_stack_once_more = update_the_stack

    @precondition(lambda self: self.stack.status is Status.UPDATE_ROLLBACK_FAILED)
    @rule(data=st.data(), skip=st.booleans())
    def continue_the_rollback(self, data, skip):
        self.data = data
        self.stack.continue_rollback(skip=skip)
        self.compare()

    @precondition(lambda self: self.stack.status not in (Status.ABSENT, Status.DELETE_COMPLETE))
    @rule(data=st.data(), smoothly=st.booleans())
    def delete_the_stack(self, data, smoothly):
        self.data = None if smoothly else data
        self.stack.delete()
        self.compare()

    # What the world does.

    @rule(turn=TURNS)
    def the_world_turns(self, turn: Turn):
        self.denied = turn.denied
        self.chime.clock.advance(days=turn.days)
        if turn.expired_users_are_deleted:
            self.chime.sweep()
        if turn.owner_deletes is not None:
            self.remove(self.users[turn.owner_deletes])

    # How an event gets from the stack to the handler.

    def send(self, event: Event) -> Told:
        plan = self.data.draw(PLANS) if self.data else Plan()
        first = self.attempt(event, plan)
        if plan.twice:
            second = self.attempt(event, plan)
            # Only the first answer counts. What a second delivery does after a failed first one
            # cannot be known to a handler that keeps no state.
            if not first.told.succeeded:
                self.ledger.unclear(second.changed - {first.told.PhysicalResourceId})
        return first.told

    def attempt(self, event: Event, plan: Plan) -> Delivery:
        before = self.all_settings()
        must_fail = event["RequestType"] != "Delete" and self.cannot_be_set(event)
        self.chime.faults.add(*plan.faults)
        delivery = deliver(
            event,
            self.chime,
            lambda op: self.interrupt(op, event, plan),
            self.stack.declares_elsewhere,
        )
        self.chime.faults.clear()
        note(f"{event['RequestType']} {event['LogicalResourceId']} {plan} -> {delivery.told}")
        if event["RequestType"] != "Delete":
            self.ledger.changed(delivery.changed)
            self.passed_on |= {
                user for user in delivery.changed if self.stack.declares_elsewhere(event, user)
            }

        told = delivery.told
        assert told.PhysicalResourceId
        assert told.reason != TIMED_OUT
        assert len(told.reason or "") <= LONGEST_REASON
        assert not (must_fail and told.succeeded), "set what cannot be set"
        assert not (must_fail and delivery.changed), "changed what was refused"
        assert told.succeeded or must_fail or self.may_fail(event, plan), "failed without a cause"
        self.only_the_named_user_changes(event, before, delivery)
        return delivery

    def only_the_named_user_changes(self, event, before, delivery):
        if event["RequestType"] == "Delete":
            named = event["PhysicalResourceId"]
            if not is_a_user(named):
                assert delivery.calls == [], "a call for an id that is nobody's"
        else:
            named = event["ResourceProperties"]["AppInstanceUserArn"]
        for user, setting in self.all_settings().items():
            assert user == named or setting == before[user], "changed somebody else"

    def cannot_be_set(self, event) -> bool:
        properties = event["ResourceProperties"]
        days = int(properties["ExpirationDays"])
        user = self.chime.user(properties["AppInstanceUserArn"])
        if days < 1:
            return True
        if user is None:
            # Its expiration did what it was for, unless the user was never this resource's.
            return event.get("PhysicalResourceId") != properties["AppInstanceUserArn"]
        expires = user.created + timedelta(days=days)
        at_once = expires <= self.chime.clock.now()
        return at_once and properties["AllowImmediateExpiration"] == "false"

    def may_fail(self, event, plan: Plan) -> bool:
        deleted = plan.owner_deletes_user_before and event["RequestType"] != "Delete"
        return bool(plan.lasts or self.denied or deleted)

    def interrupt(self, operation, event, plan: Plan) -> None:
        if plan.owner_deletes_user_before == operation:
            self.remove(event["ResourceProperties"]["AppInstanceUserArn"])

    # The world.

    def template(self, data):
        believed = {name: it.declaration for name, it in self.stack.resources.items()}
        held = {}
        if not self.users_are_tokens:
            # After a rollback that was skipped, the id is not the declared user's.
            for name, it in self.stack.resources.items():
                held[name] = {it.declaration.user, it.physical_id}
        drawn = data.draw(templates(self.users, believed, LOGICAL_IDS, held=held))
        return {
            name: replace(declaration, user_is_a_token=self.users_are_tokens)
            for name, declaration in drawn.items()
        }

    def authorize(self, access: Access) -> Denial | None:
        if access.action.removeprefix("chime:") in self.denied:
            return Denial("arn:aws:sts::111122223333:assumed-role/handler/function")
        return None

    def remove(self, user) -> None:
        if self.chime.user(user):
            self.chime.delete_user(user)

    def all_settings(self):
        return {it.arn: self.chime.expiration_days(it.arn) for it in self.chime.users()}

    def compare(self) -> None:
        note(f"{self.stack.status.name} {self.stack.resources}")
        if self.stack.status not in STABLE:
            return
        if self.stack.status is Status.UPDATE_ROLLBACK_COMPLETE:
            # Who had such a user before gets no event in a rollback, so the days stay those of the
            # update that failed: the documentation says so.
            self.ledger.unclear(self.passed_on)
        self.passed_on = set()
        self.ledger.settle(self.stack)
        for user, setting in self.all_settings().items():
            due = self.ledger.due[user]
            assert due is Due.ANYTHING or setting == due, f"{user} has {setting}, due {due}"


def is_a_user(physical_id: str) -> bool:
    try:
        AppInstanceUserArn.parse(physical_id)
    except ValueError:
        return False
    return True


TestStackOfExpirations = StackOfExpirations.TestCase
TestStackOfExpirations.settings = CHOSEN
