"""Removes from texts what a published report must not have."""

import re

from proof.run import Run

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_FOLDER = re.compile(r"(?<![\w:/.])/(?:[\w.+-]+/)+")


def redacted(text: str, run: Run) -> str:
    """Return a text without the account, the id of the run, other ids, and folders."""
    text = text.replace(run.account, "111122223333").replace(run.id, "RUN")
    text = _UUID.sub("UUID", text)
    text = _ADDRESS.sub("ADDRESS", text)
    return _FOLDER.sub("…/", text)
