"""One chunk of a sweep: some minutes of pages, under a lease."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from chime_expiration_handler.contract import sweep_event
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.ledger import (
    INTENT_SETTLED_SECONDS,
    KEY,
    Entry,
    Mode,
    Policy,
)
from chime_expiration_handler.contract.policy_decision import needs_look
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.service import messages
from chime_expiration_handler.service.app_instance import AppInstanceService, ListError
from chime_expiration_handler.service.failures import FailureKind
from chime_expiration_handler.sweep.outcome import Counts, Outcome, known_outcome
from chime_expiration_handler.sweep.permit import OutOfTimeError, SweepPermit
from chime_expiration_handler.sweep.policy import read_properties
from chime_expiration_handler.sweep.table import (
    LEASE_SECONDS,
    EntryChangedError,
    LeaseLostError,
    PolicyTable,
    Progress,
)
from chime_expiration_handler.sweep.treatment import Treatment

_logger = logging.getLogger("chime_expiration")

CHUNK_SECONDS = 600

_POLL_SECONDS = 2.0
_LONGEST_WAIT_FOR_LEASE_SECONDS = LEASE_SECONDS + 30
_RESTARTS = 5

Job = Callable[[], Outcome]
RunAll = Callable[[float, Sequence[Job]], list[Outcome | Exception]]

_FATAL = frozenset(
    {
        FailureKind.NOT_FOUND,
        FailureKind.ACCESS_DENIED,
        FailureKind.FORBIDDEN,
        FailureKind.REJECTED,
    }
)


_DONE_ONCE = frozenset({Outcome.SET, Outcome.CLEARED})


class LeaseNotFreeError(Exception):
    """Another worker has the lease for longer than its time: the state machine tries again."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a chunk goes on. ``token`` is of the list of users, or the key of the scan.

    ``recounts``: a page was done again, so that what was set before may count as kept as well.
    """

    generation: int
    number: int
    token: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    restarts: int = 0
    recounts: bool = False

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Self:
        """Read a cursor; ignore what a later release has added, if the function is rolled back."""
        names = {each.name for each in fields(cls)}
        return cls(**{name: each for name, each in value.items() if name in names})

    def as_dict(self) -> dict[str, Any]:
        return {
            "generation": self.generation,
            "number": self.number,
            "token": self.token,
            "counts": dict(self.counts),
            "restarts": self.restarts,
            "recounts": self.recounts,
        }


@dataclass(frozen=True, slots=True)
class Worker:
    """Does one chunk. ``owner`` identifies the invocation, ``sweep`` the execution.

    ``app_instance`` and ``treatment`` make the services for a policy. ``run_all`` calls all jobs,
    as many at a time as a number of calls a second needs, and returns what each returned or raised.
    """

    table: PolicyTable
    owner: str
    sweep: str
    app_instance: Callable[[PolicyProperties], AppInstanceService]
    treatment: Callable[[PolicyProperties, SweepPermit], Treatment]
    run_all: RunAll
    remaining_seconds: Callable[[], float]
    write_metrics: Callable[[Mapping[str, int]], None]
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def run(self, cursor: Mapping[str, Any] | None) -> dict[str, Any]:
        """Do the next chunk, and return what the state machine needs for the one after it."""
        policy = self.table.policy()
        if policy is None:
            return _ended(sweep_event.NO_POLICY)
        start = Cursor.parse(cursor) if cursor else Cursor(policy.generation, policy.sweeps + 1)
        reason = self._acquire(start, begins=cursor is None)
        if reason:
            return _ended(reason)
        try:
            return self._run_chunk(policy, start)
        except LeaseLostError:
            now = self.table.policy()
            is_current = now is not None and now.generation == start.generation
            return _ended(sweep_event.ANOTHER_SWEEP if is_current else sweep_event.SUPERSEDED)
        finally:
            self.table.release(self.owner)

    def _run_chunk(self, policy: Policy, start: Cursor) -> dict[str, Any]:
        chunk = _Chunk(self, policy, start)
        try:
            return chunk.run()
        finally:
            self.write_metrics(chunk.done())

    def _acquire(self, start: Cursor, *, begins: bool) -> str | None:
        """Take the lease; return why this sweep ends, where it does."""
        waits_until = self.now() + _LONGEST_WAIT_FOR_LEASE_SECONDS
        while True:
            policy = self.table.policy()
            if policy is None or policy.generation != start.generation:
                return sweep_event.SUPERSEDED
            lease = policy.lease
            is_free = lease is None or lease.until < self.now()
            if is_free and self.table.acquire(
                self.owner, self.sweep, start.generation, begins=begins
            ):
                return None
            # The lease of an earlier generation is released soon. That of an earlier worker of
            # this sweep runs out: the worker was killed, or its execution got no response.
            if (
                lease
                and not is_free
                and lease.generation == start.generation
                and lease.sweep != self.sweep
            ):
                return sweep_event.ANOTHER_SWEEP
            if self.now() > waits_until:
                raise LeaseNotFreeError
            self.sleep(_POLL_SECONDS)


class _Chunk:
    """The work under the lease."""

    def __init__(self, worker: Worker, policy: Policy, start: Cursor) -> None:
        self._worker = worker
        self._start = start
        self._clears = policy.mode is Mode.CLEAR
        self._properties = read_properties(policy)
        self._counts = Counts(start.counts)
        began = worker.now()
        self._permit = SweepPermit(
            worker.table,
            worker.owner,
            start.generation,
            until=began,
            # A page that takes longer is left, and done again by the next chunk.
            deadline=began + min(CHUNK_SECONDS + 120, worker.remaining_seconds() - 45),
            progress=self._progress,
            now=worker.now,
        )
        self._ends = began + min(CHUNK_SECONDS, worker.remaining_seconds() - 120)
        self._treatment = worker.treatment(self._properties, self._permit)
        self._app_instance = worker.app_instance(self._properties)
        self._admins: frozenset[str] = frozenset()

    def run(self) -> dict[str, Any]:
        self._permit.renew()
        position = self._start
        do_page = self._clear if self._clears else self._apply
        try:
            if not self._clears:
                self._admins = self._app_instance.admins()
            while True:
                following = do_page(position)
                if following is None:
                    return self._finish("", is_whole_list=not (self._clears or position.recounts))
                position = following
                if self._worker.now() > self._ends:
                    break
        except OutOfTimeError:
            position = replace(position, recounts=True)
        except ListError as error:
            if error.kind not in _FATAL:
                raise
            return self._finish(str(error))
        self._permit.renew()
        cursor = replace(position, counts=self._counts.as_dict())
        return {sweep_event.MORE: True, sweep_event.CURSOR: cursor.as_dict()}

    def done(self) -> dict[str, int]:
        """How many users had each outcome in this chunk.

        Those that a further pass of a clearing has counted again are not counted here.
        """
        before = self._start.counts
        return {
            name: max(count - before.get(name, 0), 0)
            for name, count in self._counts.as_dict().items()
        }

    def _apply(self, position: Cursor) -> Cursor | None:
        """Do one page of the list of users; return where the next one is."""
        try:
            page = self._app_instance.users(position.token)
        except ListError as error:
            # Nothing says how long a token lives.
            is_refused = error.kind is FailureKind.REJECTED and position.token is not None
            if not is_refused or position.restarts >= _RESTARTS:
                raise
            self._counts.reset(*(each for each in Outcome if each not in _DONE_ONCE))
            return replace(position, token=None, restarts=position.restarts + 1, recounts=True)
        self._permit.renew()
        known = self._worker.table.items(page.users)
        outcomes, jobs = [], []
        for arn in page.users:
            try:
                user = AppInstanceUserArn.parse(arn)
                entry = Entry.parse(known[arn]) if arn in known else None
            except ValueError as problem:
                outcomes.append(self._failed(arn, problem))
                continue
            governed = arn not in self._admins and self._properties.selection.matches(user.user_id)
            if needs_look(
                entry,
                self._properties.rule,
                self._worker.now(),
                governed=governed,
                sweep=position.number,
            ):
                jobs.append(self._job(user, entry, governed=governed))
            else:
                outcomes.append(known_outcome(entry, governed=governed))
        self._run(jobs)
        self._counts.add(outcomes)
        return replace(position, token=page.next_token) if page.next_token else None

    def _clear(self, position: Cursor) -> Cursor | None:
        """Do one page of the table; return where the next one is."""
        if position.token is None:
            self._counts.reset(Outcome.UNSETTLED, Outcome.FAILED)
        page = self._worker.table.scan(position.token)
        self._permit.renew()
        outcomes, jobs = [], []
        for item in page.items:
            try:
                entry = Entry.parse(item)
                user = AppInstanceUserArn.parse(entry.user_arn)
            except ValueError as problem:
                outcomes.append(self._failed(item[KEY]["S"], problem))
                continue
            jobs.append(
                self._job(user, entry, governed=False)
                if entry.is_owned
                else self._forgetting(entry)
            )
        self._run(jobs)
        self._counts.add(outcomes)
        if page.next_key:
            return replace(position, token=page.next_key)
        if not self._counts[Outcome.UNSETTLED]:
            return None
        self._wait_until_settled()
        return replace(position, token=None)

    def _wait_until_settled(self) -> None:
        for _ in range(2):
            self._worker.sleep(INTENT_SETTLED_SECONDS / 2 + 1)
            self._permit.renew()

    def _job(self, user: AppInstanceUserArn, entry: Entry | None, *, governed: bool) -> Job:
        return lambda: self._treatment.treat(user, entry, governed=governed)

    def _forgetting(self, entry: Entry) -> Job:
        def forget() -> Outcome:
            try:
                self._worker.table.forget(entry)
            except EntryChangedError:
                return Outcome.UNSETTLED
            return Outcome.NOT_GOVERNED

        return forget

    def _failed(self, arn: str, problem: ValueError) -> Outcome:
        """Report a user that no call is made for; it does not stop the others."""
        _logger.error({"user": arn, "outcome": f"failed: {problem}"})
        self._treatment.last_failure = messages.invalid(str(problem))
        return Outcome.FAILED

    def _run(self, jobs: Sequence[Job]) -> None:
        """Run the jobs and count what came of them; raise what one of them raised."""
        results = self._worker.run_all(self._properties.calls_per_second, jobs)
        errors = [result for result in results if isinstance(result, Exception)]
        outcomes = [result for result in results if isinstance(result, Outcome)]
        # A page that is left is done again, so only what is not done again is counted.
        self._counts.add(it for it in outcomes if not errors or it in _DONE_ONCE)
        if errors:
            raise errors[0]

    def _progress(self) -> Progress:
        return Progress(self._counts.as_dict(), self._treatment.last_failure)

    def _finish(self, error: str, *, is_whole_list: bool = False) -> dict[str, Any]:
        worker = self._worker
        worker.table.finish(
            worker.owner,
            self._start.generation,
            self._progress(),
            error,
            is_whole_list=is_whole_list,
        )
        if error:
            return failed(error)
        return {**_ended(sweep_event.FINISHED), "counts": self._counts.as_dict()}


def failed(error: str) -> dict[str, Any]:
    """The result of a sweep that no retry can help."""
    return {**_ended(sweep_event.FAILED), sweep_event.ERROR: error}


def _ended(outcome: str) -> dict[str, Any]:
    return {sweep_event.MORE: False, sweep_event.CURSOR: None, sweep_event.OUTCOME: outcome}
