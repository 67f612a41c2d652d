"""Removes from texts and documents what a published report must not have."""

import re
from typing import Any

from proof.run import Run

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_FOLDER = re.compile(r"(?<![\w:/.])/(?:[\w.+-]+/)+")

_CALLER = "userIdentity"
_PUBLIC_MEMBERS_OF_CALLER = ("type", "invokedBy")
_PRIVATE_MEMBERS = ("sourceIPAddress", "userAgent", "vpcEndpointId", "clientProvidedHostHeader")
_SERVICE = ".amazonaws.com"
_REMOVED = "REDACTED"


def redacted(text: str, run: Run) -> str:
    """Return a text without the account, the id of the run, other ids, and folders."""
    text = text.replace(run.account, "111122223333").replace(run.id, "RUN")
    text = _UUID.sub("UUID", text)
    text = _ADDRESS.sub("ADDRESS", text)
    return _FOLDER.sub("…/", text)


def redacted_document(value: Any, run: Run) -> Any:
    """Return JSON of the same shape, without what names the account, the caller or a machine."""
    if isinstance(value, dict):
        return {name: _member(name, member, run) for name, member in value.items()}
    if isinstance(value, list):
        return [redacted_document(element, run) for element in value]
    return redacted(value, run) if isinstance(value, str) else value


def _member(name: str, value: Any, run: Run) -> Any:
    if name == _CALLER and isinstance(value, dict):
        return {
            each: redacted_document(member, run)
            if each in _PUBLIC_MEMBERS_OF_CALLER
            else _without_texts(member)
            for each, member in value.items()
        }
    if name in _PRIVATE_MEMBERS and not str(value).endswith(_SERVICE):
        return _without_texts(value)
    return redacted_document(value, run)


def _without_texts(value: Any) -> Any:
    """Return JSON of the same shape in which every text and number is removed."""
    if isinstance(value, dict):
        return {name: _without_texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_without_texts(element) for element in value]
    return value if value is None or isinstance(value, bool) else _REMOVED
