"""MiniStack, whose CloudFormation also knows the native types of Chime SDK messaging.

And it refuses a second operation on a stack, knows express mode, and tells who has an access key.

The server of MiniStack imports this module by the name of ``APPLICATION`` in
``localaws.ministack``, in a process of its own.
"""

import functools
import os
from typing import Any

import boto3
import ministack.app
from ministack.core.iam_evaluator import resolve_caller_identity
from ministack.core.responses import get_region
from ministack.services.cloudformation import (
    changesets,
    custom_resource,
    handlers,
    provisioners,
)

from localaws.express_mode import know_express_mode, refusing_replacements
from localaws.native_types.types import AppInstanceType, AppInstanceUserType
from localaws.one_operation import refuse_second_operations
from localaws.principals import answering_for_principals


def _principal_of(access_key: str) -> str | None:
    identity = resolve_caller_identity(access_key)
    return identity and str(identity["userArn"])


app = answering_for_principals(ministack.app.app, _principal_of)


def _client() -> Any:
    return _client_for(get_region())


@functools.cache
def _client_for(region: str) -> Any:
    # As CloudFormation with the permissions of an administrator: an access key of twelve digits is
    # the root user of that account.
    return boto3.client(
        "chime-sdk-identity",
        region_name=region,
        aws_access_key_id=os.environ["MINISTACK_ACCOUNT_ID"],
        aws_secret_access_key="test",
    )


def _register(native: AppInstanceType | AppInstanceUserType) -> None:
    provisioners._RESOURCE_HANDLERS[native.name] = {
        "create": native.create,
        "update": native.update,
        "delete": native.delete,
    }
    provisioners._REPLACING_PROPERTIES[native.name] = native.create_only


def _stack(parameters: Any) -> Any:
    name = handlers._p(parameters, "StackName")
    if not name:
        # ExecuteChangeSet takes the ARN of a change set without the name of its stack.
        _, change_set = changesets._find_change_set(handlers._p(parameters, "ChangeSetName"))
        name = change_set["StackName"] if change_set else ""
    return handlers._resolve_stack(name)


refuse_second_operations(
    handlers._ACTION_HANDLERS,
    stack_of=_stack,
    error=handlers._error,
    nothing_to_delete=lambda: handlers._xml(200, "DeleteStackResponse", ""),
)

know_express_mode(handlers._ACTION_HANDLERS, stack_of=_stack, value=handlers._p)

if os.environ.get("LOCALAWS_EXPRESS_REPLACEMENT") == "refused":
    custom_resource.invoke_custom_resource = refusing_replacements(
        custom_resource.invoke_custom_resource, stack_by_id=handlers._resolve_stack
    )

# Without this variable, the client would call AWS.
if "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY" in os.environ:
    _register(AppInstanceType(_client))
    _register(AppInstanceUserType(_client))
