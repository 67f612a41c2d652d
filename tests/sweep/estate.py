"""An AppInstance, the table of a policy, and everybody who acts on them, in virtual time."""

import itertools
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf
from random import Random
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.days import LEAST_NOTICE
from chime_expiration_handler.contract.ledger import (
    CALL_STARTS_WITHIN_SECONDS,
    DAY_SECONDS,
    NO_DAYS,
    Entry,
    Kind,
    Mode,
    Policy,
)
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.contract.wanted_days import wanted_days
from chime_expiration_handler.service.app_instance import AppInstanceService
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.sweep.lifecycle import PolicyError, PolicyLifecycle
from chime_expiration_handler.sweep.new_users import NewUsers
from chime_expiration_handler.sweep.outcome import Counts
from chime_expiration_handler.sweep.paces import Paces
from chime_expiration_handler.sweep.permit import Permit
from chime_expiration_handler.sweep.table import PolicyTable
from chime_expiration_handler.sweep.treatment import Treatment
from chime_expiration_handler.sweep.worker import Worker
from localaws.standins.app_instance import AppInstance
from localaws.standins.dynamodb_table import DynamoDBTable
from localaws.standins.virtual_time import Signal, VirtualTime
from sweep.processes import Around, KilledError, Process, Troubles, Wire, refusal

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/chat"
TABLE = "Guests"
STATE_MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:Sweep"
PUT = "put_app_instance_user_expiration_settings"

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
# From the moment at which a policy is replaced: a sweep renews its lease within 30 seconds, and the
# call that it makes just before starts within 30 seconds and takes 15. An event records no intent.
_OLD_POLICY_ACTS_FOR_SECONDS = {"worker": 80, "event": 50}
# From the look to the intent and from the intent to the call 30 seconds each, and the call's 15.
_WINDOW_SECONDS = 75
# Four attempts of DynamoDB's client, each of which may take as long as its time-outs allow.
_LONGEST_TABLE_CALL_SECONDS = 35.0

INTERRUPTION_SECONDS = 14.0
"""A call takes as long as the time-outs of the client allow."""


@dataclass
class Declared:
    """The properties of one generation, and when they were in force."""

    properties: PolicyProperties
    until: float = float("inf")


@dataclass
class Interruption:
    """What happens while one call of one kind of process takes long.

    ``call`` is the number of the call in its process. ``kills``: the process is killed there, and
    its call takes effect all the same, or not.
    """

    kind: str
    call: int
    action: Callable[[], None]
    kills: bool = False
    has_begun: bool = False

    def meets(self, process: Process) -> bool:
        return process.kind == self.kind and process.calls == self.call


@dataclass
class Execution:
    """One execution of the state machine."""

    name: str
    is_stopped: bool = False
    outcome: str = ""


@dataclass
class Estate(Around):
    """The world. ``problems`` are the rules that were broken, ``story`` is what happened."""

    seed: int
    troubles: Troubles | None = field(default_factory=Troubles)
    interruption: Interruption | None = None
    problems: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        # In a storm few users have many events at the same time, and most calls are slow.
        self.is_storm = self.chance.random() < 0.5
        if self.is_storm:
            self.troubles = Troubles(slow=0.5)
        self.time = VirtualTime()
        self.chime = AppInstance(APP_INSTANCE, self.now, page_size=self.chance.choice((1, 2, 50)))
        self.dynamodb = DynamoDBTable(TABLE)
        self.dynamodb.page_size = self.chance.choice((1, 2, 1000))
        self.kills = self.chance.choice((0.0, 0.0, 0.2, 0.5))
        self.lanes = self.chance.choice((1, 2, 3))
        self.function_seconds = self.chance.choice((140, 300, 900))
        self.foreign: set[str] = set()
        self.changed: dict[str, float] = {}
        self.promoted: dict[str, float] = {}
        self.refused: set[str] = set()
        # Users that others have changed, so that a sweep may find them only in its share.
        self.disturbed: set[str] = set()
        self.gave_up = False
        self.executions: list[Execution] = []
        self.results: list[dict[str, Any]] = []
        self.declared: list[Declared] = []
        self._workers: list[Process] = []
        self._numbers = itertools.count(1)

    # Time and calm.

    def now(self) -> float:
        return _BEGIN + self.time.now()

    def log(self, what: str) -> None:
        self.story.append(f"{self.time.now():9.2f} {what}")

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        self.troubles, self.kills, self.refused = None, 0.0, set()
        self.chime.refused_tokens.clear()

    # People.

    def set_by_others(self, arn: str, days: int | None) -> None:
        if arn not in self.chime.users:
            return
        self.log(f"somebody sets {_id(arn)} to {days}")
        self.chime.users[arn].days = days
        self.changed[arn] = self.now()
        self.disturbed.add(arn)
        self.foreign.add(arn) if days is not None else self.foreign.discard(arn)

    def create_user(self, user_id: str, age_days: float, days: int | None = None) -> str:
        arn = f"{APP_INSTANCE}/user/{user_id}"
        if arn not in self.chime.users:
            self.log(f"{user_id} is created, {age_days} days old, with {days} days")
            self.chime.create(user_id, created=self.now() - age_days * DAY_SECONDS, days=days)
            self.changed[arn] = self.now()
            self.foreign.discard(arn)
            if days is not None:
                self.foreign.add(arn)
        return arn

    def delete_user(self, arn: str) -> None:
        if arn in self.chime.users:
            self.log(f"{_id(arn)} is deleted")
            self.disturbed.add(arn)
            self.chime.delete(arn)

    def replace_user(self, arn: str, days: int) -> None:
        """Delete a user; others create one with the same id and these days, some time after.

        Nobody could tell days that are set within the same minute from those of the policy.
        """
        self.delete_user(arn)
        self.time.sleep(2 * _WINDOW_SECONDS)
        self.create_user(_id(arn), 0, days)

    def promote(self, arn: str) -> None:
        self.log(f"{_id(arn)} becomes an admin")
        self.chime.admins.add(arn)
        self.promoted[arn] = self.now()
        self.disturbed.add(arn)

    def demote(self, arn: str) -> None:
        self.chime.admins.discard(arn)
        self.promoted.pop(arn, None)

    # The function.

    def process(self, kind: str, seconds: float, *, may_be_killed: bool = True) -> Process:
        process = Process(self.time, kind, next(self._numbers), seconds)
        if may_be_killed and self.chance.random() < self.kills:
            self.time.start(process.kill, after=self.chance.uniform(0, 40))
        return process

    def table(self, process: Process) -> PolicyTable:
        # botocore's client has tried again several times before a request fails.
        troubles = self.troubles and Troubles(
            slow=self.troubles.slow / 4,
            throttled=0,
            failed=0.002,
            failed_with_effect=0.002,
            silent=0,
            silent_with_effect=0.002,
            in_transaction=0.05,
        )
        client = Wire(
            self.dynamodb,
            process,
            self.time,
            self.chance,
            troubles,
            self,
            _LONGEST_TABLE_CALL_SECONDS,
        )
        return PolicyTable(
            client,
            TABLE,
            APP_INSTANCE,
            self.now,
            process.sleep,
            new_writer=lambda: f"{process.name}/{next(self._numbers)}",
        )

    def identity(self, process: Process) -> Any:
        return Wire(self.chime, process, self.time, self.chance, self.troubles, self)

    def app_instance(self, process: Process, properties: PolicyProperties) -> AppInstanceService:
        budget = RetryBudget(
            process.remaining_seconds, process.sleep, self.time.now, self.chance.uniform
        )
        paces = Paces.of(properties.calls_per_second, self.time.now, process.sleep)
        return AppInstanceService(
            self.identity(process), AppInstanceArn.parse(APP_INSTANCE), lambda: budget, paces.list
        )

    def treatment(
        self, process: Process, properties: PolicyProperties, permit: Permit
    ) -> Treatment:
        return Treatment(
            self.table(process),
            IdentityService(self.identity(process), RetryBudget(lambda: 0.0)),
            Paces.of(properties.calls_per_second, self.time.now, process.sleep),
            permit,
            properties.rule,
            now=self.now,
            sleep=process.sleep,
            uniform=self.chance.uniform,
        )

    def policy(self) -> Policy:
        [item] = [each for each in self.dynamodb.items() if each["pk"]["S"].startswith("policy#")]
        return Policy.parse(item)

    # The state machine.

    def sweep_by_hand(self) -> None:
        execution = Execution(f"execution {next(self._numbers)}")
        self.executions.append(execution)
        self.time.start(lambda: self._execute(execution), after=self.chance.uniform(0, 2))

    def stop_an_execution(self) -> None:
        running = [each for each in self.executions if not each.outcome]
        if running:
            execution = self.chance.choice(running)
            self.log(f"{execution.name} is stopped")
            execution.is_stopped = True

    def _execute(self, execution: Execution) -> None:
        cursor, failures = None, 0
        while not execution.is_stopped:
            loses_sight = self.kills and self.chance.random() < 0.1
            result = self._invoke_worker(
                execution, cursor, self.chance.uniform(0, 60) if loses_sight else inf
            )
            if execution.is_stopped:
                break
            if result is None:
                failures += 1
                assert failures < 50
                self.time.sleep(min(2.0 * 2**failures, 60))
                continue
            cursor = json.loads(json.dumps(result["cursor"]))
            if not result["more"]:
                self.log(f"{execution.name}: {result}")
                execution.outcome = result["outcome"]
                return
        execution.outcome = "stopped"

    def _invoke_worker(
        self, execution: Execution, cursor: Mapping[str, Any] | None, sight_seconds: float
    ) -> dict[str, Any] | None:
        process = self.process("worker", self.function_seconds)
        self._workers.append(process)
        results: list[dict[str, Any]] = []
        done = Signal(self.time)

        def work() -> None:
            try:
                worker = Worker(
                    self.table(process),
                    owner=process.name,
                    sweep=execution.name,
                    app_instance=lambda properties: self.app_instance(process, properties),
                    treatment=lambda properties, permit: self.treatment(
                        process, properties, permit
                    ),
                    run_all=lambda _, jobs: process.run_all(self.lanes, jobs),
                    remaining_seconds=process.remaining_seconds,
                    write_metrics=lambda _: None,
                    now=self.now,
                    sleep=process.sleep,
                )
                results.append(worker.run(cursor))
                self.results += results
            except (KilledError, Exception) as error:  # noqa: BLE001 - the state machine retries
                self.log(f"{process.name} of {execution.name} ends with {error!r}")
            done.send()

        self.time.start(work)
        done.wait(sight_seconds)
        return results[0] if results else None

    # New users.

    def announce(self, arn: str, deliveries: int) -> None:
        """Let the event of the user's creation arrive so many times."""
        detail = {"eventName": "CreateAppInstanceUser", "responseElements": {"arn": arn}}
        body = json.dumps({"detail": detail})
        for _ in range(deliveries):
            latest = self.chance.choice((0.5, 5, 60))
            self.time.start(lambda: self._deliver(body), after=self.chance.uniform(0, latest))

    def _deliver(self, body: str) -> None:
        for _ in range(4):
            if self._handle_message(self.process("event", 300), body):
                return
            self.time.sleep(self.chance.uniform(1, 60))
        self.gave_up = True

    def _handle_message(self, process: Process, body: str) -> bool:
        new_users = NewUsers(
            lambda _: self.table(process),
            lambda properties: self.app_instance(process, properties),
            lambda properties, permit: self.treatment(process, properties, permit),
            Counts({}),
            self.now,
        )
        try:
            return not new_users.handle([{"messageId": "1", "body": body}])["batchItemFailures"]
        except KilledError:
            self.log(f"{process.name} is killed")
            return False

    # The custom resource.

    def invoke_lifecycle(self, event: Mapping[str, Any], answer: Callable[[Any], None]) -> None:
        """Run the function for an event of CloudFormation; ``answer`` gets its response."""
        process = self.process("lifecycle", 900, may_be_killed=False)
        response = SimpleNamespace(PhysicalResourceId="", Data={}, failure=None)

        def start_sweep(_arn: str, _input: str) -> None:
            process.sleep(0.1)
            self.sweep_by_hand()

        lifecycle = PolicyLifecycle(
            lambda _: self.table(process),
            start_sweep,
            lambda again: self.time.start(lambda: self.invoke_lifecycle(again, answer)),
            process.remaining_seconds,
            self.now,
            process.sleep,
            self.chance.uniform,
        )
        try:
            if lifecycle.handle(event, response) is None:
                return
        except (PolicyError, BotoCoreError, ClientError) as failure:
            response.failure = str(failure)
        answer(response)

    # What must hold at every call.

    def started(self, process: Process, operation: str, parameters: Mapping[str, Any]) -> float:
        process.calls += 1
        if operation == PUT:
            self._check_one_writer(process)
            self._check_intent(process, parameters["AppInstanceUserArn"], _days_in(parameters))
        interruption = self.interruption
        if not interruption or interruption.has_begun or not interruption.meets(process):
            return 0.0
        interruption.has_begun = True
        self.log(f"{process.name} is interrupted at {operation}")
        self.time.start(interruption.action)
        if interruption.kills:
            process.kill()
        return INTERRUPTION_SECONDS

    def _check_one_writer(self, process: Process) -> None:
        if process.kind == "worker":
            others = [p.name for p in self._workers if p.puts_in_flight and p is not process]
            if others:
                self.problem(f"{process.name} writes while {others} write")
        process.puts_in_flight += 1

    def _check_intent(self, process: Process, arn: str, days: int | None) -> None:
        entry = self._entries().get(arn)
        if entry is None or (days or NO_DAYS) not in entry.intended:
            self.problem(f"{process.name} calls for {_id(arn)} without an intent: {entry}")
        elif self.now() - entry.touched > CALL_STARTS_WITHIN_SECONDS:
            self.problem(f"{process.name} calls for {_id(arn)} long after its intent")

    def took_effect(self, operation: str, parameters: Mapping[str, Any]) -> None:
        if operation == "update_item" and "ADD #generation" in parameters["UpdateExpression"]:
            self._declare(parameters["ExpressionAttributeValues"])

    def ended(self, process: Process, operation: str) -> None:
        if operation == PUT:
            process.puts_in_flight -= 1

    def takes_effect(self, process: Process, operation: str, parameters: Mapping[str, Any]) -> None:
        if operation == "list_app_instance_admins":
            process.admins_read = self.now()
        if operation == "describe_app_instance_user":
            process.looked[parameters["AppInstanceUserArn"]] = self.now()
        if operation == PUT:
            arn = parameters["AppInstanceUserArn"]
            if arn in self.refused:
                raise refusal(operation)
            if arn in self.chime.users:
                self._check_put(process, arn, _days_in(parameters))

    def _declare(self, values: Mapping[str, Any]) -> None:
        properties = PolicyProperties.parse(json.loads(values[":properties"]["S"]))
        if self.declared:
            self.declared[-1].until = self.now()
        applies = values[":mode"]["S"] == Mode.APPLY
        self.declared.append(Declared(replace(properties, enabled=applies)))

    def _check_put(self, process: Process, arn: str, days: int | None) -> None:
        self.log(f"{process.name} sets {_id(arn)} to {days}")
        policy = self.policy()
        if process.kind == "worker" and (
            not policy.lease
            or policy.lease.owner != process.name
            or policy.lease.until < self.now()
        ):
            self.problem(f"{process.name} writes without a lease: {policy.lease}")
        looked = process.looked[arn]
        if self.now() - looked > _WINDOW_SECONDS:
            self.problem(f"{process.name} sets {_id(arn)} long after it has looked")
        if arn in self.foreign and self.changed[arn] < looked:
            self.problem(f"{process.name} sets {_id(arn)}, which somebody else has set")
        self.foreign.discard(arn)
        if days is None:
            return
        read = process.admins_read
        if read is not None and self.promoted.get(arn, float("inf")) < read:
            self.problem(f"{process.name} sets {_id(arn)}, an admin")
        if not any(self._is_wanted(process, each, arn, days) for each in self.declared):
            self.problem(f"{process.name} sets {_id(arn)} to {days}, which no policy wants")

    def _is_wanted(self, process: Process, declared: Declared, arn: str, days: int) -> bool:
        properties, now = declared.properties, self.now()
        if not properties.enabled:
            return False
        if now > declared.until + _OLD_POLICY_ACTS_FOR_SECONDS[process.kind]:
            return False
        created = datetime.fromtimestamp(self.chime.users[arn].created, UTC)
        rule = properties.rule
        wanted = {
            wanted_days(rule, created, datetime.fromtimestamp(now + later, UTC))
            for later in (0, _WINDOW_SECONDS)
        }
        is_late_enough = rule.allow_immediate_expiration or (
            self.chime.users[arn].created + days * DAY_SECONDS
            >= now + max(LEAST_NOTICE.total_seconds(), (rule.notice_days or 0) * DAY_SECONDS)
        )
        return days in wanted and is_late_enough and properties.selection.matches(_id(arn))

    def problem(self, what: str) -> None:
        self.log(f"PROBLEM: {what}")
        self.problems.append(what)

    # What must hold at rest.

    def is_swept(self) -> bool:
        """Whether a sweep has finished for what is declared now, and all events were handled."""
        policy = self.policy()
        is_swept = policy.swept_generation == policy.generation and not policy.error
        return is_swept and not self.gave_up

    def check_users(self, policy: PolicyProperties) -> None:
        """Check the users that nobody has disturbed, and whose calls did not fail for ever."""
        entries = self._entries()
        for arn in self.chime.users.keys() - self.foreign - self.disturbed - self.refused:
            entry = entries.get(arn)
            has_failed = entry is not None and entry.kind is Kind.FAILED
            if policy.enabled and policy.selection.matches(_id(arn)) and not has_failed:
                self._check_governed(policy, arn, entry)

    def _entries(self) -> dict[str, Entry]:
        entries = {}
        for item in self.dynamodb.items():
            # A test can have written an entry that cannot be read.
            with suppress(ValueError):
                if not item["pk"]["S"].startswith("policy#"):
                    entries[item["pk"]["S"]] = Entry.parse(item)
        return entries

    def check_at_rest(
        self, policy: PolicyProperties | None, unchecked: frozenset[str] = frozenset()
    ) -> None:
        """Check each user and the ledger. ``policy`` is None where nothing may be left of it.

        Those ``unchecked`` were changed by others: a sweep may still have to look at them.
        """
        entries = self._entries()
        for arn, user in self.chime.users.items():
            entry, is_ours = entries.get(arn), user.days is not None and arn not in self.foreign
            governed = (
                policy is not None
                and policy.enabled
                and policy.selection.matches(_id(arn))
                and arn not in self.chime.admins
            )
            if is_ours and not governed:
                self.problem(f"at rest, {_id(arn)} still has {user.days} days")
            if is_ours and not (entry and entry.is_ours(user.days)):
                self.problem(
                    f"at rest, the ledger does not know {user.days} of {_id(arn)}: {entry}"
                )
            if entry and entry.intended:
                self.problem(f"at rest, the ledger has {entry.intended} intended for {_id(arn)}")
            is_claimed = entry is not None and entry.is_ours(user.days)
            if arn in self.foreign and is_claimed and arn not in unchecked:
                self.problem(f"at rest, the ledger claims {user.days} of {_id(arn)}")
            if governed and policy and arn not in self.foreign and arn not in unchecked:
                self._check_governed(policy, arn, entry)
        if policy is None or not policy.enabled:
            for entry in entries.values():
                if entry.is_owned:
                    self.problem(f"at rest, the ledger still has {entry}")

    def _check_governed(self, policy: PolicyProperties, arn: str, entry: Entry | None) -> None:
        user = self.chime.users[arn]
        created = datetime.fromtimestamp(user.created, UTC)
        now = datetime.fromtimestamp(self.now() + _WINDOW_SECONDS, UTC)
        is_overdue = wanted_days(policy.rule, created, now) is None
        if user.days is None and not is_overdue:
            self.problem(f"at rest, {_id(arn)} has no days: {entry}")
        if user.days is None or user.days == policy.rule.days:
            return
        least = policy.rule.days if policy.rule.notice_days is None else 0
        if (not is_overdue and least) or entry is None or entry.rule != str(policy.rule):
            self.problem(f"at rest, {_id(arn)} has {user.days} days: {entry}")


def _days_in(parameters: Mapping[str, Any]) -> int | None:
    settings = parameters.get("ExpirationSettings")
    return settings["ExpirationDays"] if settings else None


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]
