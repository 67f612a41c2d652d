"""The event of a user that has expired and is deleted."""

from datetime import timedelta
from typing import Any

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import SET, create_user
from proof.questions.recorded_events import NO_EVENT, wait_for_event
from proof.redaction import redacted_record

_USER_ID = "expires-1"
_DELETION_SECONDS = 7 * 3600
"""Documented: a user is deleted within six hours after it has expired. The event comes later."""


def expiration_event(place: Place) -> Answer:
    """Return the source, the detail type and the redacted event. It takes more than a day."""
    arn = create_user(place, _USER_ID, ExpirationSettings={**SET, "ExpirationDays": 1})
    place.let_days_pass(timedelta(days=1, minutes=1))

    def is_wanted(event: dict[str, Any]) -> bool:
        detail = event.get("detail", {})
        return detail.get("eventName") == "ExpireAppInstanceUser" and arn in str(detail)

    event = wait_for_event(place, is_wanted, _DELETION_SECONDS)
    if event is None:
        return Answer(
            "expiration_event",
            reason=NO_EVENT,
        )
    detail = event["detail"]
    return Answer(
        "expiration_event",
        {
            "source": event.get("source"),
            "detail_type": event.get("detail-type"),
            "event_source": detail.get("eventSource"),
            "names_user_in_resources": arn in str(detail.get("resources")),
            "event": redacted_record(event, place.run),
        },
    )
