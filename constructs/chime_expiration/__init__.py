"""Declare in an AWS CDK stack when Amazon Chime SDK AppInstanceUsers expire."""

from chime_expiration._app_instance_user_expiration import AppInstanceUserExpiration
from chime_expiration._criterion import ExpirationCriterion

__all__ = ["AppInstanceUserExpiration", "ExpirationCriterion"]
