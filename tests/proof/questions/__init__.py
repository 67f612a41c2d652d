"""What a run asks the service, because nobody documents it. One file for each question."""

from collections.abc import Sequence
from typing import Protocol

from proof.answer import Answer
from proof.place import Place
from proof.questions.cleared_settings import cleared_settings
from proof.questions.create_twice import create_twice
from proof.questions.creation_event import creation_event
from proof.questions.denied_call import denied_call
from proof.questions.expiration_event import expiration_event
from proof.questions.list_order import list_order
from proof.questions.missing_user import missing_user
from proof.questions.put_changes_last_updated import put_changes_last_updated
from proof.questions.put_rate import put_rate


class Question(Protocol):
    """Asks the service, and returns what it has answered."""

    __name__: str

    def __call__(self, place: Place, /) -> Answer: ...


QUESTIONS: Sequence[Question] = (
    creation_event,
    missing_user,
    denied_call,
    cleared_settings,
    put_changes_last_updated,
    create_twice,
    list_order,
    put_rate,
)
"""Asked before the story."""

LONG_QUESTIONS: Sequence[Question] = (expiration_event,)
"""Asked after the story, because they need more than a day."""
