"""The users that a policy is not for."""

from collections.abc import Sequence

import jsii
from aws_cdk import IStableListProducer, Lazy

from chime_expiration._synth.declared_users import DeclaredUsers


def with_declared_users(except_users: Sequence[str], declared: DeclaredUsers) -> list[str]:
    """``except_users``, and the users that are declared until the app is synthesized."""
    return Lazy.list(_Exceptions(except_users, declared), omit_empty=True)


@jsii.implements(IStableListProducer)
class _Exceptions:
    def __init__(self, except_users: Sequence[str], declared: DeclaredUsers) -> None:
        self._except_users = list(except_users)
        self._declared = declared

    def produce(self) -> list[str]:
        # Sorted: a declaration that moves within its stack must not start a sweep.
        declared = sorted(set(self._declared.user_ids) - set(self._except_users))
        return [*self._except_users, *declared]
