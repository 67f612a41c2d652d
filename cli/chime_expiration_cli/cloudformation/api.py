"""The read calls to CloudFormation in one region."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from chime_expiration_cli.credentials import raise_if_rejected
from chime_expiration_cli.errors import (
    AccessDeniedError,
    CommandError,
    DeniedCall,
    StackNotFoundError,
)
from chime_expiration_handler.service.failures import FailureKind, classify

# What a response raises that is not from CloudFormation, but from a proxy, for example: it is not
# XML, or lacks the members.
_NOT_FROM_CLOUDFORMATION = (ResponseParserError, KeyError)
_FAILURES = (BotoCoreError, ClientError, *_NOT_FROM_CLOUDFORMATION)


class CloudFormation:
    """The read calls to one region; ``client_for`` returns the client of a region.

    Each raises AccessDeniedError, StackNotFoundError, and CommandError if no other call can
    succeed either.
    """

    def __init__(self, client_for: Callable[[str], Any], region: str) -> None:
        self.region = region
        self._client_for = client_for
        self._client = client_for(region)
        self._stacks: dict[str, Mapping[str, Any]] = {}
        self._regions = {region: self}

    def in_region(self, region: str) -> "CloudFormation":
        """The read calls to another region."""
        if region not in self._regions:
            self._regions[region] = CloudFormation(self._client_for, region)
        return self._regions[region]

    def stacks(self) -> Iterator[Mapping[str, Any]]:
        """The descriptions of all stacks that are not deleted, nested stacks included."""
        return self._pages("describe_stacks", "Stacks", "*")

    def stack(self, name: str) -> Mapping[str, Any]:
        """The description of the stack with this name or id, read once."""
        if name not in self._stacks:
            found = next(self._pages("describe_stacks", "Stacks", name, StackName=name), None)
            if found is None:
                raise StackNotFoundError(name)
            self._stacks[name] = found
        return self._stacks[name]

    def resources(self, stack_id: str) -> Iterator[Mapping[str, Any]]:
        """The summaries of a stack's resources."""
        members = "StackResourceSummaries"
        return self._pages("list_stack_resources", members, stack_id, StackName=stack_id)

    def events(self, stack_id: str) -> Iterator[Mapping[str, Any]]:
        """The events of a stack, newest first; a page of 100 is read when it is needed."""
        return self._pages("describe_stack_events", "StackEvents", stack_id, StackName=stack_id)

    def template(self, stack_id: str) -> Mapping[str, Any] | str:
        """The stack's current template with its macros expanded; a string if it is YAML."""
        try:
            response = self._client.get_template(StackName=stack_id, TemplateStage="Processed")
            body: Mapping[str, Any] | str = response["TemplateBody"]
        except _FAILURES as error:
            raise self._translate(error, "GetTemplate", stack_id) from error
        return body

    @cached_property
    def exports(self) -> Mapping[str, str]:
        """The values that the stacks of the region export, by name."""
        exports = self._pages("list_exports", "Exports", "*")
        return {export["Name"]: export["Value"] for export in exports}

    def _pages(
        self, operation: str, members: str, resource: str, **parameters: str
    ) -> Iterator[Mapping[str, Any]]:
        try:
            for page in self._client.get_paginator(operation).paginate(**parameters):
                yield from page[members]
        except _FAILURES as error:
            action = "".join(word.title() for word in operation.split("_"))
            raise self._translate(error, action, resource) from error

    def _translate(self, error: Exception, action: str, resource: str) -> Exception:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        failure = classify(error)
        raise_if_rejected(failure, self.region)
        detail = failure.detail if failure else str(error)
        if failure and failure.kind is FailureKind.ACCESS_DENIED:
            call = DeniedCall(f"cloudformation:{action}", resource, self.region, detail)
            return AccessDeniedError(call)
        if code == "ValidationError" and "does not exist" in detail:
            return StackNotFoundError(resource)
        if isinstance(error, _NOT_FROM_CLOUDFORMATION):
            # Without the text of the error: it has the whole response.
            detail = f"the response is not from CloudFormation ({type(error).__name__})"
        fix = "check the region and the network, then try again"
        if failure and failure.kind is FailureKind.THROTTLED:
            fix = "other callers use the rate of the account: try again later"
        return CommandError(f"{action} failed in {self.region}: {detail}; {fix}")
