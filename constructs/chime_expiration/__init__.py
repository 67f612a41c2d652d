"""Declare in an AWS CDK stack when Amazon Chime SDK AppInstanceUsers expire."""

from chime_expiration._app_instance_user.criterion import ExpirationCriterion
from chime_expiration._app_instance_user.expiration import AppInstanceUserExpiration
from chime_expiration_handler.contract.properties import MissingUser

__all__ = ["AppInstanceUserExpiration", "ExpirationCriterion", "MissingUser"]
