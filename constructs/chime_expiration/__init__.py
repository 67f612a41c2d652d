"""Declare in an AWS CDK stack when Amazon Chime SDK AppInstanceUsers expire."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chime_expiration._app_instance_user_expiration import AppInstanceUserExpiration
    from chime_expiration._criterion import ExpirationCriterion

__all__ = ["AppInstanceUserExpiration", "ExpirationCriterion"]


def __getattr__(name: str) -> Any:
    # The status command runs where there is no Node.js, which importing aws_cdk would start.
    if name == "AppInstanceUserExpiration":
        from chime_expiration._app_instance_user_expiration import AppInstanceUserExpiration

        return AppInstanceUserExpiration
    if name == "ExpirationCriterion":
        from chime_expiration._criterion import ExpirationCriterion

        return ExpirationCriterion
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
