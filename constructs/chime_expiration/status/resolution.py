"""What a template's intrinsic functions amount to in a deployed stack.

Only what CloudFormation itself tells is used: parameters, physical ids, exports, outputs of nested
stacks. Anything else stays unresolved, and says so. The rules are those of the "Intrinsic function
reference" and "Condition functions" of the CloudFormation User Guide.
"""

import re
from collections.abc import Mapping
from typing import Any

from chime_expiration.status.cloudformation import CloudFormation, StackUnknown
from chime_expiration.status.problems import CallNotAllowed
from chime_expiration.status.stacks import DeployedStack, Parameter

NO_VALUE = object()
"""What ``AWS::NoValue`` stands for: the property is not there."""

_URL_SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
}
_PLACEHOLDER = re.compile(r"\$\{(!?)([^{}]*)\}")


class Unresolved(Exception):
    """A value that cannot be known from here; the text says which part of it, and why."""


class Resolution:
    """Resolves the values of one stack's template. Every method raises Unresolved."""

    def __init__(self, stack: DeployedStack, cloudformation: CloudFormation) -> None:
        self._stack = stack
        self._cloudformation = cloudformation
        self._resources = {resource.logical_id: resource for resource in stack.resources}
        self._functions = {
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::ImportValue": self._import_value,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
            "Ref": self._ref,
        }

    @property
    def _template(self) -> Mapping[str, Any]:
        if isinstance(self._stack.template, str):
            raise Unresolved(self._stack.template)
        return self._stack.template

    def value(self, node: Any) -> Any:
        """What ``node`` stands for."""
        if isinstance(node, str) and "{{resolve:" in node:
            raise Unresolved(f"dynamic reference {node}")
        if isinstance(node, list):
            items = [self.value(item) for item in node]
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(node, Mapping):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            if name in self._functions:
                return self._functions[name](argument)
            if name.startswith("Fn::"):
                raise Unresolved(f"{name} is not evaluated here")
        members = {name: self.value(member) for name, member in node.items()}
        return {name: member for name, member in members.items() if member is not NO_VALUE}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        try:
            definition = self._template["Conditions"][condition]
        except KeyError:
            raise Unresolved(f"condition {condition!r} is not in the template") from None
        return self._is_true(definition)

    def _is_true(self, node: Any) -> bool:
        match node:
            case {"Condition": str(name)}:
                return self.holds(name)
            case {"Fn::Equals": [one, other]}:
                return _text(self.value(one)) == _text(self.value(other))
            case {"Fn::Not": [inner]}:
                return not self._is_true(inner)
            case {"Fn::And": list(inner)}:
                return all(self._is_true(each) for each in inner)
            case {"Fn::Or": list(inner)}:
                return any(self._is_true(each) for each in inner)
        raise Unresolved(f"condition {node} is not evaluated here")

    def _if(self, argument: Any) -> Any:
        condition, then, otherwise = self._arguments("Fn::If", argument, 3)
        return self.value(then if self.holds(condition) else otherwise)

    def _ref(self, name: Any) -> Any:
        if name in self._stack.parameters:
            return self._parameter(name, self._stack.parameters[name])
        if name in self._resources:
            return self._physical_id(name)
        partition, account = self._stack.id.split(":")[1], self._stack.id.split(":")[4]
        pseudo = {
            "AWS::AccountId": account,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": partition,
            "AWS::Region": self._stack.region,
            "AWS::StackId": self._stack.id,
            "AWS::StackName": self._stack.name,
            "AWS::URLSuffix": _URL_SUFFIXES.get(partition),
        }
        if pseudo.get(name) is None:
            raise Unresolved(f"Ref {name}: the stack has no such parameter or resource")
        return pseudo[name]

    def _parameter(self, name: str, parameter: Parameter) -> str | list[str]:
        definition = self._template.get("Parameters", {}).get(name, {})
        kind = definition.get("Type", "String")
        if _text(definition.get("NoEcho", False)) == "true":
            raise Unresolved(f"parameter {name} is not told (NoEcho)")
        value: str | None = parameter.value
        if kind.startswith("AWS::SSM::Parameter::Value"):
            value = parameter.resolved
        if value is None:
            raise Unresolved(f"parameter {name} is in SSM as {parameter.value}, its value not told")
        if kind == "CommaDelimitedList" or "List<" in kind:
            return [item.strip() for item in value.split(",")]
        return value

    def _physical_id(self, name: str) -> str:
        physical_id = self._resources[name].physical_id
        if not physical_id:
            raise Unresolved(f"Ref {name}: the resource has no physical id yet")
        return physical_id

    def _get_att(self, argument: Any) -> str:
        match argument:
            case str():
                name, _, attribute = argument.partition(".")
            case [name, attribute]:
                attribute = _text(self.value(attribute))
            case _:
                raise Unresolved(f"Fn::GetAtt of {argument!r}")
        resource = self._resources.get(name)
        physical_id = resource.physical_id if resource else ""
        kind = resource.type if resource else ""
        if kind == "AWS::CloudFormation::Stack" and attribute.startswith("Outputs."):
            return self._output(physical_id, attribute.removeprefix("Outputs."))
        # CloudFormation does not tell attributes. An ARN is known where it is the id as well.
        names_of_the_arn = ("Arn", f"{kind.rpartition('::')[2]}Arn")
        if physical_id.startswith("arn:") and attribute in names_of_the_arn:
            return physical_id
        raise Unresolved(f"Fn::GetAtt {name}.{attribute}: CloudFormation does not tell attributes")

    def _output(self, stack_id: str, key: str) -> str:
        try:
            outputs = self._cloudformation.stack(stack_id).get("Outputs", [])
        except (CallNotAllowed, StackUnknown) as problem:
            raise Unresolved(f"output {key} of the nested stack {stack_id}: {problem}") from problem
        for output in outputs:
            if output["OutputKey"] == key:
                return str(output["OutputValue"])
        raise Unresolved(f"the nested stack {stack_id} has no output {key}")

    def _import_value(self, argument: Any) -> str:
        name = _text(self.value(argument))
        try:
            return self._cloudformation.exports[name]
        except KeyError:
            raise Unresolved(f"Fn::ImportValue {name}: no stack exports it") from None
        except CallNotAllowed as denied:
            raise Unresolved(f"Fn::ImportValue {name}: {denied}") from denied

    def _join(self, argument: Any) -> str:
        delimiter, parts = self._arguments("Fn::Join", argument, 2)
        return str(delimiter).join(_text(part) for part in self._list("Fn::Join", parts))

    def _split(self, argument: Any) -> list[str]:
        delimiter, text = self._arguments("Fn::Split", argument, 2)
        return _text(self.value(text)).split(delimiter)

    def _select(self, argument: Any) -> Any:
        position, items = self._arguments("Fn::Select", argument, 2)
        chosen = int(_text(self.value(position)))
        values = self._list("Fn::Select", items)
        if not 0 <= chosen < len(values):
            raise Unresolved(f"Fn::Select {chosen} of {len(values)} items")
        return values[chosen]

    def _find_in_map(self, argument: Any) -> Any:
        keys = [_text(self.value(key)) for key in self._arguments("Fn::FindInMap", argument, 3)]
        found: Any = self._template.get("Mappings", {})
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                raise Unresolved(f"Fn::FindInMap {'.'.join(keys)}: not in the template")
            found = found[key]
        return self.value(found)

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def value_of(match: re.Match[str]) -> str:
            if match[1]:
                return f"${{{match[2]}}}"
            name = match[2].strip()
            if name in own:
                return _text(self.value(own[name]))
            return _text(self._get_att(name) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(value_of, text)

    def _list(self, function: str, node: Any) -> list[Any]:
        values = self.value(node)
        if not isinstance(values, list):
            raise Unresolved(f"{function} of {values!r}, which is not a list")
        return values

    def _arguments(self, function: str, argument: Any, number: int) -> list[Any]:
        if not isinstance(argument, list) or len(argument) != number:
            raise Unresolved(f"{function} of {argument!r}")
        return argument


def _text(value: Any) -> str:
    """The text that CloudFormation makes of a scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise Unresolved(f"{value!r} is not a text")
