"""What a report may have of texts and records, so that it can be published."""

import re
from collections.abc import Mapping
from typing import Any

from proof.run import Run

ACCOUNT = "111122223333"

_SHOWN = frozenset(
    {
        "awsRegion",
        "detail-type",
        "errorCode",
        "eventCategory",
        "eventName",
        "eventSource",
        "eventType",
        "eventVersion",
        "expirationCriterion",
        "ExpirationCriterion",
        "managementEvent",
        "readOnly",
        "reason",
        "region",
        "source",
        "type",
        "version",
    }
)
"""Members of a record whose text says nothing of an account."""

_PARAMETERS = ("requestParameters", "responseElements")
"""The run has chosen all that these have, except for the ARN of its AppInstance."""

_ACCESS_KEYS = "ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA"
_REPLACED = (
    (re.compile(rf"\b({_ACCESS_KEYS})[A-Z0-9]{{12,}}\b"), r"\1EXAMPLE"),
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), ACCOUNT),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "UUID"),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)"), "ADDRESS"),
    (re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}(?![\w:])"), "ADDRESS"),
    (re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){0,6}:(?::?[0-9a-fA-F]{1,4}){1,6}"), "ADDRESS"),
    (re.compile(r"(:assumed-role/)[^\s\"']+"), r"\1ROLE/SESSION"),
    (re.compile(r"(:(?:user|role|federated-user)/)[^\s\"']+"), r"\1NAME"),
    (re.compile(r"(?<![\w:/.])/(?:[\w.+-]+/)+"), "…/"),
)
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:\S*")


def redacted(text: str, run: Run) -> str:
    """Return a text without the account, the id of the run, other ids, callers and folders."""
    text = text.replace(run.account, ACCOUNT).replace(run.id, "RUN")
    for pattern, replacement in _REPLACED:
        text = pattern.sub(replacement, text)
    return text


def redacted_texts(value: Any, run: Run) -> Any:
    """Return JSON in which every text is redacted."""
    if isinstance(value, Mapping):
        return {name: redacted_texts(each, run) for name, each in value.items()}
    if isinstance(value, list):
        return [redacted_texts(each, run) for each in value]
    return redacted(value, run) if isinstance(value, str) else value


def redacted_record(value: Any, run: Run) -> Any:
    """Return a record or a body with its members and types, and without the account's texts.

    A text becomes its shape, with ``a`` and ``A`` for letters and ``0`` for digits, unless it is
    known to say nothing of the account.
    """
    return _member("", value, run, chosen=False)


def _member(name: str, value: Any, run: Run, *, chosen: bool) -> Any:
    if isinstance(value, Mapping):
        inside = chosen or name in _PARAMETERS
        return {key: _member(key, each, run, chosen=inside) for key, each in value.items()}
    if isinstance(value, list):
        return [_member(name, each, run, chosen=chosen) for each in value]
    if isinstance(value, str):
        return redacted(value, run) if chosen or name in _SHOWN else _shape(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        # A time or a size. Days are those that the run has chosen.
        return value if chosen or "Days" in name else type(value)(0)
    return value


def _shape(text: str) -> str:
    arn = _ARN.fullmatch(text)
    parts = text.split(":", 5)
    if arn and len(parts) == 6:
        return ":".join([*parts[:4], _masked(parts[4]), _masked(parts[5])])
    return _masked(text)


def _masked(text: str) -> str:
    text = re.sub(r"[A-Z]", "A", text)
    text = re.sub(r"[0-9]", "0", text)
    # Also letters outside of ASCII, but not the ones above.
    return re.sub(r"[^\W\d_A]", "a", text)
