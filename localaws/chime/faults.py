"""Scripted faults: what goes wrong, how often, and whether the call has an effect."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from localaws.chime.errors import exception_name
from localaws.chime.model import OPERATIONS

Delivery = Literal["answer", "reset", "silence"]

_MESSAGES = {
    "AccessDeniedException": "User is not authorized to perform this operation",
    "ThrottledClientException": "Rate exceeded",
}


@dataclass(frozen=True)
class Fault:
    """One fault.

    ``operation``: None for any. ``times``: for how many calls, None for all. ``when``: a condition
    on operation and parameters. ``effect``: perform the call first. ``then``: ``answer`` with
    ``error``; ``reset`` the connection in the middle of the response; or ``silence``, no response
    until the client disconnects. The default ``error`` is ServiceFailureException; a reset after
    an effect cuts the successful response.

    Raises ValueError for an unknown operation or error.
    """

    operation: str | None = None
    error: str | None = None
    message: str | None = None
    times: int | None = 1
    effect: bool = False
    then: Delivery = "answer"
    when: Callable[[str, Mapping[str, Any]], bool] | None = None

    def __post_init__(self) -> None:
        if self.operation is not None and self.operation not in OPERATIONS:
            raise ValueError(
                f"no such operation: {self.operation}; use one of {', '.join(OPERATIONS)}"
            )
        if self.error is not None:
            exception_name(self.error)

    @property
    def error_name(self) -> str | None:
        """Return the full name of the error, None for a successful response."""
        if self.error is not None:
            return exception_name(self.error)
        if self.then == "reset" and self.effect:
            return None
        return "ServiceFailureException"

    @property
    def error_message(self) -> str:
        """Return the message of the error."""
        return self.message or _MESSAGES.get(self.error_name or "", "Scripted by a fault")


class FaultScript:
    """The pending faults. Each call gets the first one that matches."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[tuple[Fault, int | None]] = []

    def add(self, *faults: Fault) -> None:
        """Add faults at the end."""
        with self._lock:
            self._pending.extend((fault, fault.times) for fault in faults)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._pending.clear()

    @property
    def pending(self) -> list[Fault]:
        """Return the faults that are not used yet."""
        with self._lock:
            return [fault for fault, _ in self._pending]

    def take(self, operation: str, parameters: Mapping[str, Any]) -> Fault | None:
        """Return the fault for this call, which is then used, or None."""
        with self._lock:
            for index, (fault, left) in enumerate(self._pending):
                if fault.operation not in (None, operation):
                    continue
                if fault.when is not None and not fault.when(operation, parameters):
                    continue
                if left is not None and left <= 1:
                    del self._pending[index]
                elif left is not None:
                    self._pending[index] = (fault, left - 1)
                return fault
        return None
