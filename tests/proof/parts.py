"""The questions and the permissions of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from proof.answer import Answer
from proof.place import Place


class Question(Protocol):
    """Asks the service, and returns what it has answered."""

    __name__: str

    def __call__(self, place: Place, /) -> Answer: ...


def missing_user(place: Place) -> Answer:
    """Ask for a user that does not exist."""
    try:
        place.client("chime-sdk-identity").describe_app_instance_user(
            AppInstanceUserArn=f"{place.fixtures.app_instance_arn}/user/nobody"
        )
    except ClientError as error:
        return Answer("missing_user", {"code": error.response["Error"]["Code"]})
    return Answer("missing_user", reason="the service returned a user that was never created")


QUESTIONS: Sequence[Question] = (missing_user,)
"""Asked before the story."""

LONG_QUESTIONS: Sequence[Question] = ()
"""Asked after the story, because they need more than a day."""


@dataclass(frozen=True)
class PermissionCheck:
    """Whether the caller may do what a run does.

    ``text`` is for the terminal, ``rows`` are for the report. ``missing`` and ``not_known`` are
    sentences, one for each permission.
    """

    text: str = ""
    rows: Sequence[dict[str, Any]] = ()
    missing: Sequence[str] = ()
    not_known: Sequence[str] = ()


def check_permissions(_place: Place, _caller: str) -> PermissionCheck:
    """Check every permission of a run. ``_caller`` is the ARN of the credentials."""
    return PermissionCheck()
