"""The users of the run's AppInstance."""

from collections.abc import Mapping
from typing import Any

from proof.place import Place

Days = dict[str, int | None]
"""Days by user id; None for a user without an expiration."""


def create_user(place: Place, user_id: str, days: int | None = None) -> None:
    """Create a user, with an expiration that the stack does not know."""
    place.client("chime-sdk-identity").create_app_instance_user(
        AppInstanceArn=place.fixtures.app_instance_arn,
        AppInstanceUserId=user_id,
        Name=user_id,
        **_settings(days),
    )


def set_days(place: Place, user_id: str, days: int | None) -> None:
    """Change the expiration of a user, as somebody else does."""
    place.client("chime-sdk-identity").put_app_instance_user_expiration_settings(
        AppInstanceUserArn=user_arn(place, user_id), **_settings(days)
    )


def days_of(place: Place, user_ids: Mapping[str, object]) -> Days:
    """Return what the service has, without the users that do not exist."""
    chime = place.client("chime-sdk-identity")
    existing = set(user_arns(chime, place.fixtures.app_instance_arn))
    found: Days = {}
    for user_id in user_ids:
        arn = user_arn(place, user_id)
        if arn in existing:
            user = chime.describe_app_instance_user(AppInstanceUserArn=arn)["AppInstanceUser"]
            found[user_id] = (user.get("ExpirationSettings") or {}).get("ExpirationDays")
    return found


def user_arn(place: Place, user_id: str) -> str:
    """Return the ARN of a user of the run."""
    return f"{place.fixtures.app_instance_arn}/user/{user_id}"


def user_arns(chime: Any, app_instance: str) -> list[str]:
    """Return the ARNs of all users. boto3 has no paginator for this call."""
    arns: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = chime.list_app_instance_users(AppInstanceArn=app_instance, MaxResults=50, **more)
        arns += [user["AppInstanceUserArn"] for user in page["AppInstanceUsers"]]
        if not page.get("NextToken"):
            return arns
        more = {"NextToken": page["NextToken"]}


def _settings(days: int | None) -> dict[str, Any]:
    if days is None:
        # Without settings, the call clears them.
        return {}
    return {
        "ExpirationSettings": {"ExpirationDays": days, "ExpirationCriterion": "CREATED_TIMESTAMP"}
    }
