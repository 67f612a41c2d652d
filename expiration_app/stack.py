"""The stack that ``cdk deploy`` in this repository deploys."""

from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from expiration_app.context import ContextError
from expiration_app.declarations import Declaration
from expiration_app.policies import PolicyDeclaration

DESCRIPTION = "Sets the expiration of Amazon Chime SDK AppInstanceUsers"


class ExpirationStack(Stack):
    """One AppInstanceUserExpiration for each declaration, and one construct for each policy.

    Raises ContextError if nothing is declared, since CloudFormation refuses a stack without
    resources, and if a construct refuses what is declared.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        declarations: Sequence[Declaration],
        policies: Sequence[PolicyDeclaration] = (),
    ) -> None:
        super().__init__(scope, id, description=DESCRIPTION)
        if not declarations and not policies:
            raise ContextError(
                "expirations declares no user and policies declares no policy: add one; to delete "
                "the stack, declare one and run `cdk destroy`"
            )
        for declaration in declarations:
            try:
                AppInstanceUserExpiration(
                    self,
                    declaration.app_instance_user_arn,
                    app_instance_user_arn=declaration.app_instance_user_arn,
                    expire_after=declaration.expire_after,
                    allow_immediate_expiration=declaration.allow_immediate_expiration,
                    missing_user=declaration.missing_user,
                    removal_policy=declaration.removal_policy,
                )
            except ValueError as error:
                raise ContextError(f"{declaration.place}: {error}") from error
        for policy in policies:
            try:
                AppInstanceUserExpirationPolicy(
                    self,
                    policy.construct_id,
                    app_instance_arn=policy.app_instance_arn,
                    **policy.arguments,
                )
            except ValueError as error:
                raise ContextError(f"{policy.place}: {error}") from error
