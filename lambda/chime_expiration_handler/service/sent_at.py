"""When CloudFormation sent an event."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit


def sent_at(event: Mapping[str, Any]) -> datetime | None:
    """The moment in the signature of the ResponseURL, in UTC, to the second.

    CloudFormation signs the URL when it sends the event ("Authenticating Requests: Using Query
    Parameters", S3 API Reference: ``X-Amz-Date``). None where the URL is signed in another way.
    """
    signature = parse_qs(urlsplit(event["ResponseURL"]).query)
    try:
        [moment] = signature["X-Amz-Date"]
        return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except (KeyError, ValueError):
        return None
