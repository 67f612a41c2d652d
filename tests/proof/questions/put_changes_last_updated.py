"""Whether Put changes LastUpdatedTimestamp."""

from collections.abc import Callable
from typing import Any

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import SET, create_user

_SECONDS = 2
"""More than the resolution that a timestamp may have."""


def put_changes_last_updated(place: Place) -> Answer:
    """Return whether setting, setting the same again, and clearing change it."""
    arn = create_user(place, "updated-1")
    chime = place.client("chime-sdk-identity")

    def changes(call: Callable[[], Any]) -> bool:
        before = _last_updated(chime, arn)
        place.wait(_SECONDS)
        call()
        return bool(_last_updated(chime, arn) != before)

    def put(**settings: Any) -> Callable[[], Any]:
        return lambda: chime.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=arn, **settings
        )

    return Answer(
        "put_changes_last_updated",
        {
            "set": changes(put(ExpirationSettings=SET)),
            "set_again": changes(put(ExpirationSettings=SET)),
            "clear": changes(put()),
        },
    )


def _last_updated(chime: Any, arn: str) -> Any:
    user = chime.describe_app_instance_user(AppInstanceUserArn=arn)["AppInstanceUser"]
    return user["LastUpdatedTimestamp"]
