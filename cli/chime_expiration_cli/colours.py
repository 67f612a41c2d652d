"""Whether the texts of click have colours. The tables have them by the same rules, from rich."""

import os


def forced() -> bool | None:
    """False with ``NO_COLOR``, True with ``FORCE_COLOR``, None if only a terminal has colours."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
