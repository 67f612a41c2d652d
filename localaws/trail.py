"""The way of events from Chime to EventBridge, which may lose, repeat and delay them."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from localaws.chime import Event

_logger = logging.getLogger(__name__)

# Rules are read once for this many events.
_BATCH_SIZE = 50


class Trail:
    """Passes events to ``deliver`` in a thread of its own, so that no call waits for them.

    ``copies`` is how often each event is delivered: AWS promises no exact number. 0 loses it.
    ``delay_seconds`` is the time from the call to the delivery. Both apply to the events that are
    sent after they were changed.
    """

    def __init__(self, deliver: Callable[[list[Event]], None]) -> None:
        self.copies = 1
        self.delay_seconds = 0.0
        self._deliver = deliver
        self._changed = threading.Condition()
        self._pending: list[tuple[float, int, Event]] = []
        self._serials = itertools.count()
        self._delivering = False
        self._stopping = False
        self._thread = threading.Thread()

    def __enter__(self) -> Self:
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def send(self, event: Event) -> None:
        """Deliver an event later."""
        due = time.monotonic() + self.delay_seconds
        with self._changed:
            for _ in range(self.copies):
                # The serial number keeps the order, and events cannot be compared.
                heapq.heappush(self._pending, (due, next(self._serials), event))
            self._changed.notify_all()

    def wait_until_delivered(self, timeout_seconds: float = 60) -> None:
        """Wait until all events are delivered, delayed ones included. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(self._is_idle, timeout_seconds):
                raise TimeoutError(
                    f"{len(self._pending)} events are pending after {timeout_seconds} s"
                )

    def _is_idle(self) -> bool:
        return not self._pending and not self._delivering

    def _run(self) -> None:
        while events := self._next_batch():
            try:
                self._deliver(events)
            except (BotoCoreError, ClientError) as error:
                _logger.warning("%d events not delivered: %s", len(events), error)
            with self._changed:
                self._delivering = False
                self._changed.notify_all()

    def _next_batch(self) -> list[Event]:
        """Wait for events that are due and return them; an empty list when this is stopped."""
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                batch: list[Event] = []
                while self._pending and self._pending[0][0] <= now and len(batch) < _BATCH_SIZE:
                    batch.append(heapq.heappop(self._pending)[2])
                if batch:
                    self._delivering = True
                    return batch
                self._changed.wait(self._pending[0][0] - now if self._pending else None)
        return []
