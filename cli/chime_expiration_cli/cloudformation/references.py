"""What ``Ref``, ``Fn::GetAtt`` and the like return in a deployed stack.

Only values that CloudFormation reports are used: parameters, physical ids, exports and the outputs
of stacks.
"""

from collections.abc import Mapping
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack, Parameter
from chime_expiration_cli.errors import (
    AccessDeniedError,
    CommandError,
    StackNotFoundError,
    UnresolvedError,
)

NO_VALUE = object()
"""What ``AWS::NoValue`` returns: CloudFormation omits the property."""

_URL_SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
}


class References:
    """The references of one stack's template. Every method raises UnresolvedError."""

    def __init__(self, stack: DeployedStack, cloudformation: CloudFormation) -> None:
        self._stack = stack
        self._cloudformation = cloudformation
        self._resources = {resource.logical_id: resource for resource in stack.resources}

    def ref(self, name: Any) -> Any:
        """The value of a parameter, the physical id of a resource, or a pseudo parameter."""
        if not isinstance(name, str):
            raise UnresolvedError(f"Ref {name!r}: expected the name of a parameter or resource")
        if name in self._stack.parameters:
            return self._parameter(name, self._stack.parameters[name])
        if name in self._resources:
            return self._physical_id(name)
        _, partition, _, _, account, _ = self._stack.id.split(":", 5)
        pseudo_parameters = {
            "AWS::AccountId": account,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": partition,
            "AWS::Region": self._stack.region,
            "AWS::StackId": self._stack.id,
            "AWS::StackName": self._stack.name,
            "AWS::URLSuffix": _URL_SUFFIXES.get(partition),
        }
        value = pseudo_parameters.get(name)
        if value is None:
            raise UnresolvedError(f"Ref {name}: the stack has no such parameter or resource")
        return value

    def get_att(self, name: str, attribute: str) -> str:
        """The attribute of a resource: an output of a nested stack, or an ARN that is its id."""
        resource = self._resources.get(name)
        physical_id = resource.physical_id if resource else ""
        resource_type = resource.type if resource else ""
        if resource_type == "AWS::CloudFormation::Stack" and attribute.startswith("Outputs."):
            return _output(self._describe(physical_id), attribute.removeprefix("Outputs."))
        # An SNS topic, for example, has its ARN as physical id and as attribute TopicArn.
        arn_attributes = ("Arn", f"{resource_type.rpartition('::')[2]}Arn")
        if physical_id.startswith("arn:") and attribute in arn_attributes:
            return physical_id
        raise UnresolvedError(
            f"Fn::GetAtt {name}.{attribute}: CloudFormation does not report attributes"
        )

    def stack_output(self, name: str, key: str, region: str | None = None) -> str:
        """The output of another stack, which is in the same region if no other is given."""
        description = self._describe(name, region)
        # CloudFormation reads the output when it updates the stack that uses it, and not later.
        if _changed_at(description) > (self._stack.updated_at or self._stack.created_at):
            raise UnresolvedError(
                f"output {key} of stack {name}: that stack was updated later than this one"
            )
        return _output(description, key)

    def import_value(self, name: str) -> str:
        """The value that a stack of the region exports under ``name``."""
        try:
            return self._cloudformation.exports[name]
        except KeyError:
            raise UnresolvedError(f"Fn::ImportValue {name}: no stack exports it") from None
        except AccessDeniedError as denied:
            raise UnresolvedError(f"Fn::ImportValue {name}: {denied}") from denied

    def _parameter(self, name: str, parameter: Parameter) -> str | list[str]:
        definition = self._stack.template_section("Parameters").get(name, {})
        if not isinstance(definition, Mapping):
            raise UnresolvedError(f"parameter {name}: its definition is not an object")
        parameter_type = str(definition.get("Type", "String"))
        if str(definition.get("NoEcho", False)).lower() == "true":
            raise UnresolvedError(f"parameter {name}: CloudFormation hides its value (NoEcho)")
        value: str | None = parameter.value
        if parameter_type.startswith("AWS::SSM::Parameter::Value"):
            value = parameter.resolved
        if value is None:
            raise UnresolvedError(
                f"parameter {name}: CloudFormation does not report the value of "
                f"{parameter.value} in SSM"
            )
        if parameter_type == "CommaDelimitedList" or "List<" in parameter_type:
            return [item.strip() for item in value.split(",")]
        return value

    def _physical_id(self, name: str) -> str:
        physical_id = self._resources[name].physical_id
        if not physical_id:
            raise UnresolvedError(f"Ref {name}: the resource has no physical id yet")
        return physical_id

    def _describe(self, stack: str, region: str | None = None) -> Mapping[str, Any]:
        cloudformation = self._cloudformation
        try:
            return cloudformation.in_region(region or cloudformation.region).stack(stack)
        except (AccessDeniedError, CommandError) as error:
            raise UnresolvedError(f"outputs of stack {stack}: {error}") from error
        except StackNotFoundError:
            raise UnresolvedError(f"outputs of stack {stack}: there is no such stack") from None


def _changed_at(description: Mapping[str, Any]) -> Any:
    return description.get("LastUpdatedTime") or description["CreationTime"]


def _output(description: Mapping[str, Any], key: str) -> str:
    for output in description.get("Outputs", []):
        if output["OutputKey"] == key:
            return str(output["OutputValue"])
    raise UnresolvedError(f"stack {description['StackName']} has no output {key}")
