"""What the service should hold, from what CloudFormation believes and what calls were made.

It never looks at how the handler decides. Of each user it knows the setting that is due:

- declared in a stable stack: the declared days;
- set, or perhaps set, by the stack and not declared any more: none;
- never touched by a call: what it was before.

Some users are out of anybody's hands, and then nothing is due: the Delete for them failed three
times, or their rollback was skipped, or CloudFormation forgot their id.
"""

from dataclasses import dataclass, field
from enum import Enum

from lifecycle.cloudformation_model import Stack


class Due(Enum):
    """Where no days are due, and not none either."""

    ANYTHING = "anything"


Setting = int | None | Due


@dataclass
class Ledger:
    """The setting due for each user."""

    due: dict[str, Setting]
    _owned: set[str] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _unclear: set[str] = field(default_factory=set)

    def changed(self, users: set[str]) -> None:
        """Note that a Create or an Update changed these users, or may have.

        A Delete gives no reason to be cleared: that would excuse every one that should not be.
        """
        self._changed |= users

    def unclear(self, users: set[str]) -> None:
        """Note that nobody can say what becomes of these users."""
        self._unclear |= users

    def settle(self, stack: Stack) -> None:
        """Take over what a stack in a stable state believes."""
        lost = self._unclear | stack.given_up | stack.forgotten
        declared = {}
        for resource in stack.resources.values():
            if resource.skipped:
                lost |= {resource.declaration.user, resource.physical_id}
            else:
                declared[resource.declaration.user] = resource.declaration.days
        for user in self.due:
            if user in declared and user not in self._unclear:
                if self.due[user] is not Due.ANYTHING or user in self._changed:
                    self.due[user] = declared[user]
            elif user in lost:
                self.due[user] = Due.ANYTHING
            elif user in stack.left_alone:
                if user in self._changed:
                    self.due[user] = Due.ANYTHING
            elif user in self._changed | self._owned:
                self.due[user] = None
        self._owned = set(declared)
        self._changed = set()
        self._unclear = set()
        stack.settled()
