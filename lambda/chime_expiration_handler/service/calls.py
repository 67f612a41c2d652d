"""One call to an AWS API, with its retries."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from chime_expiration_handler.service.failures import Failure, FailureKind, classify
from chime_expiration_handler.service.retry_budget import RetryBudget

Result = TypeVar("Result")


class CallError(Exception):
    """No attempt succeeded; ``failure`` is the last one."""

    def __init__(self, failure: Failure, call: "Call") -> None:
        super().__init__(failure.detail)
        self.failure = failure
        self.call = call


@dataclass(slots=True)
class Call:
    """Attempts one operation until it succeeds, or no attempt can help.

    ``may_have_had_effect`` is true once an attempt can have had an effect without a success. It is
    never reset: an attempt that timed out can have had one, whatever the attempts after it report.
    """

    retry_budget: RetryBudget
    attempts: int = 0
    may_have_had_effect: bool = False
    _started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long the attempts have taken, waits included."""
        return time.monotonic() - self._started

    def run(
        self,
        operation: Callable[[], Result],
        explain_forbidden: Callable[[Failure], Failure] = lambda failure: failure,
    ) -> Result:
        """The result of ``operation``; raises CallError.

        ``explain_forbidden`` may find out what a Forbidden with an unknown text means.
        """
        while True:
            self.attempts += 1
            try:
                return operation()
            except Exception as error:
                failure = classify(error)
                if failure is None:
                    raise
            self.may_have_had_effect |= failure.may_have_had_effect
            if failure.kind is FailureKind.FORBIDDEN:
                failure = explain_forbidden(failure)
            if not self.retry_budget.wait(failure.kind):
                raise CallError(failure, self)
