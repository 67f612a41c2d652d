"""The events of Chime SDK that the run's rule sends to the run's queue."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from proof.place import Place

NO_EVENT = (
    "no event arrived in time: EventBridge gets these events only if a CloudTrail trail with "
    "logging enabled exists in the region"
)

_SECONDS_BETWEEN_LOOKS = 10
_LOCAL_SECONDS = 10
"""On a local AWS, an event arrives at once or never."""

_MOST_CALLS_OF_A_LOOK = 100


def wait_for_event(
    place: Place, is_wanted: Callable[[dict[str, Any]], bool], seconds: float
) -> dict[str, Any] | None:
    """Return the first event that is wanted, or None if none arrives in time.

    ``seconds`` are those on AWS. Other events stay in the queue: they become visible again.
    """
    between = 1 if place.is_local else _SECONDS_BETWEEN_LOOKS
    left = _LOCAL_SECONDS if place.is_local else seconds
    while True:
        for event in _received(place):
            if is_wanted(event):
                return event
        if left <= 0:
            return None
        place.wait(between)
        left -= between


def _received(place: Place) -> Iterator[dict[str, Any]]:
    """Yield the events of one look, which has an end: events can become visible during it."""
    queues = place.client("sqs")
    for _ in range(_MOST_CALLS_OF_A_LOOK):
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
