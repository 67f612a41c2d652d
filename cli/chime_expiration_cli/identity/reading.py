"""What a read of one user can result in."""

from dataclasses import dataclass

from chime_expiration_handler.service.user_state import UserState


@dataclass(frozen=True, slots=True)
class NotFound:
    """The user does not exist."""


@dataclass(frozen=True, slots=True)
class AccessDenied:
    """AWS denied the call; ``detail`` is what it reported."""

    detail: str


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """No attempt returned a usable response; ``detail`` is the failure of the last one."""

    detail: str


Reading = UserState | NotFound | AccessDenied | ReadFailed
