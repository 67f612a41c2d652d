"""What CloudFormation tells of the stacks of a region."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chime_expiration.status.problems import CallNotAllowed, NotLookedAt, UsageProblem
from chime_expiration_handler.failures import Kind, failure_of

_CREDENTIALS_REFUSED = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)


class StackUnknown(Exception):
    """The region has no such stack."""


class CloudFormation:
    """The reading calls to one region.

    Each raises CallNotAllowed for want of a permission, StackUnknown, and UsageProblem where there
    is no use in any other call.
    """

    def __init__(self, client: Any, region: str) -> None:
        self.region = region
        self._client = client

    def stacks(self) -> Iterator[Mapping[str, Any]]:
        """The descriptions of all stacks that are not deleted, nested ones included."""
        return self._pages("describe_stacks", "Stacks", "*")

    def stack(self, name: str) -> Mapping[str, Any]:
        """The description of the stack with this name or id."""
        return next(self._pages("describe_stacks", "Stacks", name, StackName=name))

    def resources(self, stack_id: str) -> Iterator[Mapping[str, Any]]:
        """What a stack has."""
        members = "StackResourceSummaries"
        return self._pages("list_stack_resources", members, stack_id, StackName=stack_id)

    def template(self, stack_id: str) -> Mapping[str, Any] | str:
        """The template in force, with its macros expanded; a text where it is not JSON."""
        try:
            answer = self._client.get_template(StackName=stack_id, TemplateStage="Processed")
        except (BotoCoreError, ClientError) as error:
            raise self._meaning_of(error, "GetTemplate", stack_id) from error
        body: Mapping[str, Any] | str = answer["TemplateBody"]
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
        except (BotoCoreError, ClientError) as error:
            action = "".join(word.title() for word in operation.split("_"))
            raise self._meaning_of(error, action, resource) from error

    def _meaning_of(
        self, error: BotoCoreError | ClientError, action: str, resource: str
    ) -> Exception:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        if code in _CREDENTIALS_REFUSED:
            return UsageProblem(f"AWS refuses the credentials: {error}")
        failure = failure_of(error)
        said = failure.said if failure else str(error)
        if failure and failure.kind is Kind.NOT_ALLOWED:
            refusal = NotLookedAt(f"cloudformation:{action}", resource, self.region, said)
            return CallNotAllowed(refusal)
        if code == "ValidationError" and "does not exist" in said:
            return StackUnknown(resource)
        return UsageProblem(f"CloudFormation in {self.region} could not be asked: {said}")
