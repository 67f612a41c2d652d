"""The events of Chime SDK that the run's rule sends to the run's queue."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from proof.place import Place

_SECONDS_BETWEEN_LOOKS = 1


def wait_for_event(
    place: Place, is_wanted: Callable[[dict[str, Any]], bool], seconds: float
) -> dict[str, Any] | None:
    """Return the first event that is wanted, or None if none arrives in time.

    Others stay in the queue: they become visible again.
    """
    waited = 0.0
    while True:
        for event in _received(place):
            if is_wanted(event):
                return event
        if waited >= seconds:
            return None
        place.wait(_SECONDS_BETWEEN_LOOKS)
        waited += _SECONDS_BETWEEN_LOOKS


def _received(place: Place) -> Iterator[dict[str, Any]]:
    queues = place.client("sqs")
    while True:
        response = queues.receive_message(
            QueueUrl=place.fixtures.queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=5,
        )
        messages = response.get("Messages", [])
        if not messages:
            return
        for message in messages:
            yield json.loads(message["Body"])
