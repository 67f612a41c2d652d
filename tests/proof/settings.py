"""From the answers of a report to the settings of the local Chime SDK."""

from collections.abc import Callable, Mapping
from typing import Any


class NotGivenError(Exception):
    """The local service cannot answer what the service has answered. The message says what."""


def _missing_user(value: Any) -> Any:
    return _same_error("missing_user", value["put"], value["describe"])


def _denied_call(value: Any) -> Any:
    return _same_error("denied_call", value["existing_user"], value["no_user"])


def _same_error(question: str, one: Any, other: Any) -> dict[str, str]:
    if one is None or other is None:
        raise NotGivenError(f"{question}: the call succeeded, the local service always fails it")
    if one["error"] != other["error"]:
        raise NotGivenError(
            f"{question}: the answers are {one['error']} and {other['error']}, and the local "
            "service gives the same for both"
        )
    return {"error": one["error"], "message": one["message"]}


def _cleared_settings(value: Any) -> Any:
    return _same("cleared_settings", value["put"], value["describe"])


def _put_changes_last_updated(value: Any) -> Any:
    return _same("put_changes_last_updated", value["set"], value["set_again"], value["clear"])


def _create_twice(value: Any) -> Any:
    if value["same_token"] != {"error": None, "changed": []}:
        raise NotGivenError(
            f"create_twice: with the same token the answer is {value['same_token']}, and the local "
            "service changes nothing and succeeds"
        )
    other = value["other_token"]
    if other["changed"]:
        raise NotGivenError(
            f"create_twice: the second call changes {', '.join(other['changed'])}, and the local "
            "service changes nothing"
        )
    outcomes = {None: "Success", "ConflictException": "Conflict"}
    if other["error"] not in outcomes:
        raise NotGivenError(
            f"create_twice: the answer is {other['error']}, and the local service succeeds or "
            "answers ConflictException"
        )
    return outcomes[other["error"]]


def _creation_event(value: Any) -> Any:
    usual = {
        "source": "aws.chime",
        "detail_type": "AWS API Call via CloudTrail",
        "event_source": "chime.amazonaws.com",
        "names_app_instance_in_request": True,
    }
    _require_usual("creation_event", value, usual)
    return {
        "hides_user_id": not value["names_user_in_request"],
        "has_response": value["names_user_in_response"],
    }


def _expiration_event(value: Any) -> Any:
    usual = {
        "detail_type": "AWS Service Event via CloudTrail",
        "event_source": "chime.amazonaws.com",
        "names_user_in_resources": True,
    }
    _require_usual("expiration_event", value, usual)
    return {"source": value["source"]}


def _put_rate(value: Any) -> Any:
    if value["throttled_at"] is None:
        return None
    if value["not_throttled_at"] is None:
        raise NotGivenError(
            f"put_rate: {value['throttled_at']} a second were throttled, the lowest rate that was "
            "tried, so that no rate is known that is not"
        )
    return value["not_throttled_at"]


def _list_order(value: Any) -> Any:
    if not value["same_again"]:
        raise NotGivenError(
            "list_order: a second list has another order, and the local service always lists in "
            "the same"
        )
    return value["order"]


def _express_replacement(value: Any) -> Any:
    return value["outcome"]


def _same(question: str, *values: Any) -> Any:
    if any(value != values[0] for value in values):
        raise NotGivenError(
            f"{question}: the answers are {', '.join(map(str, values))}, and the local service "
            "gives the same for all"
        )
    return values[0]


def _require_usual(question: str, value: Mapping[str, Any], usual: Mapping[str, Any]) -> None:
    for name, expected in usual.items():
        if value[name] != expected:
            raise NotGivenError(
                f"{question}: {name} is {value[name]!r}, and in the events of the local service it "
                f"is {expected!r}"
            )


SETTINGS: dict[str, Callable[[Any], Any]] = {
    "missing_user": _missing_user,
    "denied_call": _denied_call,
    "cleared_settings": _cleared_settings,
    "put_changes_last_updated": _put_changes_last_updated,
    "create_twice": _create_twice,
    "creation_event": _creation_event,
    "expiration_event": _expiration_event,
    "put_rate": _put_rate,
    "list_order": _list_order,
    "express_replacement": _express_replacement,
}
"""For each question with a setting: the setting for the value of an answer.

Raises NotGivenError if the local service has no such setting.
"""
