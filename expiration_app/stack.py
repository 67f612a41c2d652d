"""The stack that ``cdk deploy`` in this repository deploys."""

from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from chime_expiration import AppInstanceUserExpiration
from expiration_app.declarations import ContextError, Declaration

DESCRIPTION = "Sets the expiration of Amazon Chime SDK AppInstanceUsers"


class ExpirationStack(Stack):
    """One AppInstanceUserExpiration for each declaration."""

    def __init__(self, scope: Construct, id: str, declarations: Sequence[Declaration]) -> None:
        super().__init__(scope, id, description=DESCRIPTION)
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
