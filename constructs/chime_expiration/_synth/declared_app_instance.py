"""What a construct knows of the AppInstance that it was given."""

from dataclasses import dataclass
from typing import Self

from aws_cdk import Stack

from chime_expiration._synth.arn_with_tokens import ArnWithTokens, has_token
from chime_expiration._synth.identity import is_token
from chime_expiration_handler.contract.arn import AppInstanceArn


@dataclass(frozen=True)
class DeclaredAppInstance:
    """One AppInstance as it was declared.

    ``parsed`` is None where any part of the ARN is a token. ``is_token``: the same template can
    stand for another AppInstance in the next deployment. ``identity`` is equal for equal
    AppInstances.
    """

    arn: str
    parsed: AppInstanceArn | None
    is_token: bool
    identity: str

    @classmethod
    def of(cls, arn: str, stack: Stack) -> Self:
        """Raises TypeError, and ValueError where the service would refuse the ARN."""
        if not isinstance(arn, str):
            raise TypeError(
                f"app_instance_arn is {arn!r}, not a string: use the ARN that CreateAppInstance "
                "returned"
            )
        if not is_token(arn):
            return cls(arn, AppInstanceArn.parse(arn), False, arn)
        token = ArnWithTokens.of(arn, stack)
        match token.resource:
            case ["app-instance", app_instance_id] if not has_token(app_instance_id):
                return cls(arn, None, False, token.identity)
        return cls(arn, None, True, token.identity)


def every_app_instance(stack: Stack) -> str:
    """The AppInstances of the stack's account, as IAM takes them."""
    return f"arn:aws:chime:*:{stack.account}:app-instance/*"
