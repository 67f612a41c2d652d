"""Deployments whose events overlap, drawn from a seed, and the settings that are due after them."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from chime_expiration_handler.service.retry_budget import READ_SECONDS
from lifecycle.cloudformation_model import Declaration, Template
from lifecycle.deployments import CloudFormation
from lifecycle.world import BEGINNING, PUT, Conditions, World

_USERS = 6
_AGE = timedelta(days=20)
_TOO_SOON = 7
_LEAST_NOTICE = timedelta(days=1)
_TOKENS = ("Token1", "Token2")


@dataclass
class Scenario:
    """One run. ``problems`` are the promises that it broke."""

    seed: int
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self.world = World(_conditions(self._chance))
        self._uses_tokens = self._chance.random() < 0.3
        self.world.stack_has_token_users = self._uses_tokens
        self._stack = CloudFormation(
            self.world,
            self._chance,
            forgets_deleted=self._chance.random() < 0.5,
            page_size=self._chance.choice((3, 100)),
        )
        app_instance = self.world.chime.create_app_instance(app_instance_id="here")
        self._users = [
            self.world.chime.create_user(
                app_instance,
                f"user-{number}",
                created=BEGINNING - _AGE,
                expiration_days=self._chance.choice((None, None, 45, 60, _TOO_SOON)),
            )
            for number in range(_USERS)
        ]
        self._due: dict[str, set[int | None]] = {
            user: {self.world.chime.expiration_days(user)} for user in self._users
        }
        self._ever_declared: set[tuple[str, int, bool]] = set()
        self._unpredictable: set[str] = set()

    def run(self) -> "Scenario":
        """Play the scenario until every invocation has ended, and compare."""
        self.world.time.run([self._operate])
        self._compare()
        return self

    def report(self) -> str:
        """The broken promises, and everything that happened."""
        return "\n".join([f"seed {self.seed}", *self.problems, *self.world.trace])

    # The operator.

    def _operate(self) -> None:
        is_there = False
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            if not is_there:
                is_there = self._deploy(self._template({}), is_new=True)
            elif self._chance.random() < 0.2:
                self._delete()
                is_there = False
            else:
                before = {name: it.declaration for name, it in self._stack.resources.items()}
                self._deploy(self._template(before), is_new=False)
            self.world.time.sleep(self._chance.choice((0.0, 1.0, 5.0, 60.0)))
            self._delete_a_user()

    def _delete_a_user(self) -> None:
        """Its owner deletes it, in one of twenty pauses."""
        user = self._chance.choice(self._users)
        if self._chance.random() < 0.05 and self.world.chime.user(user):
            self.world.note(f"owner deletes {user}")
            self.world.chime.delete_user(user)

    def _template(self, before: Template) -> dict[str, Declaration]:
        template = {}
        for number, user in enumerate(self._users[: self._chance.randrange(1, _USERS + 1)]):
            name = f"User{number}"
            if name in before and self._chance.random() < 0.3:
                template[name] = before[name]
            elif self._chance.random() < 0.8:
                template[name] = self._declaration(user)
        if self._uses_tokens:
            # Two declarations of one user with different days have no right result.
            declared = {it.user: it for it in template.values()}
            for name in _TOKENS:
                user = self._chance.choice(self._users)
                declaration = declared.get(user) or self._declaration(user)
                template[name] = Declaration(
                    user, declaration.days, declaration.allow_immediate, user_is_token=True
                )
                declared[user] = declaration
        self._ever_declared |= {(it.user, it.days, it.allow_immediate) for it in template.values()}
        return template

    def _declaration(self, user: str) -> Declaration:
        days = self._chance.choice((30, 60, 90, 90, 120))
        if self._chance.random() < 0.05:
            return Declaration(user, _TOO_SOON, self._chance.random() < 0.5)
        return Declaration(user, days)

    def _deploy(self, template: dict[str, Declaration], *, is_new: bool) -> bool:
        before = {name: it.declaration for name, it in self._stack.resources.items()}
        declared_before = {it.user for it in before.values()}
        self.world.note(f"deploy {template}")
        running = self._running_for()
        fails_after = self._chance.choice((None, 0.1, 0.3, 1.0, 2.9, 5.0, 20.0))
        deploy = self._stack.create if is_new else self._stack.update
        succeeded = deploy(template, fails_after)
        if succeeded:
            self._note_removed(declared_before, running)
        else:
            for user in {it.user for it in template.values()} - declared_before:
                if user in self._stack.unanswered:
                    # Nobody knows what the cancelled event had read.
                    self._due[user] = self._due[user] | {None}
                declared = [it.days for it in template.values() if it.user == user]
                if len(declared) > 1:
                    # Each can have read what the other one had set.
                    self._due[user] = self._due[user] | {None, *declared}
                if user in self._stack.asked_twice:
                    # The response of the second one says that the user had the days before.
                    self._due[user] = self._due[user] | {*declared}
                # A creation can have read what is corrected a moment later.
                self._due[user] = self._due[user] | running.get(user, set())
        self._note_declared()
        for name in set(_TOKENS) & set(template) & set(before):
            user = template[name].user
            if user in self._stack.unanswered and user != before[name].user:
                # The declaration that has the user again may not have answered yet.
                self._due[user] = self._due[user] | {None}
        return succeeded

    def _delete(self) -> None:
        declared_before = {it.declaration.user for it in self._stack.resources.values()}
        running = self._running_for()
        self._stack.delete()
        self._note_removed(declared_before, running)

    def _running_for(self) -> dict[str, set[int | None]]:
        """The days that invocations which are still running set, by user."""
        running: dict[str, set[int | None]] = {}
        for event in self.world.running:
            properties = event["ResourceProperties"]
            days = int(properties["ExpirationDays"])
            running.setdefault(properties["AppInstanceUserArn"], set()).add(days)
        return running

    def _note_removed(self, declared_before: set[str], running: dict[str, set[int | None]]) -> None:
        for user in declared_before:
            # A correction can have read what another declaration of the user said before.
            is_corrected = self._uses_tokens and user in running
            self._due[user] = self._due[user] | {None} if is_corrected else {None}
        self._note_declared()

    def _note_declared(self) -> None:
        declared: dict[str, set[int | None]] = {}
        for resource in self._stack.resources.values():
            user = resource.declaration.user
            declared.setdefault(user, set()).add(resource.declaration.days)
        self._due |= declared
        self._unpredictable |= self._stack.lost

    # What must hold.

    def _compare(self) -> None:
        self._unpredictable |= self.world.stranded
        for user in filter(self.world.chime.user, self._users):
            setting = self.world.chime.expiration_days(user)
            if _TOO_SOON in self._due[user] and self._was_set(user):
                # Days that delete the user at once are not restored.
                continue
            if user not in self._unpredictable and setting not in self._due[user]:
                name = user.rpartition("/")[2]
                self.problems.append(f"{name} has {setting}, due {self._due[user]}")
        self._check_that_nobody_is_deleted_by_surprise()
        self._check_that_an_event_at_once_asks_nobody()

    def _was_set(self, user: str) -> bool:
        puts = self.world.chime.calls.puts(user)
        return any(call.applied and call.parameters.get("ExpirationSettings") for call in puts)

    def _check_that_an_event_at_once_asks_nobody(self) -> None:
        # The moment in the event is cut to the second, and the clocks differ.
        if self._uses_tokens or self.world.conditions.skew > 0:
            return
        for each in self.world.invocations:
            at_once = each.ended - each.sent <= 1
            if at_once and each.stack_calls and each.event["RequestType"] != "Delete":
                self.problems.append(f"{each} asked CloudFormation {each.stack_calls} times")

    def _check_that_nobody_is_deleted_by_surprise(self) -> None:
        for call in self.world.chime.calls.of(PUT):
            settings = call.parameters.get("ExpirationSettings")
            if not call.applied or not settings:
                continue
            days = settings["ExpirationDays"]
            is_allowed = (call.arn, days, True) in self._ever_declared
            if timedelta(days=days) < _AGE + _LEAST_NOTICE and not is_allowed:
                self.problems.append(f"{call.arn} is set to {days} days, which delete it at once")


def _conditions(chance: random.Random) -> Conditions:
    draw = chance.choice
    throttled_from = draw((0.0, 0.0, 4.0))
    return Conditions(
        chance,
        slow=draw((0.0, 0.0, 0.1, 0.4)),
        slowest=draw((4.0, READ_SECONDS - 0.5)),
        faulty=draw((0.0, 0.0, 0.03, 0.1)),
        queued=draw((0.0, 0.0, 0.1, 0.3)),
        longest_queue=draw((20.0, 300.0)),
        twice=draw((0.0, 0.0, 0.1)),
        answered_late=draw((0.0, 0.3)),
        lost=draw((0.0, 0.0, 0.0, 0.02)),
        skew=draw((0.0, 0.0, -1.0, 1.0)),
        throttled=(throttled_from, throttled_from + draw((0.0, 0.0, 5.0, 15.0, 40.0, 250.0))),
        broken=(0.0, draw((0.0,) * 9 + (170.0,))),
        stack_throttled=(0.0, draw((0.0, 0.0, 0.0, 30.0, 280.0))),
    )
