"""What a construct knows of the AppInstanceUser that it was given."""

import re
from dataclasses import dataclass
from typing import Self

from aws_cdk import Stack

from chime_expiration._synth.identity import identity_of, is_token
from chime_expiration_handler.contract.arn import AppInstanceUserArn, ArnParts

# A token as it is encoded in a text: `${Token[Ref.12]}`. The hint in front of the number can
# contain colons, which must not be taken for those of the ARN.
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_MASK = "?"


@dataclass(frozen=True)
class DeclaredUser:
    """One AppInstanceUser as it was declared; found out once and passed on.

    ``parsed`` is None where any part of the ARN is a token. ``app_instance_arn`` is None where the
    AppInstance is known only at deployment. ``identity`` is equal for equal users, as far as their
    ARNs are known.
    """

    arn: str
    parsed: AppInstanceUserArn | None
    app_instance_arn: str | None
    identity: str

    @property
    def is_token(self) -> bool:
        """Whether it can be the user of another declaration in the same template."""
        return self.parsed is None

    @classmethod
    def of(cls, arn: str, stack: Stack) -> Self:
        """Raises TypeError, and ValueError where the service would refuse the ARN."""
        if not isinstance(arn, str):
            raise TypeError(
                f"app_instance_user_arn is {arn!r}, not a string: use the ARN that "
                "CreateAppInstanceUser returned"
            )
        if not is_token(arn):
            parsed = AppInstanceUserArn.parse(arn)
            return cls(arn, parsed, parsed.app_instance_arn, arn)
        masked = _TOKEN.sub(_MASK, arn)
        try:
            identity = identity_of(arn, stack)
        except RuntimeError as error:
            raise ValueError(_not_a_token(arn)) from error
        if is_token(masked):
            raise ValueError(_not_a_token(arn))
        parts = ArnParts.split(masked)
        match parts.resource if parts else ():
            case ["app-instance", app_instance_id, "user", _] if _MASK not in app_instance_id:
                app_instance_arn, _, _ = arn.rpartition("/user/")
                return cls(arn, None, app_instance_arn, identity)
        return cls(arn, None, None, identity)


def _not_a_token(arn: str) -> str:
    return (
        f"{arn!r} contains '${{Token[', but this app has no such token: "
        "pass the token that the CDK returned"
    )
