"""How all commands write days."""


def in_days(days: int | None) -> str:
    """The days with their unit, or ``none``."""
    if days is None:
        return "none"
    return "1 day" if days == 1 else f"{days} days"
