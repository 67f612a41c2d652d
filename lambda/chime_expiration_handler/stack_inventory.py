"""Asks CloudFormation which declarations a stack has at this moment.

Two declarations whose users are tokens can swap them in one update. CloudFormation then sets both
users anew, and afterwards cleans up the old id of each declaration, which is by now the user of the
other one. No event tells: only the stack itself knows who holds a user.
"""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chime_expiration_handler import messages
from chime_expiration_handler.arn import AppInstanceUserArn
from chime_expiration_handler.patience import CONNECT_SECONDS, READ_SECONDS

_CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 5},
)


class StackUnknown(Exception):
    """CloudFormation did not say; the text is for the operator."""


def is_declared_elsewhere(event: Mapping[str, Any], user: AppInstanceUserArn) -> bool:
    """Whether another declaration of the event's stack stands for ``user`` now.

    Raises StackUnknown.
    """
    stack_id = event["StackId"]
    try:
        client = boto3.client("cloudformation", region_name=stack_id.split(":")[3], config=_CONFIG)
        pages = client.get_paginator("list_stack_resources").paginate(StackName=stack_id)
        return any(
            resource["ResourceType"] == event["ResourceType"]
            and resource["LogicalResourceId"] != event["LogicalResourceId"]
            and resource.get("PhysicalResourceId") == str(user)
            and not resource["ResourceStatus"].startswith("DELETE_")
            for page in pages
            for resource in page["StackResourceSummaries"]
        )
    except ClientError as error:
        raise StackUnknown(messages.stack_unknown(user, error.response["Error"]["Code"])) from error
    except BotoCoreError as error:
        raise StackUnknown(messages.stack_unknown(user, type(error).__name__)) from error
