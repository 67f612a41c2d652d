"""The ARN of a resource that is declared by its ARN or by the resource itself."""

from typing import Any


def arn_of(name: str, *, arn: str | None, resource: Any) -> str:
    """``arn``, or else the ARN of ``resource``. Exactly one of them has to be given.

    ``name`` is the argument for the resource, such as ``app_instance``. The argument for its ARN is
    ``app_instance_arn``. An interface of the CDK such as ``IAppInstanceRef`` has a member
    ``app_instance_ref``, which has the ARN as ``app_instance_arn``. The interface is not imported:
    the oldest aws-cdk-lib of our range does not have it.

    Raises TypeError, and ValueError where both are given.
    """
    arn_name, ref_name = f"{name}_arn", f"{name}_ref"
    if resource is None:
        if arn is None:
            raise TypeError(f"{arn_name} and {name} are both missing: use one of them")
        if hasattr(arn, ref_name):
            raise TypeError(f"{arn_name} is a resource, not a string: use {name}=…")
        return arn
    if arn is not None:
        raise ValueError(f"{arn_name} and {name} are both given: remove one of them")
    if isinstance(resource, str):
        raise TypeError(f"{name} is {resource!r}, a string: use {arn_name}=…")
    # The reference of an L1 construct is a Ref. Its attribute has the same value, and is what is
    # passed as the ARN elsewhere: one resource has to be one token.
    attribute = getattr(resource, f"attr_{arn_name}", None)
    if attribute is not None:
        return str(attribute)
    reference = getattr(resource, ref_name, None)
    if reference is None:
        raise TypeError(
            f"{name} is {resource!r}, which has no {ref_name}: use {arn_name} with its ARN"
        )
    return str(getattr(reference, arn_name))
