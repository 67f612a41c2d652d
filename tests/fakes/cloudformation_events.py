"""The events that CloudFormation sends, made from one that has every field."""

import json
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

CREATE = json.loads((Path(__file__).parent / "events" / "create.json").read_text())

Event = dict[str, Any]


def create(user: str, days: object = 30, **properties: object) -> Event:
    event: Event = deepcopy(CREATE)
    event["ResourceProperties"] |= {
        "AppInstanceUserArn": user,
        "ExpirationDays": str(days),
        **properties,
    }
    return event


def update(
    user: str, days: object = 90, *, old_user: str | None = None, old_days: object = 30, **more: Any
) -> Event:
    event = create(user, days, **more)
    event["RequestType"] = "Update"
    event["PhysicalResourceId"] = old_user or user
    event["OldResourceProperties"] = create(old_user or user, old_days)["ResourceProperties"]
    return event


def delete(physical_id: str, *, user: str | None = None, days: object = 30, **more: Any) -> Event:
    event = create(user or physical_id, days, **more)
    event["RequestType"] = "Delete"
    event["PhysicalResourceId"] = physical_id
    return event


def sent_at(event: Event, moment: datetime) -> Event:
    """``event`` with a ResponseURL that was signed at ``moment``."""
    url = event["ResponseURL"].partition("&X-Amz-Date=")[0]
    return event | {"ResponseURL": f"{url}&X-Amz-Date={moment:%Y%m%dT%H%M%SZ}"}
