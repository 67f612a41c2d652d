"""The errors the service answers with: their names, statuses and the code in the body."""

from typing import Any

from localaws.chime.model import SERVICE

# Answered in front of the service by AWS itself, so its model does not know them.
_NOT_MODELLED = {
    "AccessDeniedException": 403,
    "MissingAuthenticationTokenException": 403,
    "UnrecognizedClientException": 403,
    "UnknownOperationException": 404,
}

_MODELLED = {shape.name: shape.metadata["error"] for shape in SERVICE.error_shapes}


class ChimeError(Exception):
    """An error response. ``name`` is the exception, with or without ``Exception`` at its end.

    Raises ValueError for a name that is not in botocore's service model and that is not an error
    that AWS returns before a call reaches a service.
    """

    def __init__(self, name: str, message: str) -> None:
        self.name = exception_name(name)
        self.message = message
        super().__init__(f"{self.name}: {message}")

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        if self.name in _NOT_MODELLED:
            return _NOT_MODELLED[self.name]
        return int(_MODELLED[self.name]["httpStatusCode"])

    @property
    def code(self) -> str:
        """Return the code in the body, which clients use if there is no header."""
        modelled = _MODELLED.get(self.name, {}).get("code")
        return str(modelled or self.name.removesuffix("Exception").removesuffix("Client"))

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        return {"Code": self.code, "Message": self.message}


def exception_name(name: str) -> str:
    """Return the full name of an error; raises ValueError if there is no such error."""
    known = [*_MODELLED, *_NOT_MODELLED]
    for candidate in (name, f"{name}Exception", f"{name}ClientException"):
        if candidate in known:
            return candidate
    raise ValueError(f"no such error: {name}; use one of {', '.join(sorted(known))}")
