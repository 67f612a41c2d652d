"""Pages of a list, and the tokens of the next ones."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from localaws.chime.errors import ChimeError

PAGE_SIZE = 50


class Listed(Protocol):
    """Something in a list. ``serial`` is its place in the order of creation."""

    serial: int


Item = TypeVar("Item", bound=Listed)


class Pages:
    """Cuts lists into pages. A token is valid for the list that it was made for.

    A page starts after a serial number and not at an index, so that no item is missing if others
    are deleted between two pages.
    """

    def __init__(self) -> None:
        self._generation = 0

    def expire_tokens(self) -> None:
        """Make all tokens of the past invalid."""
        self._generation += 1

    def cut(
        self, items: Sequence[Item], list_name: str, parameters: Mapping[str, Any]
    ) -> tuple[Sequence[Item], dict[str, str]]:
        """Return the page of a request, and the NextToken if there are more. Raises ChimeError."""
        prefix = f"{self._generation}:{list_name}:"
        start = bisect_right(
            items, _serial_in(parameters.get("NextToken"), prefix), key=lambda item: item.serial
        )
        end = start + parameters.get("MaxResults", PAGE_SIZE)
        page = items[start:end]
        return page, {"NextToken": _token(prefix, page[-1].serial)} if end < len(items) else {}


def _token(prefix: str, serial: int) -> str:
    return base64.urlsafe_b64encode(f"{prefix}{serial}".encode()).decode()


def _serial_in(token: str | None, prefix: str) -> int:
    if not token:
        return 0
    try:
        text = base64.urlsafe_b64decode(token).decode()
        if text.startswith(prefix):
            return int(text.removeprefix(prefix))
    except (ValueError, binascii.Error):
        pass
    raise ChimeError("BadRequestException", "NextToken is not valid for this list")
