"""The function behind every declaration of a stack."""

from aws_cdk import Stack, Token

from chime_expiration._app_instance_user.app_instance_policies import AppInstancePolicies
from chime_expiration._provider.stack_function import StackFunction
from chime_expiration_handler.contract.environment import STACK_HAS_TOKEN_USERS

_ID = "ChimeExpirationProvider"

# What the function may ask CloudFormation about its own stack: whether an event that had to wait
# is still the current one, whether a rollback is under way, and which declaration stands for a
# user whose ARN is a token. The permission is the role's own, so that it lasts as long as the role.
_STACK_ACTIONS = (
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResource",
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
)


class ExpirationProvider:
    """One per stack, made for the first declaration in it."""

    def __init__(self, stack: Stack) -> None:
        self.function = StackFunction(
            stack,
            _ID,
            handler="chime_expiration_handler.user.handler.handler",
            description="Sets and clears the expiration of AppInstanceUsers",
            policies={"ReadStack": (_STACK_ACTIONS, stack.stack_id)},
        )
        self.service_token = self.function.service_token
        self.policies = AppInstancePolicies(self.function, self.function.role)
        self.account = None if Token.is_unresolved(stack.account) else stack.account

    def expect_token_users(self) -> None:
        """Have the function ask, before it clears a user, whether another declaration has it."""
        self.function.set_environment(STACK_HAS_TOKEN_USERS, "true")
