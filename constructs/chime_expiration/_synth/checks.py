"""Checks of arguments that have nothing to do with users or days."""

from aws_cdk import RemovalPolicy


def require_bool(name: str, value: bool) -> bool:
    """``value``; raises TypeError where it is not a bool."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}: use True or False")
    return value


def require_removal_policy(removal_policy: RemovalPolicy) -> RemovalPolicy:
    """``removal_policy``; raises TypeError, and ValueError for a policy that cannot apply here."""
    if not isinstance(removal_policy, RemovalPolicy):
        raise TypeError(
            f"removal_policy is {removal_policy!r}: use RemovalPolicy.DESTROY or RETAIN"
        )
    if removal_policy is RemovalPolicy.SNAPSHOT:
        raise ValueError(
            "removal_policy is RemovalPolicy.SNAPSHOT, but there is nothing to take a snapshot of: "
            "use RemovalPolicy.DESTROY or RETAIN"
        )
    return removal_policy
