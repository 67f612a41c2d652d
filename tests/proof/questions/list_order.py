"""The order of ListAppInstanceUsers."""

from typing import Any

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import create_user

_IDS = ("order-c", "order-e", "order-a", "order-f", "order-b", "order-d")
_PAGE_SIZE = 2


def list_order(place: Place) -> Answer:
    """Return ``creation``, ``arn`` or ``other``, and whether a second list is the same."""
    for user_id in _IDS:
        create_user(place, user_id)
    first, second = _listed(place), _listed(place)
    missing = sorted(set(_IDS) - set(first))
    if missing:
        return Answer("list_order", reason=f"the list does not contain {', '.join(missing)}")
    return Answer(
        "list_order",
        {"order": _order(first), "same_again": first == second, "listed": first},
    )


def _order(listed: list[str]) -> str:
    if listed == list(_IDS):
        return "creation"
    return "arn" if listed == sorted(_IDS) else "other"


def _listed(place: Place) -> list[str]:
    chime = place.client("chime-sdk-identity")
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        page: dict[str, Any] = chime.list_app_instance_users(
            AppInstanceArn=place.fixtures.app_instance_arn, MaxResults=_PAGE_SIZE, **more
        )
        ids = [each["AppInstanceUserArn"].rpartition("/")[2] for each in page["AppInstanceUsers"]]
        found += [user_id for user_id in ids if user_id in _IDS]
        if not page.get("NextToken"):
            return found
        more = {"NextToken": page["NextToken"]}
