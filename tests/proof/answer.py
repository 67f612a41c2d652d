"""What the service answered to one question."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """``value`` is JSON. It is None if nothing was learned, and ``reason`` then says why."""

    question: str
    value: Any = None
    reason: str | None = None

    @property
    def is_known(self) -> bool:
        """Return whether the service answered."""
        return self.reason is None
