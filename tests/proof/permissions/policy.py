"""The policy that allows everything that runs need."""

from typing import Any

from proof.permissions.needed import needed
from proof.run import Run

_TO_CHECK = ["iam:GetRole", "iam:SimulatePrincipalPolicy"]
"""For the check of the permissions. A caller does not know its role without the first."""


def policy_document(account: str, region: str) -> dict[str, Any]:
    """Return an IAM policy for all runs in an account and a region, whatever their ids are."""
    actions_on: dict[str, list[str]] = {}
    for permission in needed(Run("*", account, region)):
        actions_on.setdefault(permission.resource, []).append(permission.action)
    actions_on.setdefault("*", []).extend(_TO_CHECK)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": sorted(actions), "Resource": resource}
            for resource, actions in actions_on.items()
        ],
    }
