"""Which policies there are, in a stack and in the whole app."""

from dataclasses import dataclass
from typing import Self

from aws_cdk import Stack
from constructs import Construct, IConstruct

from chime_expiration._synth.declared_app_instance import DeclaredAppInstance
from chime_expiration_handler.contract.user_patterns import UserSelection


@dataclass(frozen=True)
class DeclaredPolicy:
    """What tells a policy from others.

    ``selection`` is None where a pattern is known only at deployment.
    """

    path: str
    stack: Stack
    app_instance: DeclaredAppInstance
    selection: UserSelection | None
    policy_name: str | None

    @property
    def identity(self) -> str:
        """Equal for policies of a stack that cannot be told apart."""
        # No ARN contains the separator.
        name = "" if self.policy_name is None else f"#{self.policy_name}"
        return f"{self.app_instance.identity}{name}"

    def overlaps(self, other: Self) -> bool:
        """Whether a user can be in both, as far as it is known."""
        return (
            self.app_instance.identity == other.app_instance.identity
            and self.selection is not None
            and other.selection is not None
            and self.selection.overlaps(other.selection)
        )


# By the root of the tree.
_by_app: dict[IConstruct, list[DeclaredPolicy]] = {}


def check_policy(policy: DeclaredPolicy) -> None:
    """Raise ValueError where another policy of the stack excludes this one."""
    for other in _others(policy):
        if other.stack is not policy.stack:
            continue
        if policy.overlaps(other):
            raise ValueError(
                f"{policy.path!r} and {other.path!r} are policies for the same users of "
                f"{policy.app_instance.identity!r}: select different users, or add the users of "
                "one policy to except_users of the other"
            )
        if policy.identity == other.identity:
            raise ValueError(
                f"{policy.path!r} is a second policy for {policy.app_instance.identity!r}, after "
                f"{other.path!r}: pass a policy_name to the second one"
            )


def add_policy(policy: DeclaredPolicy) -> DeclaredPolicy | None:
    """Record a policy; return one of another stack that overlaps with it."""
    others = _others(policy)
    overlapping = next(
        (
            other
            for other in others
            # A token stands for different AppInstances in different stacks.
            if other.stack is not policy.stack
            and policy.app_instance.parsed
            and policy.overlaps(other)
        ),
        None,
    )
    others.append(policy)
    return overlapping


def _others(policy: DeclaredPolicy) -> list[DeclaredPolicy]:
    root: Construct | IConstruct = policy.stack.node.root
    return _by_app.setdefault(root, [])
