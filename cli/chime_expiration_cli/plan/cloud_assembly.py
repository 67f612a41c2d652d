"""Reads a cloud assembly: what ``cdk synth`` has written. The CDK itself is not needed.

The format is the one of ``cloud-assembly-schema``; its members have been the same since version 1.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chime_expiration_cli.errors import CommandError

_MANIFEST = "manifest.json"
_NESTED_STACK = "AWS::CloudFormation::Stack"
_UNKNOWN = "unknown-"


@dataclass(frozen=True, slots=True)
class Template:
    """A template with those of its nested stacks by logical id; None if one is not in there."""

    body: Mapping[str, Any]
    nested: "Mapping[str, Template | None]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AssemblyStack:
    """A stack as it would be deployed; ``account`` and ``region`` are None if not declared."""

    name: str
    display_name: str
    account: str | None
    region: str | None
    template: Template


def read_assembly(folder: Path) -> list[AssemblyStack]:
    """The stacks of the assembly and of its stages, in their order; raises CommandError."""
    try:
        return list(_stacks(folder))
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise CommandError(
            f"{str(folder)!r} is not a cloud assembly that this version can read: "
            f"{type(error).__name__}: {error}; run `cdk synth` again"
        ) from error


def _stacks(folder: Path) -> Iterator[AssemblyStack]:
    if not (folder / _MANIFEST).is_file():
        raise CommandError(
            f"{str(folder)!r} is not a cloud assembly: it has no {_MANIFEST}; run `cdk synth`, or "
            "pass the folder that it writes"
        )
    artifacts = _json(folder / _MANIFEST).get("artifacts", {})
    assets = dict(_assets(folder, artifacts))
    for artifact_id, artifact in artifacts.items():
        properties = artifact.get("properties", {})
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from _stacks(folder / properties["directoryName"])
        elif artifact.get("type") == "aws:cloudformation:stack":
            account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
            yield AssemblyStack(
                name=properties.get("stackName", artifact_id),
                display_name=artifact.get("displayName", artifact_id),
                account=None if account.startswith(_UNKNOWN) else account,
                region=None if region.startswith(_UNKNOWN) else region,
                template=_template(folder, properties["templateFile"], assets),
            )


def _assets(folder: Path, artifacts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The file of each asset by the key of the object that it is uploaded to."""
    for artifact in artifacts.values():
        if artifact.get("type") == "cdk:asset-manifest":
            manifest = _json(folder / artifact["properties"]["file"])
            for asset in manifest.get("files", {}).values():
                for destination in asset["destinations"].values():
                    yield destination["objectKey"], asset["source"].get("path", "")


def _template(folder: Path, file: str, assets: Mapping[str, str]) -> Template:
    body = _json(folder / file)
    nested = {}
    for name, definition in _object(body, "Parameters").items():
        if not isinstance(definition, Mapping):
            raise TypeError(f"parameter {name} in {file} is not an object")
    for logical_id, definition in _object(body, "Resources").items():
        if isinstance(definition, Mapping):
            _object(definition, "Properties")
        if isinstance(definition, Mapping) and definition.get("Type") == _NESTED_STACK:
            path = _nested_file(definition, assets)
            exists = path and (folder / path).is_file()
            nested[logical_id] = _template(folder, path, assets) if exists else None
    return Template(body, nested)


def _object(owner: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = owner.get(name, {})
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is not an object, but {value!r:.60}")
    return value


def _nested_file(definition: Mapping[str, Any], assets: Mapping[str, str]) -> str:
    url = json.dumps(definition.get("Properties", {}).get("TemplateURL"))
    for key, path in assets.items():
        if f"/{key}" in url:
            return path
    # Older synthesizers pass the URL as parameters.
    return str(definition.get("Metadata", {}).get("aws:asset:path", ""))


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"cannot read {str(file)!r}: {error}; run `cdk synth` again") from error
    if not isinstance(content, dict):
        raise CommandError(f"{str(file)!r} is not a JSON object; run `cdk synth` again")
    return content
