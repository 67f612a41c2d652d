"""Removes everything of a run. It can be killed at any point, and run again.

It needs nothing but the run: the services are asked what has its name.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

from botocore.exceptions import ClientError

from proof.inventory import Thing, things_of_kind, things_of_run
from proof.place import Place
from proof.stacks import StackError, events_of, stack_of, wait_until_stable
from proof.users import user_arns

Tell = Callable[[str], None]

_ATTEMPTS = 3
_LIST_SECONDS = 300
"""On AWS, a list can show a thing for some time after it was deleted: a queue for a minute."""

_NOT_FOUND = ("ForbiddenException", "NotFoundException")


def clean_up(place: Place, tell: Tell) -> list[Thing]:
    """Remove everything of the run, and return what is left then: what the services still list."""
    run = place.run
    _delete_stack(place, run.app_stack, tell)
    for app_instance in things_of_kind(place, "AppInstance"):
        _delete_users(place, app_instance.handle, tell)
    for bucket in things_of_kind(place, "bucket"):
        _empty_bucket(place, bucket.name, tell)
    _delete_stack(place, run.fixtures_stack, tell)
    return _what_is_left(place, tell)


def _delete_stack(place: Place, name: str, tell: Tell) -> None:
    """Delete a stack, whatever its status is. Raises StackError if it cannot be deleted."""
    for _ in range(_ATTEMPTS):
        stack = stack_of(place, name)
        if stack is None:
            return
        tell(f"deleting the stack {name} ({stack['StackStatus']})")
        stack = wait_until_stable(place, name)
        if stack is None:
            return
        _start_deletion(place, stack)
        stack = wait_until_stable(place, name)
    if stack_of(place, name) is not None:
        raise StackError(f"the stack {name} cannot be deleted: {events_of(place, name)}")


def _start_deletion(place: Place, stack: dict[str, Any]) -> None:
    cloudformation = place.client("cloudformation")
    # By its id: nobody else's stack of this name is deleted if this one has gone.
    parameters: dict[str, Any] = {"StackName": stack["StackId"]}
    if stack["StackStatus"] == "DELETE_FAILED":
        parameters["RetainResources"] = _failed_custom_resources(cloudformation, stack["StackId"])
    is_express = stack.get("DeploymentConfig", {}).get("Mode") == "EXPRESS"
    if is_express and not stack["StackStatus"].endswith("_COMPLETE"):
        # After a failed express deployment, CloudFormation takes nothing else.
        parameters["DeploymentConfig"] = {"Mode": "EXPRESS"}
    cloudformation.delete_stack(**parameters)


def _failed_custom_resources(cloudformation: Any, stack_id: str) -> list[str]:
    """Return the logical ids of declarations that could not be cleared.

    Nothing is lost without them: the users are deleted next.
    """
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    return [
        resource["LogicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceStatus"] == "DELETE_FAILED"
        and resource["ResourceType"].startswith("Custom::")
    ]


def _delete_users(place: Place, app_instance: str, tell: Tell) -> None:
    chime = place.client("chime-sdk-identity")
    arns = user_arns(chime, app_instance)
    if arns:
        tell(f"deleting {len(arns)} AppInstanceUsers")
    for arn in arns:
        try:
            chime.delete_app_instance_user(AppInstanceUserArn=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_FOUND:
                raise


def _empty_bucket(place: Place, bucket: str, tell: Tell) -> None:
    s3 = place.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": each["Key"]} for each in page.get("Contents", [])]
        if keys:
            tell(f"deleting {len(keys)} objects in the bucket {bucket}")
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})


def _what_is_left(place: Place, tell: Tell) -> list[Thing]:
    deadline = monotonic() + (0 if place.is_local else _LIST_SECONDS)
    for thing in things_of_run(place):
        _delete_remainder(place, thing, tell)
    while (left := things_of_run(place)) and monotonic() < deadline:
        tell(f"waiting until the services do not list {_listed(left)} any more")
        place.wait(10)
    return left


def _delete_remainder(place: Place, thing: Thing, tell: Tell) -> None:
    """Delete what outlives its stack: log groups, and an AppInstance that CloudFormation lost."""
    if thing.kind == "log group":
        tell(f"deleting the {thing}")
        place.client("logs").delete_log_group(logGroupName=thing.name)
    elif thing.kind == "AppInstance":
        tell(f"deleting the {thing}")
        _delete_users(place, thing.handle, tell)
        place.client("chime-sdk-identity").delete_app_instance(AppInstanceArn=thing.handle)


def _listed(things: list[Thing]) -> str:
    return ", ".join(map(str, things))
