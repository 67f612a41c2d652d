"""The event of a created user."""

from typing import Any

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import create_user
from proof.questions.recorded_events import NO_EVENT, wait_for_event
from proof.redaction import redacted_record

_USER_ID = "created-1"
_SECONDS = 15 * 60
"""CloudTrail delivers most events within five minutes, and names no limit."""


def creation_event(place: Place) -> Answer:
    """Return the source, the detail type, what names the user, and the redacted event."""
    arn = create_user(place, _USER_ID)

    def is_wanted(event: dict[str, Any]) -> bool:
        detail = event.get("detail", {})
        return bool(
            detail.get("eventName") == "CreateAppInstanceUser"
            and place.fixtures.app_instance_arn in str(detail)
        )

    event = wait_for_event(place, is_wanted, _SECONDS)
    if event is None:
        return Answer(
            "creation_event",
            reason=NO_EVENT,
        )
    detail = event["detail"]
    request = detail.get("requestParameters") or {}
    response = detail.get("responseElements") or {}
    return Answer(
        "creation_event",
        {
            "source": event.get("source"),
            "detail_type": event.get("detail-type"),
            "event_source": detail.get("eventSource"),
            "names_app_instance_in_request": (
                request.get("appInstanceArn") == place.fixtures.app_instance_arn
            ),
            "names_user_in_request": request.get("appInstanceUserId") == _USER_ID,
            "names_user_in_response": response.get("appInstanceUserArn") == arn,
            "event": redacted_record(event, place.run),
        },
    )
