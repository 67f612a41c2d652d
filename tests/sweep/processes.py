"""Invocations of the function in virtual time: they can be slow, time out, or be killed."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from chime_expiration_handler.service.retry_budget import CONNECT_SECONDS, READ_SECONDS
from localaws.standins.virtual_time import Signal, VirtualTime

LONGEST_CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS


class KilledError(BaseException):
    """The invocation was killed, or its time is over. Not an Exception: no code sees it."""


class Process:
    """One invocation of the function."""

    def __init__(self, time: VirtualTime, kind: str, number: int, seconds: float) -> None:
        self.kind = kind
        self.name = f"{kind} {number}"
        self.looked: dict[str, float] = {}
        self.admins_read: float | None = None
        self.puts_in_flight = 0
        self.calls = 0
        self._time = time
        self._ends = time.now() + seconds
        self._is_killed = False

    @property
    def is_dead(self) -> bool:
        return self._is_killed or self._time.now() >= self._ends

    def kill(self) -> None:
        self._is_killed = True

    def remaining_seconds(self) -> float:
        return self._ends - self._time.now()

    def sleep(self, seconds: float) -> None:
        self._time.sleep(max(seconds, 0))
        if self.is_dead:
            raise KilledError

    def run_all(self, lanes: int, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
        """Call the jobs side by side, as threads would."""
        results: list[Any] = [None] * len(jobs)
        waiting = iter(enumerate(jobs))
        running = min(lanes, len(jobs))
        done, ended = Signal(self._time), itertools.count(1)

        def lane() -> None:
            try:
                for index, job in waiting:
                    try:
                        results[index] = job()
                    except Exception as error:  # noqa: BLE001 - as the real one
                        results[index] = error
            except KilledError:
                pass
            if next(ended) == running:
                done.send()

        if running:
            for _ in range(running):
                self._time.start(lane)
            done.wait()
        if self.is_dead:
            raise KilledError
        return results


@dataclass
class Troubles:
    """How often calls go wrong; all shares are of 1."""

    slow: float = 0.05
    throttled: float = 0.04
    failed: float = 0.03
    failed_with_effect: float = 0.02
    silent: float = 0.02
    silent_with_effect: float = 0.03
    in_transaction: float = 0.0
    """DynamoDB refuses a write while a transaction with the same item is in progress."""


class Wire:
    """A client as one process has it: each call is a point at which all others can run.

    A call has its effect within the time-outs of the client. Where the process is killed meanwhile,
    the effect comes all the same, or not.
    """

    def __init__(
        self,
        client: Any,
        process: Process,
        time: VirtualTime,
        chance: Random,
        troubles: Troubles | None,
        around: "Around",
        longest_seconds: float = LONGEST_CALL_SECONDS,
    ) -> None:
        self._client = client
        self._process = process
        self._time = time
        self._chance = chance
        self._troubles = troubles
        self._around = around
        self._longest_seconds = longest_seconds

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            return self._call(operation, parameters)

        return call

    def _call(self, operation: str, parameters: Mapping[str, Any]) -> Any:
        trouble = self._draw()
        before, after = self._duration(slow=trouble == "slow")
        before += self._around.started(self._process, operation, parameters)
        try:
            self._process_may_die_in(before)
            if trouble == "in_transaction" and operation not in _TRANSACTION_CONFLICTS:
                trouble = None
            if trouble in ("throttled", "failed", "in_transaction"):
                self._time.sleep(after)
                raise _error(operation, trouble)
            result = None
            if trouble != "silent":
                self._around.takes_effect(self._process, operation, parameters)
                result = getattr(self._client, operation)(**parameters)
                self._around.took_effect(operation, parameters)
        finally:
            self._around.ended(self._process, operation)
        if trouble in ("silent", "silent_with_effect"):
            self._process.sleep(self._longest_seconds - before)
            raise ReadTimeoutError(endpoint_url="https://service.invalid")
        self._process.sleep(after)
        if trouble == "failed_with_effect":
            raise _error(operation, trouble)
        return result

    def _process_may_die_in(self, seconds: float) -> None:
        self._time.sleep(seconds)
        if self._process.is_dead and self._chance.random() < 0.5:
            raise KilledError

    def _draw(self) -> str | None:
        if self._troubles is None:
            return None
        drawn = self._chance.random()
        for trouble, share in vars(self._troubles).items():
            if drawn < share:
                return str(trouble)
            drawn -= share
        return None

    def _duration(self, *, slow: bool) -> tuple[float, float]:
        longest = self._longest_seconds if slow else 0.1
        before = self._chance.uniform(0, longest)
        return before, self._chance.uniform(0, longest - before)


class Around:
    """What a model does around the calls."""

    def started(
        self,
        process: Process,  # noqa: ARG002
        operation: str,  # noqa: ARG002
        parameters: Mapping[str, Any],  # noqa: ARG002
    ) -> float:
        """A request is sent; return how many seconds later than usual it takes effect."""
        return 0.0

    def takes_effect(self, process: Process, operation: str, parameters: Mapping[str, Any]) -> None:
        """A request is about to take effect."""

    def took_effect(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """A request has taken effect: it was not refused."""

    def ended(self, process: Process, operation: str) -> None:
        """No effect can come any more."""


def refusal(operation: str) -> ClientError:
    """The error of a call that no retry can help."""
    return ClientError(
        {
            "Error": {"Code": "BadRequestException", "Message": "refused"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        },
        operation,
    )


_TRANSACTION_CONFLICTS = {
    "put_item": "TransactionConflictException",
    "update_item": "TransactionConflictException",
    "delete_item": "TransactionConflictException",
    "transact_write_items": "TransactionCanceledException",
}


def _error(operation: str, trouble: str) -> ClientError:
    code, status = ("ServiceFailureException", 500)
    if trouble == "throttled":
        code, status = ("ThrottledClientException", 429)
    if trouble == "in_transaction":
        code, status = (_TRANSACTION_CONFLICTS[operation], 400)
    return ClientError(
        {
            "Error": {"Code": code, "Message": trouble},
            "ResponseMetadata": {"HTTPStatusCode": status},
            "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}],
        },
        operation,
    )
