"""Which users of an AppInstance a stack declares one by one, for the policies beside them.

A declaration has precedence: the policies of its stack except its user. Each declaration depends on
these policies. So the policy has let go of the user before the declaration sets it, and does not
clear what the declaration has set.
"""

from aws_cdk import CfnResource, Stack

from chime_expiration._synth.dependency import depend
from chime_expiration._synth.identity import identity_of

_by_app_instance: dict[tuple[Stack, str], "DeclaredUsers"] = {}


class DeclaredUsers:
    """The declared users of one AppInstance in one stack, in whatever order they are declared.

    ``user_ids`` grows until the app is synthesized. A user whose ARN is one token is not in it: its
    AppInstance is known only at deployment.
    """

    def __init__(self) -> None:
        self.user_ids: list[str] = []
        self._declarations: list[CfnResource] = []
        self._policies: list[CfnResource] = []

    @classmethod
    def of(cls, stack: Stack, app_instance_arn: str) -> "DeclaredUsers":
        """Those of the AppInstance in ``stack``."""
        key = (stack, identity_of(app_instance_arn, stack))
        return _by_app_instance.setdefault(key, cls())

    def add(self, user_id: str, declaration: CfnResource) -> None:
        """Record a declared user."""
        self.user_ids.append(user_id)
        self._declarations.append(declaration)
        for policy in self._policies:
            depend(declaration, policy)

    def add_policy(self, policy: CfnResource) -> None:
        """Record a policy that excepts these users."""
        self._policies.append(policy)
        for declaration in self._declarations:
            depend(declaration, policy)
