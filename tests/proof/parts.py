"""The questions and the permissions of a run."""

from collections.abc import Sequence
from typing import Protocol

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
