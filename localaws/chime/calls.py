"""The log of received calls."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call and its outcome.

    ``arn`` is the user or app instance in the call, None for a list of all. ``error`` is the full
    exception name, None for success. ``applied`` is whether the state was changed or read, even if
    the response was an error or was not sent. ``delivery`` is ``answer``, ``reset`` or ``silence``.
    ``time`` is the service's clock.
    """

    operation: str
    arn: str | None
    parameters: dict[str, Any]
    access_key: str
    region: str
    time: datetime
    status: int | None
    error: str | None
    applied: bool
    delivery: str = "answer"

    @property
    def succeeded(self) -> bool:
        """Return whether the caller got a successful response."""
        return self.error is None and self.delivery == "answer"


class CallLog:
    """Calls in the order in which they were decided; safe to read while calls come in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def record(self, call: Call) -> None:
        """Add a call."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Remove all calls."""
        with self._lock:
            self._calls.clear()

    def all(self) -> list[Call]:
        """Return a copy of the log."""
        with self._lock:
            return list(self._calls)

    def of(
        self,
        operation: str | None = None,
        *,
        arn: str | None = None,
        error: str | None = None,
        succeeded: bool | None = None,
    ) -> list[Call]:
        """Return the calls that match all given arguments."""
        return [
            call
            for call in self.all()
            if (operation is None or call.operation == operation)
            and (arn is None or call.arn == arn)
            and (error is None or call.error == error)
            and (succeeded is None or call.succeeded is succeeded)
        ]

    def puts(self, arn: str | None = None) -> list[Call]:
        """Return the calls that set or cleared an expiration."""
        return self.of("PutAppInstanceUserExpirationSettings", arn=arn)

    def __len__(self) -> int:
        with self._lock:
            return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.all())
