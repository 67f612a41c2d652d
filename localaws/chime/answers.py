"""What the service answers where AWS documents nothing: the settings in ``answers.json``.

Each setting has the name of a question of ``make prove``, whose report can replace it.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FILE = Path(__file__).with_name("answers.json")
VARIABLE = "LOCALAWS_ANSWERS"
"""The environment variable that names another file."""


class AnswersError(Exception):
    """A setting is not one that the local service has. The message says what is allowed."""


@dataclass(frozen=True)
class ErrorAnswer:
    """The error of a call. In ``message``, names in braces are replaced."""

    error: str
    message: str


@dataclass(frozen=True)
class CreationEvent:
    """What the record of CreateAppInstanceUser has."""

    hides_user_id: bool
    has_response: bool


@dataclass(frozen=True)
class Answers:
    """One setting for each question.

    - ``missing_user``: the error for a user that does not exist.
    - ``denied_call``: the error for a caller without permission.
    - ``cleared_settings``: how a response shows settings that are not set.
    - ``put_changes_last_updated``: whether Put changes LastUpdatedTimestamp.
    - ``create_twice``: the outcome of creating a user that exists, with another token.
    - ``creation_event``, ``expiration_source``: the records that EventBridge delivers.
    - ``put_rate``: Puts a second that are not throttled; None for any.
    - ``list_order``: the order of ListAppInstanceUsers.
    - ``express_replacement``: whether CloudFormation, in express mode, replaces a custom resource
      whose response names another physical id.
    """

    missing_user: ErrorAnswer
    denied_call: ErrorAnswer
    cleared_settings: Literal["absent", "null"]
    put_changes_last_updated: bool
    create_twice: Literal["Conflict", "Success"]
    creation_event: CreationEvent
    expiration_source: str
    put_rate: float | None
    list_order: Literal["creation", "arn", "other"]
    express_replacement: Literal["replaced", "refused"]

    @classmethod
    def load(cls) -> "Answers":
        """Return the settings of the file that the environment names. Raises AnswersError."""
        path = Path(os.environ.get(VARIABLE) or FILE)
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            return cls.from_settings({name: each["setting"] for name, each in document.items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise AnswersError(
                f"{path} has no settings ({error!r}): use a file like {FILE}"
            ) from error
        except AnswersError as error:
            raise AnswersError(f"{path}: {error}") from error

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Answers":
        """Return the settings by question, checked. Raises AnswersError."""
        missing = sorted(_ALLOWED.keys() - settings.keys())
        unknown = sorted(settings.keys() - _ALLOWED.keys())
        if missing or unknown:
            raise AnswersError(
                f"the settings have no {missing or 'gap'} and the unknown {unknown or 'none'}: use "
                f"exactly {', '.join(_ALLOWED)}"
            )
        for name, (is_allowed, allowed) in _ALLOWED.items():
            if not is_allowed(settings[name]):
                raise AnswersError(f"{name} is {json.dumps(settings[name])}: use {allowed}")
        return cls(
            missing_user=ErrorAnswer(**settings["missing_user"]),
            denied_call=ErrorAnswer(**settings["denied_call"]),
            cleared_settings=settings["cleared_settings"],
            put_changes_last_updated=settings["put_changes_last_updated"],
            create_twice=settings["create_twice"],
            creation_event=CreationEvent(**settings["creation_event"]),
            expiration_source=settings["expiration_event"]["source"],
            put_rate=settings["put_rate"],
            list_order=settings["list_order"],
            express_replacement=settings["express_replacement"],
        )


def _one_of(*values: Any) -> tuple[Callable[[Any], bool], str]:
    texts = [json.dumps(value) for value in values]
    # 0 == False in Python, and JSON distinguishes them.
    return lambda value: json.dumps(value) in texts, " or ".join(texts)


def _error(*names: str) -> tuple[Callable[[Any], bool], str]:
    def is_allowed(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and value.keys() == {"error", "message"}
            and value["error"] in names
            and isinstance(value["message"], str)
        )

    return is_allowed, f'{{"error": {" or ".join(names)}, "message": TEXT}}'


def _is_creation_event(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"hides_user_id", "has_response"}
        and all(isinstance(each, bool) for each in value.values())
    )


def _is_expiration_event(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"source"}
        and isinstance(value["source"], str)
        and value["source"].startswith("aws.")
    )


def _is_rate(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


_ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "missing_user": _error("ForbiddenException", "NotFoundException"),
    "denied_call": _error("AccessDeniedException", "ForbiddenException"),
    "cleared_settings": _one_of("absent", "null"),
    "put_changes_last_updated": _one_of(False, True),
    "create_twice": _one_of("Conflict", "Success"),
    "creation_event": (_is_creation_event, '{"hides_user_id": BOOLEAN, "has_response": BOOLEAN}'),
    "expiration_event": (_is_expiration_event, '{"source": TEXT}, which begins with "aws."'),
    "put_rate": (_is_rate, "a number over 0, or null for any rate"),
    "list_order": _one_of("creation", "arn", "other"),
    "express_replacement": _one_of("replaced", "refused"),
}
