"""Where the helpers get a template from, and what they read in it."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk.assertions import Template

TemplateSource = Template | Stack | Mapping[str, Any]
"""A template, a stack to synthesize, or what ``json.load`` returns for a synthesized template."""


def template_of(source: TemplateSource) -> dict[str, Any]:
    """The template in ``source``. Raises TypeError for anything else."""
    if isinstance(source, Stack):
        source = Template.from_stack(source)
    if isinstance(source, Template):
        return dict(source.to_json())
    if isinstance(source, Mapping):
        return dict(source)
    raise TypeError(
        f"{source!r} is not a template: use a Stack, a Template, or a template as a dict"
    )


def properties_of(source: TemplateSource, resource_type: str) -> list[dict[str, Any]]:
    """The properties of each resource of this type. Raises TypeError as ``template_of`` does."""
    return [
        resource["Properties"]
        for resource in template_of(source).get("Resources", {}).values()
        if resource["Type"] == resource_type
    ]


def resolved(value: Any, source: TemplateSource) -> Any:
    """``value`` as the template has it: a token becomes an intrinsic function."""
    # References within one stack resolve to the same text from any stack.
    stack = source if isinstance(source, Stack) else Stack()
    return stack.resolve(value)
