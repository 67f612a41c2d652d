"""Pages of a list, and the tokens of the next ones."""

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from localaws.chime.errors import ChimeError

PAGE_SIZE = 50

Order = Literal["creation", "arn", "other"]


class Listed(Protocol):
    """Something in a list. ``serial`` is its place in the order of creation."""

    serial: int


class Named(Listed, Protocol):
    """Something that has an ARN."""

    arn: str


Item = TypeVar("Item", bound=Listed)
NamedItem = TypeVar("NamedItem", bound=Named)


class Pages:
    """Cuts lists into pages. A token is valid for the list that it was made for.

    A page starts after an item and not at an index, so that no item is missing if others are
    deleted between two pages.
    """

    def __init__(self) -> None:
        self._generation = 0

    def expire_tokens(self) -> None:
        """Make all tokens of the past invalid."""
        self._generation += 1

    def cut(
        self,
        items: Sequence[Item],
        list_name: str,
        parameters: Mapping[str, Any],
        place: Callable[[Item], int | str] = lambda item: item.serial,
    ) -> tuple[Sequence[Item], dict[str, str]]:
        """Return the page of a request, and the NextToken if there are more. Raises ChimeError.

        The items are in the order of ``place``, which a token has for the last item of its page.
        """
        prefix = f"{self._generation}:{list_name}:"
        token = parameters.get("NextToken")
        start = bisect_right(items, _place_in(token, prefix), key=place) if token else 0
        end = start + parameters.get("MaxResults", PAGE_SIZE)
        page = items[start:end]
        return page, {"NextToken": _token(prefix, place(page[-1]))} if end < len(items) else {}


def ordered(
    items: Sequence[NamedItem], order: Order
) -> tuple[Sequence[NamedItem], Callable[[NamedItem], int | str]]:
    """Return items, which are in the order of creation, in another one, and the place of each."""
    if order == "creation":
        return items, lambda item: item.serial

    def place(item: NamedItem) -> str:
        return item.arn if order == "arn" else hashlib.sha256(item.arn.encode()).hexdigest()

    return sorted(items, key=place), place


def _token(prefix: str, place: int | str) -> str:
    return base64.urlsafe_b64encode(f"{prefix}{json.dumps(place)}".encode()).decode()


def _place_in(token: str, prefix: str) -> Any:
    try:
        text = base64.urlsafe_b64decode(token).decode()
        if text.startswith(prefix):
            return json.loads(text.removeprefix(prefix))
    except (ValueError, binascii.Error):
        pass
    raise ChimeError("BadRequestException", "NextToken is not valid for this list")
