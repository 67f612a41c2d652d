"""Whether a stack is still the one that was shown."""

import threading
import time
from collections.abc import Callable
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.errors import AccessDeniedError, CommandError, StackNotFoundError
from chime_expiration_cli.repair.outcome import GRANT_THEN_REPAIR

_LOOKS_AGAIN_AFTER_SECONDS = 10.0


class StackWatch:
    """Reads each stack again, at most every ten seconds; safe to use from many threads.

    ``client_for`` returns the CloudFormation client of a region.
    """

    def __init__(
        self,
        client_for: Callable[[str], Any],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client_for = client_for
        self._monotonic = monotonic
        self._looks: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def change_of(self, stack: DeployedStack) -> str:
        """What has happened to the stack since it was shown; empty for nothing."""
        with self._lock:
            looked_at, change = self._looks.get(stack.id, (None, ""))
            if looked_at is None or self._monotonic() - looked_at > _LOOKS_AGAIN_AFTER_SECONDS:
                change = self._look(stack)
                self._looks[stack.id] = self._monotonic(), change
            return change

    def _look(self, stack: DeployedStack) -> str:
        try:
            # A new one: it keeps what it has read.
            found = CloudFormation(self._client_for, stack.region).stack(stack.id)
        except StackNotFoundError:
            return "the stack has been deleted since"
        except AccessDeniedError as denied:
            return f"the stack could not be read again: {denied}; {GRANT_THEN_REPAIR}"
        except CommandError as error:
            return f"the stack could not be read again: {error}"
        if found["StackStatus"] != stack.status:
            return f"the stack is {found['StackStatus']} since, and was {stack.status}"
        if found.get("LastUpdatedTime") != stack.updated_at:
            return "the stack has been deployed since"
        return ""
