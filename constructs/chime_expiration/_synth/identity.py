"""What makes two declarations the same: the ARN, in whatever way it is referred to."""

import hashlib
import json
import re
from typing import Any

from aws_cdk import (
    DefaultTokenResolver,
    IPostProcessor,
    IResolvable,
    IResolveContext,
    Reference,
    Stack,
    StringConcat,
    Tokenization,
)

_LONGEST_READABLE_PART = 40


def is_token(text: str) -> bool:
    """Whether ``text`` contains something that is known only at deployment.

    ``Token.is_unresolved`` would cost each declaration a call to the jsii kernel. The encoding is
    the one that ``Token.as_string`` documents.
    """
    return "${Token[" in text


def identity_of(arn: str, stack: Stack) -> str:
    """A text that is equal for equal ARNs, tokens included, and differs for different ones.

    While the tree is being built, references into two stacks can resolve to the same text, so each
    reference is named by the stack and the element that it points to.
    """
    if not is_token(arn):
        return arn
    resolved = Tokenization.resolve(
        arn, scope=stack, resolver=_ReferenceResolver(stack), preparing=False
    )
    return resolved if isinstance(resolved, str) else json.dumps(resolved, sort_keys=True)


def logical_id(prefix: str, readable: str, identity: str) -> str:
    """A logical id that depends on ``identity`` alone: renaming a construct does not change it."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8].upper()
    word = re.sub(r"[^A-Za-z0-9]", "", readable)[:_LONGEST_READABLE_PART]
    return f"{prefix}{word}{digest}"


class _ReferenceResolver(DefaultTokenResolver):
    def __init__(self, stack: Stack) -> None:
        super().__init__(StringConcat())
        self._stack = stack

    def resolve_token(
        self, t: IResolvable, context: IResolveContext, post_processor: IPostProcessor
    ) -> Any:
        if isinstance(t, Reference):
            home = Stack.of(t.target)
            place = "" if home is self._stack else f"{home.node.path}:"
            return f"<{place}{home.resolve(t.to_string())}>"
        return super().resolve_token(t, context, post_processor)
