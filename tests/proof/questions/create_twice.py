"""The outcome of creating a user that exists: an error, or a success that changes nothing."""

from typing import Any

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import SET, client, create_user, error_of

_OTHER = {**SET, "ExpirationDays": 200}


def create_twice(place: Place) -> Answer:
    """Return the outcome with the same ClientRequestToken and with another one.

    An outcome is the error, None for a success, and whether name, expiration or creation changed.
    """
    user_id = "twice-1"
    arn = create_user(place, user_id, ClientRequestToken="first", ExpirationSettings=SET)
    chime = client(place)

    def create(token: str, name: str) -> dict[str, Any]:
        before = _described(chime, arn)
        error = error_of(
            lambda: chime.create_app_instance_user(
                AppInstanceArn=place.fixtures.app_instance_arn,
                AppInstanceUserId=user_id,
                Name=name,
                ClientRequestToken=token,
                ExpirationSettings=SET if name == user_id else _OTHER,
            )
        )
        after = _described(chime, arn)
        return {
            "error": error and error["error"],
            "changed": sorted(member for member in before if before[member] != after[member]),
        }

    return Answer(
        "create_twice",
        {"same_token": create("first", user_id), "other_token": create("second", "another name")},
    )


def _described(chime: Any, arn: str) -> dict[str, Any]:
    user = chime.describe_app_instance_user(AppInstanceUserArn=arn)["AppInstanceUser"]
    return {
        member: user.get(member) for member in ("CreatedTimestamp", "ExpirationSettings", "Name")
    }
