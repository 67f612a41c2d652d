"""ARNs of which a part, or all, is known only at deployment."""

import re
from dataclasses import dataclass
from typing import Self

from aws_cdk import Stack

from chime_expiration._synth.identity import identity_of, is_token
from chime_expiration_handler.contract.arn import ArnParts

# A token as it is encoded in a text: `${Token[Ref.12]}`. The hint in front of the number can
# contain colons, which must not be taken for those of the ARN.
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_MASK = "?"


@dataclass(frozen=True)
class ArnWithTokens:
    """An ARN with tokens.

    ``resource`` is its last field, split at each ``/``, with a mask for each token; empty where the
    whole ARN is a token. ``identity`` is equal for equal ARNs.
    """

    resource: tuple[str, ...]
    identity: str

    @classmethod
    def of(cls, arn: str, stack: Stack) -> Self:
        """Raises ValueError where ``arn`` looks like a token and is none."""
        masked = _TOKEN.sub(_MASK, arn)
        try:
            identity = identity_of(arn, stack)
        except RuntimeError as error:
            raise ValueError(_not_a_token(arn)) from error
        if is_token(masked):
            raise ValueError(_not_a_token(arn))
        parts = ArnParts.split(masked)
        return cls(parts.resource if parts else (), identity)


def has_token(part: str) -> bool:
    """Whether this part of ``ArnWithTokens.resource`` contains a token."""
    return _MASK in part


def _not_a_token(arn: str) -> str:
    return (
        f"{arn!r} contains '${{Token[', but this app has no such token: "
        "pass the token that the CDK returned"
    )
