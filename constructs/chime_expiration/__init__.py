"""Declare in an AWS CDK stack when Amazon Chime SDK AppInstanceUsers expire."""

from chime_expiration._app_instance.new_users import NewUsers
from chime_expiration._app_instance.policy import AppInstanceUserExpirationPolicy
from chime_expiration._app_instance_user.criterion import ExpirationCriterion
from chime_expiration._app_instance_user.expiration import AppInstanceUserExpiration
from chime_expiration_handler.contract.properties import MissingUser

__all__ = [
    "AppInstanceUserExpiration",
    "AppInstanceUserExpirationPolicy",
    "ExpirationCriterion",
    "MissingUser",
    "NewUsers",
]
