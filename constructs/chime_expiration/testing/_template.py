"""Where the helpers get a template from."""

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
