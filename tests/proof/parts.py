"""The permissions of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proof.place import Place


@dataclass(frozen=True)
class PermissionCheck:
    """Whether the caller may do what a run does.

    ``text`` is for the terminal, ``rows`` are for the report. ``missing`` and ``not_known`` are
    sentences, one for each permission.
    """

    text: str = ""
    rows: Sequence[dict[str, Any]] = ()
    missing: Sequence[str] = ()
    not_known: Sequence[str] = ()


def check_permissions(_place: Place, _caller: str) -> PermissionCheck:
    """Check every permission of a run. ``_caller`` is the ARN of the credentials."""
    return PermissionCheck()
