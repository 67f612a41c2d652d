"""Values that the JSON documents of all commands have."""

from collections.abc import Iterable
from datetime import datetime

from chime_expiration_cli.errors import DeniedCall


def iso(moment: datetime) -> str:
    """The moment in ISO 8601, in UTC and whole seconds."""
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def iso_or_none(moment: datetime | None) -> str | None:
    """The same, or None if there is no moment."""
    return None if moment is None else iso(moment)


def denied_calls(calls: Iterable[DeniedCall]) -> list[dict[str, str]]:
    """The calls that AWS denied."""
    return [
        {
            "action": call.action,
            "resource": call.resource,
            "region": call.region,
            "detail": call.detail,
        }
        for call in calls
    ]
