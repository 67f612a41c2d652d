"""What the function's role may do: one small policy for each AppInstance.

CloudFormation narrows a changed policy before it sends the Deletes for what was removed from the
stack, and deletes a removed policy after them. So a policy that never changes, on which the custom
resources depend, still allows the clean-up; one that lists the users does not.

An AppInstance that is known only at deployment can become another one under the same declaration,
so a policy that names it would be narrowed too early as well. Those users share one policy for all
AppInstances of the account.
"""

import json

from aws_cdk import CfnResource, Stack
from aws_cdk.aws_iam import CfnPolicy, CfnRole
from constructs import Construct

from chime_expiration._provider.nag import acknowledge_wildcard
from chime_expiration._provider.service_role import allowing
from chime_expiration._synth.declared_app_instance import every_app_instance
from chime_expiration._synth.declared_user import DeclaredUser
from chime_expiration._synth.identity import identity_of, logical_id

ACTIONS = ("chime:DescribeAppInstanceUser", "chime:PutAppInstanceUserExpirationSettings")

# IAM allows 10,240 characters for all inline policies of a role together, a quota that cannot be
# raised ("IAM and AWS STS quotas"). The role's own two, for the log and the stack, take up to 800.
_CHARACTERS_FOR_POLICIES = 10_240 - 800

_WILDCARD_REASON = (
    "The users of an AppInstance, and two actions: a policy that lists its users is narrowed "
    "before CloudFormation clears the ones that left."
)


class AppInstancePolicies:
    """The policies of one role."""

    def __init__(self, scope: Construct, role: CfnRole) -> None:
        self._scope = scope
        self._role = role
        self._stack = Stack.of(scope)
        self._policies: dict[str, CfnPolicy] = {}

    def for_user(self, user: DeclaredUser) -> CfnResource:
        """The policy that covers ``user``, made for the first user of its AppInstance."""
        app_instances = self._app_instances(user)
        identity = identity_of(app_instances, self._stack)
        policy = self._policies.get(identity)
        if policy is None:
            # The first group of the UUID: each declaration of the template repeats this id.
            readable = app_instances.rpartition("/")[2].partition("-")[0]
            if user.app_instance_arn is None:
                readable = "Any"
            policy = self._policy(app_instances, logical_id("AppInstance", readable, identity))
            self._policies[identity] = policy
        return policy

    def check_room_for(self, user: DeclaredUser) -> None:
        """Raise ValueError where IAM would not accept the policy for another AppInstance."""
        identity = identity_of(self._app_instances(user), self._stack)
        if identity in self._policies:
            return
        known = [*self._policies, identity]
        documents = [allowing(ACTIONS, _users_of(each)) for each in known]
        characters = sum(len(json.dumps(each, separators=(",", ":"))) for each in documents)
        if characters > _CHARACTERS_FOR_POLICIES:
            raise ValueError(
                f"stack {self._stack.node.path!r} declares users of {len(known)} AppInstances, but "
                "the inline policies of one role are limited to 10240 characters: declare some of "
                "them in another stack"
            )

    def _app_instances(self, user: DeclaredUser) -> str:
        return user.app_instance_arn or every_app_instance(self._stack)

    def _policy(self, app_instances: str, name: str) -> CfnPolicy:
        policy = CfnPolicy(
            self._scope,
            name,
            policy_name=name,
            roles=[self._role.ref],
            policy_document=allowing(ACTIONS, _users_of(app_instances)),
        )
        policy.override_logical_id(name)
        acknowledge_wildcard(policy, _users_of(app_instances), _WILDCARD_REASON)
        return policy


def _users_of(app_instances: str) -> str:
    return f"{app_instances}/user/*"
