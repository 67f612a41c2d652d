"""The questions and the permissions of a run."""

from collections.abc import Callable, Sequence

from proof.answer import Answer
from proof.place import Place

Question = Callable[[Place], Answer]

QUESTIONS: Sequence[Question] = ()
"""Asked before the story."""

LONG_QUESTIONS: Sequence[Question] = ()
"""Asked after the story, because they need more than a day."""
