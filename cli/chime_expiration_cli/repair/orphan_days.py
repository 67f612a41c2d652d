"""The days that a removed declaration had set, from the events of its stack."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.errors import AccessDeniedError, CommandError, StackNotFoundError
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.properties import RESOURCE_TYPE, ExpirationProperties

_HAS_SET = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def days_that_were_set(finding: Finding, cloudformation: CloudFormation) -> int | None:
    """The days that the resource of the orphaned user had set, or None if they are not known."""
    user = finding.declaration.user
    assert user is not None
    try:
        return _days(cloudformation.events(finding.declaration.stack.id), user)
    except (AccessDeniedError, CommandError, StackNotFoundError):
        return None


def _days(events: Iterable[Mapping[str, Any]], user: AppInstanceUserArn) -> int | None:
    """The days in the newest event of the user; the events are newest first.

    AWS does not document whether the events of a deletion have the properties of the resource. If
    they have those of another user, they are the properties after the update.
    """
    for event in events:
        status = str(event.get("ResourceStatus", ""))
        if event.get("ResourceType") != RESOURCE_TYPE:
            continue
        if status not in _HAS_SET and not status.startswith("DELETE_"):
            continue
        try:
            properties = ExpirationProperties.parse(json.loads(event["ResourceProperties"]))
        except (KeyError, TypeError, ValueError):
            continue
        if properties.user == user:
            return properties.days
    return None
