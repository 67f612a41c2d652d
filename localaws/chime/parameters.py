"""Reads an operation's parameters from a request, and rejects what the model does not allow.

botocore's client checks types, required members and minimums only. A service also has to reject
maximums, enums and patterns.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from localaws.chime.errors import ChimeError
from localaws.chime.model import operation_model

Parameters = dict[str, Any]


def read_parameters(
    operation: str,
    *,
    labels: Mapping[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
) -> Parameters:
    """Return an operation's parameters by their member names. Raises ChimeError BadRequest."""
    shape = operation_model(operation).input_shape
    payload = _json_object(body)
    sources = {"uri": labels, "querystring": query, "header": headers}
    found: Parameters = {}
    for member, member_shape in shape.members.items():
        location = member_shape.serialization.get("location")
        wire_name = member_shape.serialization.get("name", member)
        source = sources[location] if location else payload
        value = source.get(wire_name)
        # In the JSON protocols of AWS, null is the same as an absent member.
        if value is not None:
            found[member] = _number(value, member) if _is_text_number(member_shape) else value
    check_parameters(operation, found)
    return found


def check_parameters(operation: str, parameters: Mapping[str, Any]) -> None:
    """Check parameters against the operation's model. Raises ChimeError BadRequest."""
    complaints = list(_complaints(operation_model(operation).input_shape, parameters, ""))
    if complaints:
        count = len(complaints)
        raise ChimeError(
            "BadRequestException",
            f"{count} validation error{'s' if count > 1 else ''} detected: {'; '.join(complaints)}",
        )


def _json_object(body: bytes) -> Mapping[str, Any]:
    if not body:
        return {}
    try:
        payload = json.loads(body)
    except ValueError as error:
        raise ChimeError("BadRequestException", f"the body is not JSON: {error}") from error
    if not isinstance(payload, dict):
        raise ChimeError("BadRequestException", "the body must be a JSON object")
    return payload


def _is_text_number(shape: Any) -> bool:
    return shape.type_name == "integer" and "location" in shape.serialization


def _number(text: str, member: str) -> int:
    if not re.fullmatch(r"-?\d{1,10}", text):
        raise ChimeError("BadRequestException", f"{member} must be an integer, not '{text}'")
    return int(text)


_PYTHON_TYPES: dict[str, type[Any]] = {
    "string": str,
    "integer": int,
    "list": list,
    "structure": dict,
}


def _complaints(shape: Any, value: Any, where: str) -> Iterator[str]:
    # In Python, bool is an int. In JSON, it is not.
    if isinstance(value, bool) or not isinstance(value, _PYTHON_TYPES[shape.type_name]):
        yield f"'{where}' must be of type {shape.type_name}"
    elif shape.type_name == "structure":
        for member in shape.required_members:
            if value.get(member) is None:
                yield f"{_at(_join(where, member))} must not be null"
        for member, member_shape in shape.members.items():
            if value.get(member) is not None:
                yield from _complaints(member_shape, value[member], _join(where, member))
    elif shape.type_name == "list":
        yield from _out_of_range(shape, len(value), where, "length ")
        for index, element in enumerate(value, start=1):
            yield from _complaints(shape.member, element, f"{where}.{index}")
    elif shape.type_name == "integer":
        yield from _out_of_range(shape, value, where, "value ")
    else:
        yield from _out_of_range(shape, len(value), where, "length ")
        yield from _bad_text(shape, value, where)


def _bad_text(shape: Any, value: str, where: str) -> Iterator[str]:
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{_at(where)} must satisfy enum value set: [{', '.join(allowed)}]"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield f"{_at(where)} must satisfy regular expression pattern: {pattern}"


def _out_of_range(shape: Any, size: int, where: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{_at(where)} must have {what}greater than or equal to {least}, not {size}"
    if most is not None and size > most:
        yield f"{_at(where)} must have {what}less than or equal to {most}, not {size}"


def _at(where: str) -> str:
    return f"value at '{where}' failed to satisfy constraint: Member"


def _join(where: str, member: str) -> str:
    name = member[0].lower() + member[1:]
    return f"{where}.{name}" if where else name
