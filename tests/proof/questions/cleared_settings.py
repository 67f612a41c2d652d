"""How a response shows settings that are not set."""

import json
from typing import Any

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import SET, body_of, client, create_user


def cleared_settings(place: Place) -> Answer:
    """Return ``absent`` or the JSON text of the member, for Put and for Describe afterwards."""
    arn = create_user(place, "cleared-1", ExpirationSettings=SET)
    chime = client(place)
    put = body_of(
        chime,
        "PutAppInstanceUserExpirationSettings",
        lambda: chime.put_app_instance_user_expiration_settings(AppInstanceUserArn=arn),
    )
    describe = body_of(
        chime,
        "DescribeAppInstanceUser",
        lambda: chime.describe_app_instance_user(AppInstanceUserArn=arn),
    )
    return Answer(
        "cleared_settings",
        {"put": _shown(put), "describe": _shown(describe.get("AppInstanceUser", {}))},
    )


def _shown(member: dict[str, Any]) -> str:
    if "ExpirationSettings" not in member:
        return "absent"
    return json.dumps(member["ExpirationSettings"])
