"""Lets the local CloudFormation refuse a second operation on a stack, as CloudFormation does.

MiniStack begins an update or a deletion of a stack although another one has not ended. Both then
call the functions of the stack at the same time, and the second one succeeds with what it finds.

CloudFormation lets a stack be deleted while it is created: it cancels the creation. MiniStack goes
on with it, so that a deleted stack can end in ROLLBACK_FAILED. Here, this is refused too.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

Parameters = Any
Answer = Any
Handler = Callable[[Parameters], Answer]

# A stack without resources, which waits for its first change set.
_NOT_BEGUN = "REVIEW_IN_PROGRESS"
_CREATING = ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
_UPDATES = ("UpdateStack", "CreateChangeSet", "ExecuteChangeSet")


def refuse_second_operations(
    handlers: MutableMapping[str, Handler],
    stack_of: Callable[[Parameters], Any],
    error: Callable[[str, str], Answer],
    nothing_to_delete: Callable[[], Answer],
) -> None:
    """Wrap the ``handlers`` of MiniStack's actions.

    ``stack_of`` returns the stack that parameters name, or None. ``error`` makes the response of a
    code and a message. ``nothing_to_delete`` is the response to a deletion that has begun already.
    """
    for action in _UPDATES:
        handlers[action] = _updating(handlers[action], stack_of, error)
    handlers["DeleteStack"] = _deleting(handlers["DeleteStack"], stack_of, error, nothing_to_delete)


def _updating(
    handler: Handler,
    stack_of: Callable[[Parameters], Any],
    error: Callable[[str, str], Answer],
) -> Handler:
    def update(parameters: Parameters) -> Answer:
        stack = stack_of(parameters)
        status = str(stack["StackStatus"]) if stack else ""
        if status.endswith("_IN_PROGRESS") and status != _NOT_BEGUN:
            return error(
                "ValidationError",
                f"Stack:{stack['StackId']} is in {status} state and can not be updated.",
            )
        return handler(parameters)

    return update


def _deleting(
    handler: Handler,
    stack_of: Callable[[Parameters], Any],
    error: Callable[[str, str], Answer],
    nothing_to_delete: Callable[[], Answer],
) -> Handler:
    def delete(parameters: Parameters) -> Answer:
        stack = stack_of(parameters)
        status = str(stack["StackStatus"]) if stack else ""
        if status == "DELETE_IN_PROGRESS":
            return nothing_to_delete()
        if status.startswith("UPDATE_") and status.endswith("_IN_PROGRESS"):
            return error(
                "ValidationError",
                f"Stack [{stack['StackName']}] cannot be deleted while in status {status}",
            )
        if status in _CREATING:
            return error(
                "ValidationError",
                f"stack {stack['StackName']} is in {status}, and the local AWS cannot cancel a "
                "creation: delete it when the creation has ended",
            )
        return handler(parameters)

    return delete
