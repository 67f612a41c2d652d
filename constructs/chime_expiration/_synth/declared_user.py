"""What a construct knows of the AppInstanceUser that it was given."""

from dataclasses import dataclass
from typing import Any, Self

from aws_cdk import Stack

from chime_expiration._synth.arn_with_tokens import ArnWithTokens, has_token
from chime_expiration._synth.identity import is_token
from chime_expiration_handler.contract.arn import AppInstanceUserArn


@dataclass(frozen=True)
class DeclaredUser:
    """One AppInstanceUser as it was declared; found out once and passed on.

    ``parsed`` is None where any part of the ARN is a token. ``app_instance_arn`` is None where the
    AppInstance is known only at deployment. ``identity`` is equal for equal users, as far as their
    ARNs are known. ``resource`` is the user that was passed instead of an ARN, or None.
    """

    arn: str
    parsed: AppInstanceUserArn | None
    app_instance_arn: str | None
    identity: str
    resource: Any = None

    @property
    def is_token(self) -> bool:
        """Whether it can be the user of another declaration in the same template."""
        return self.parsed is None

    @classmethod
    def of(cls, arn: str, stack: Stack, resource: Any = None) -> Self:
        """Raises TypeError, and ValueError where the service would refuse the ARN."""
        if not isinstance(arn, str):
            raise TypeError(
                f"app_instance_user_arn is {arn!r}, not a string: use the ARN that "
                "CreateAppInstanceUser returned"
            )
        if not is_token(arn):
            parsed = AppInstanceUserArn.parse(arn)
            return cls(arn, parsed, parsed.app_instance_arn, arn, resource)
        token = ArnWithTokens.of(arn, stack)
        match token.resource:
            case ["app-instance", app_instance_id, "user", _] if not has_token(app_instance_id):
                app_instance_arn, _, _ = arn.rpartition("/user/")
                return cls(arn, None, app_instance_arn, token.identity, resource)
        return cls(arn, None, None, token.identity, resource)

    @property
    def app_instance_text(self) -> str:
        """The ARN of the AppInstance, which may be a token; empty where nothing tells it."""
        app_instance_arn, _, _ = self.arn.rpartition("/user/")
        # The ARN of a resource is one token, but its properties may tell the AppInstance.
        return app_instance_arn or getattr(self.resource, "app_instance_arn", "")

    @property
    def user_id(self) -> str:
        """The user's id, which may be a token; empty where nothing tells it."""
        _, separator, user_id = self.arn.rpartition("/user/")
        return user_id if separator else getattr(self.resource, "app_instance_user_id", "")
