"""The PhysicalResourceId: the one thing that CloudFormation remembers of a custom resource.

It says what a Delete has to undo: the ARN of a user once its setting may be ours, and a marker
until then. A user that had a setting before the declaration was created has it appended::

    arn:aws:chime:us-east-1:111122223333:app-instance/ID/user/guest-42
    arn:aws:chime:us-east-1:111122223333:app-instance/ID/user/guest-42#30
    nothing-was-set

Later releases have to understand every form: a Delete brings the id of the release that made it.
"""

from dataclasses import dataclass
from typing import Self

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import expiration_days

NOTHING_SET = "nothing-was-set"

# Neither an ARN nor a user id can contain it.
_SEPARATOR = "#"


@dataclass(frozen=True, slots=True)
class PhysicalId:
    """The id of a declaration whose setting may be ours.

    ``earlier_days`` is the setting that the user had before, None where it had none.
    """

    user: AppInstanceUserArn
    earlier_days: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The parts of ``text``, or None where there is nothing to undo.

        That is so for the marker, and for the ids that crhelper or CloudFormation make up for a
        Create that never answered.
        """
        arn, separator, days = text.partition(_SEPARATOR)
        try:
            earlier_days = expiration_days(days) if separator else None
            return cls(AppInstanceUserArn.parse(arn), earlier_days)
        except ValueError:
            return None

    def __str__(self) -> str:
        if self.earlier_days is None:
            return str(self.user)
        return f"{self.user}{_SEPARATOR}{self.earlier_days}"
