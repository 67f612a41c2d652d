"""What else the deployed stacks declare for a user."""

from collections.abc import Iterable
from dataclasses import dataclass

from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_cli.declared_policies import DeclaredPolicy
from chime_expiration_cli.errors import DeniedCall
from chime_expiration_handler.contract.arn import AppInstanceUserArn

_DECLARED = (DeploymentState.ACTIVE, DeploymentState.NOT_CREATED)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All declarations and policies of the regions, whichever stacks are repaired.

    ``denied_calls`` are those without which other declarations may not have been found.
    """

    declarations: tuple[Declaration, ...]
    policies: tuple[DeclaredPolicy, ...]
    denied_calls: tuple[DeniedCall, ...]

    def declaring(self, user: AppInstanceUserArn) -> list[Declaration]:
        """The declarations that give the user days, or are about to."""
        return [each for each in self._declared() if each.user == user]

    def with_unknown_user(self) -> list[Declaration]:
        """The declarations that can be for any user."""
        return [each for each in self._declared() if each.user is None]

    def policies_for(self, user: AppInstanceUserArn) -> list[DeclaredPolicy]:
        """The policies that select the user, or of which that is not known."""
        return [each for each in self.policies if _may_select(each, user)]

    def _declared(self) -> Iterable[Declaration]:
        return (each for each in self.declarations if each.deployment in _DECLARED)


def _may_select(policy: DeclaredPolicy, user: AppInstanceUserArn) -> bool:
    if policy.deployment not in _DECLARED:
        return False
    if policy.app_instance not in (None, user.app_instance):
        return False
    expected = policy.expected
    if expected is None:
        return True
    return expected.enabled and expected.selection.matches(user.user_id)
