"""The settings that the service may have, from CloudFormation's records and the calls.

It does not use the handler. For each user it computes the settings that are due:

- declared in a stable stack: the declared days;
- set, or possibly set, by the stack and removed from it: none;
- set by a creation that was rolled back: the setting that it had before, or none;
- never changed by a call: the setting that it had before.

For some users any setting is accepted: the Delete for them failed three times, or their rollback
was skipped, or CloudFormation forgot their id.
"""

from dataclasses import dataclass, field

from lifecycle.cloudformation_model import Stack, Status, user_of

Settings = frozenset[int | None] | None
"""The days that are accepted; None where anything is."""

_ROLLED_BACK = (Status.ROLLBACK_COMPLETE, Status.UPDATE_ROLLBACK_COMPLETE)


@dataclass
class Ledger:
    """The settings due for each user."""

    due: dict[str, Settings]
    _owned: set[str] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _unclear: set[str] = field(default_factory=set)

    def changed(self, users: set[str]) -> None:
        """Note that a Create or an Update changed these users, or may have.

        Not for a Delete: a Delete that clears a wrong user would then look right.
        """
        self._changed |= users

    def unclear(self, users: set[str]) -> None:
        """Note that the settings of these users cannot be predicted."""
        self._unclear |= users

    def may_be_cleared(self, users: set[str]) -> None:
        """Note that these users may have no setting as well."""
        for user in users:
            self.due[user] = _or_none(self.due[user])

    def update_from(self, stack: Stack, too_soon: set[str]) -> None:
        """Update what is due from a stack in a stable state.

        ``too_soon`` are the users whose earlier setting may not be restored.
        """
        # A resource that is retained in a rollback leaves its days to another declaration as well.
        self._unclear |= stack.retained_users & self._changed
        lost = self._unclear | stack.given_up | stack.forgotten
        declared: dict[str, frozenset[int | None]] = {}
        for resource in stack.resources.values():
            if resource.skipped:
                lost |= {resource.declaration.user, user_of(resource.physical_id)}
            else:
                declared[resource.declaration.user] = frozenset({resource.declaration.days})
        for user, due in self.due.items():
            if user in declared and user not in self._unclear:
                if due is not None or user in self._changed:
                    self.due[user] = declared[user]
            elif user in lost:
                self.due[user] = None
            elif user in stack.retained_users:
                if user in self._changed:
                    self.due[user] = None
            elif user in self._owned:
                self.due[user] = frozenset({None})
            elif user in self._changed and (stack.status not in _ROLLED_BACK or user in too_soon):
                # After a rollback that failed, DeleteStack clears what is left of it.
                self.due[user] = _or_none(due)
        self._owned = set(declared)
        self._changed = set()
        self._unclear = set()
        stack.clear_notes()


def _or_none(settings: Settings) -> Settings:
    return settings if settings is None else settings | {None}
