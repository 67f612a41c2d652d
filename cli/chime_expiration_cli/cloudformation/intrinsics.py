"""Evaluates the intrinsic functions of a deployed stack's template.

The rules are those of "Intrinsic function reference" and "Condition functions" in the
CloudFormation User Guide. A function that is not listed there, or that is not supported here, makes
the value unresolved: no value is guessed.
"""

import re
from collections.abc import Mapping
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.cloudformation.references import NO_VALUE, References
from chime_expiration_cli.errors import UnresolvedError

# ${Name}, ${Name.Attribute}, and ${!Literal}, which stands for ${Literal}.
_PLACEHOLDER = re.compile(r"\$\{(!?)([^{}]*)\}")


class IntrinsicResolver:
    """Resolves the values of one stack's template. Every method raises UnresolvedError."""

    def __init__(self, stack: DeployedStack, cloudformation: CloudFormation) -> None:
        self._stack = stack
        self._references = References(stack, cloudformation)
        self._functions = {
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::GetStackOutput": self._get_stack_output,
            "Fn::If": self._if,
            "Fn::ImportValue": self._import_value,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
            "Ref": self._references.ref,
        }

    def value(self, node: Any) -> Any:
        """The value of ``node``, with all its functions evaluated."""
        if isinstance(node, str) and "{{resolve:" in node:
            raise UnresolvedError(f"dynamic reference {node} is not supported")
        if isinstance(node, list):
            items = [self.value(item) for item in node]
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(node, Mapping):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            if name in self._functions:
                return self._functions[name](argument)
        for name in node:
            if name.startswith("Fn::"):
                raise UnresolvedError(f"{name} is not supported")
        members = {name: self.value(member) for name, member in node.items()}
        return {name: member for name, member in members.items() if member is not NO_VALUE}

    def condition(self, name: str) -> bool:
        """Whether a condition of the template is true."""
        try:
            definition = self._stack.template_section("Conditions")[name]
        except KeyError:
            raise UnresolvedError(f"condition {name!r} is not in the template") from None
        try:
            return self._is_true(definition)
        except RecursionError:
            raise UnresolvedError(f"condition {name!r} depends on itself") from None

    def _is_true(self, node: Any) -> bool:
        match node:
            case {"Condition": str(name)}:
                return self.condition(name)
            case {"Fn::Equals": [one, other]}:
                return _text(self.value(one)) == _text(self.value(other))
            case {"Fn::Not": [operand]}:
                return not self._is_true(operand)
            case {"Fn::And": list(operands)}:
                return all(self._is_true(each) for each in operands)
            case {"Fn::Or": list(operands)}:
                return any(self._is_true(each) for each in operands)
        raise UnresolvedError(f"condition {node} is not supported")

    def _if(self, argument: Any) -> Any:
        condition, then, otherwise = _arguments("Fn::If", argument, 3)
        return self.value(then if self.condition(_text(condition)) else otherwise)

    def _get_att(self, argument: Any) -> str:
        match argument:
            case str():
                name, _, attribute = argument.partition(".")
            case [str(name), attribute]:
                attribute = _text(self.value(attribute))
            case _:
                raise UnresolvedError(f"Fn::GetAtt {argument!r}: expected a resource and attribute")
        return self._references.get_att(name, attribute)

    def _get_stack_output(self, argument: Any) -> str:
        match argument:
            case {"RoleArn": _}:
                raise UnresolvedError(
                    "Fn::GetStackOutput with a RoleArn: the stack of another role is not read"
                )
            case {"StackName": stack, "OutputName": output, **rest} if rest.keys() <= {"Region"}:
                names = [_text(self.value(name)) for name in (stack, output, *rest.values())]
                return self._references.stack_output(*names)
        raise UnresolvedError(
            f"Fn::GetStackOutput {argument!r}: expected StackName, OutputName and Region"
        )

    def _import_value(self, argument: Any) -> str:
        return self._references.import_value(_text(self.value(argument)))

    def _join(self, argument: Any) -> str:
        delimiter, parts = _arguments("Fn::Join", argument, 2)
        return _text(delimiter).join(_text(part) for part in self._list("Fn::Join", parts))

    def _split(self, argument: Any) -> list[str]:
        delimiter, text = _arguments("Fn::Split", argument, 2)
        if not delimiter or not isinstance(delimiter, str):
            raise UnresolvedError(f"Fn::Split: {delimiter!r} is not a delimiter")
        return _text(self.value(text)).split(delimiter)

    def _select(self, argument: Any) -> Any:
        index, items = _arguments("Fn::Select", argument, 2)
        selected = _text(self.value(index))
        values = self._list("Fn::Select", items)
        by_index = {str(number): value for number, value in enumerate(values)}
        if selected not in by_index:
            raise UnresolvedError(f"Fn::Select {selected}: the list has {len(values)} items")
        return by_index[selected]

    def _find_in_map(self, argument: Any) -> Any:
        keys = [_text(self.value(key)) for key in _arguments("Fn::FindInMap", argument, 3)]
        found: Any = self._stack.template_section("Mappings")
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                raise UnresolvedError(f"Fn::FindInMap {'.'.join(keys)}: not in the template")
            found = found[key]
        return self.value(found)

    def _sub(self, argument: Any) -> str:
        template, variables = (
            (argument, {}) if isinstance(argument, str) else _arguments("Fn::Sub", argument, 2)
        )
        if not isinstance(template, str) or not isinstance(variables, Mapping):
            raise UnresolvedError(f"Fn::Sub {argument!r}: expected a string and its variables")

        def replacement(placeholder: re.Match[str]) -> str:
            if placeholder[1]:
                return f"${{{placeholder[2]}}}"
            name = placeholder[2].strip()
            if name in variables:
                return _text(self.value(variables[name]))
            return _text(self._get_att(name) if "." in name else self._references.ref(name))

        return _PLACEHOLDER.sub(replacement, template)

    def _list(self, function: str, node: Any) -> list[Any]:
        values = self.value(node)
        if not isinstance(values, list):
            raise UnresolvedError(f"{function}: {values!r} is not a list")
        return values


def _arguments(function: str, argument: Any, number: int) -> list[Any]:
    if not isinstance(argument, list) or len(argument) != number:
        raise UnresolvedError(f"{function} {argument!r}: expected a list of {number} arguments")
    return argument


def _text(value: Any) -> str:
    """``value`` as CloudFormation writes a string, number or boolean into a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise UnresolvedError(f"{value!r} is not a string")
