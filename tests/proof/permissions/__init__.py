"""The permissions of a run: which it needs, and whether the caller has them."""

from proof.permissions.check import PermissionCheck, check_permissions
from proof.permissions.policy import policy_document

__all__ = ["PermissionCheck", "check_permissions", "policy_document"]
