"""Finds the operation of a request line, by ``http.requestUri`` of the model."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from localaws.chime.model import OPERATIONS, operation_model


@dataclass(frozen=True)
class Route:
    """The operation of a request, and the decoded labels of its path."""

    operation: str
    labels: dict[str, str]


def _path_pattern(request_uri: str) -> re.Pattern[str]:
    path = request_uri.partition("?")[0]
    pieces = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(
            f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece)
            for index, piece in enumerate(pieces)
        )
    )


_ROUTES = [
    (operation_model(name).http["method"], _path_pattern(operation_model(name).http["requestUri"]))
    for name in OPERATIONS
]


def find_route(method: str, raw_path: str) -> Route | None:
    """Return the route of a path that is still URL-encoded, or None.

    The slashes of an ARN are ``%2F`` in the raw path, so they differ from those of the route.
    """
    for operation, (verb, pattern) in zip(OPERATIONS, _ROUTES, strict=True):
        match = pattern.fullmatch(raw_path)
        if verb == method and match:
            labels = {name: unquote(value) for name, value in match.groupdict().items()}
            return Route(operation, labels)
    return None


def query_parameters(query: str) -> dict[str, str]:
    """Return the query string's parameters; the last of several with one name counts."""
    return dict(parse_qsl(query, keep_blank_values=True))
