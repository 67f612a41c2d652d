"""One small policy per AppInstance.

CloudFormation narrows a changed policy before it sends the Deletes for what left the stack, and
takes a policy that is gone away after them. So a policy that never changes, on which the custom
resources depend, keeps the clean-up allowed; one that lists the users does not.

An AppInstance that is known only at deployment can become another one under the same declaration,
so a policy that named it would be narrowed too early as well: those users share one for all
AppInstances of the account.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnResource, Stack
from aws_cdk.aws_iam import CfnPolicy, CfnRole
from constructs import Construct

from chime_expiration._identity import identity_of, logical_id
from chime_expiration._nag import acknowledge_wildcard

_LOOK_UP = "cloudformation:ListStackResources"
ACTIONS = ("chime:DescribeAppInstanceUser", "chime:PutAppInstanceUserExpirationSettings")

_KNOWN_APP_INSTANCE = re.compile(r"(.*:app-instance/[^/$]+)/user/")

# "Aggregate policy size" of a role's inline policies, an IAM quota that cannot be raised; part of
# it is the function's own, for its log.
_CHARACTERS_FOR_POLICIES = 10_240 - 500

_WILDCARD_IS_MEANT = (
    "The users of an AppInstance, and two actions: a policy that lists its users is narrowed "
    "before CloudFormation clears the ones that left."
)


class AppInstancePolicies:
    """The policies of one provider's role."""

    def __init__(self, scope: Construct, role: CfnRole) -> None:
        self._scope = scope
        self._role = role
        self._stack = Stack.of(scope)
        self._policies: dict[str, CfnPolicy] = {}

    def for_user(self, user_arn: str) -> CfnResource:
        """The policy that covers ``user_arn``, made when its AppInstance is met first.

        Raises ValueError where IAM would not take another policy.
        """
        match = _KNOWN_APP_INSTANCE.match(user_arn)
        if match is None:
            app_instances, readable = f"arn:aws:chime:*:{self._stack.account}:app-instance/*", "Any"
        else:
            app_instances = match[1]
            # The first group of the UUID: the whole one would stand in every declaration.
            readable = app_instances.rpartition("/")[2].partition("-")[0]
        identity = identity_of(app_instances, self._stack)
        policy = self._policies.get(identity)
        if policy is None:
            self._check_room_for(identity)
            policy = self._policy(app_instances, logical_id("AppInstance", readable, identity))
            self._policies[identity] = policy
        return policy

    def for_changing_users(self) -> CfnResource:
        """The policy to look up which declaration of the stack has which user by now."""
        name = "WhoDeclares"
        policy = self._policies.get(name)
        if policy is None:
            policy = self._policies[name] = CfnPolicy(
                self._scope,
                name,
                policy_name=name,
                roles=[self._role.ref],
                policy_document=_allowing([_LOOK_UP], self._stack.stack_id),
            )
        return policy

    def _policy(self, app_instances: str, name: str) -> CfnPolicy:
        policy = CfnPolicy(
            self._scope,
            name,
            policy_name=name,
            roles=[self._role.ref],
            policy_document=_allowing(ACTIONS, _users_of(app_instances)),
        )
        policy.override_logical_id(name)
        acknowledge_wildcard(policy, _users_of(app_instances), _WILDCARD_IS_MEANT)
        return policy

    def _check_room_for(self, identity: str) -> None:
        known = [*self._policies, identity]
        documents = [_allowing(ACTIONS, _users_of(each)) for each in known]
        characters = sum(len(json.dumps(each, separators=(",", ":"))) for each in documents)
        if characters > _CHARACTERS_FOR_POLICIES:
            raise ValueError(
                f"stack {self._stack.node.path!r} declares users of {len(known)} AppInstances, and "
                "the inline policies of one role hold 10240 characters: declare some of them in "
                "another stack"
            )


def _allowing(actions: Sequence[str], resource: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}],
    }


def _users_of(app_instances: str) -> str:
    return f"{app_instances}/user/*"
