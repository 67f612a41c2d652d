"""The packages of the extra ``cli``, which projects that only synthesize do not install."""

import importlib.util

_PACKAGES = ("boto3", "click", "rich")


def missing_packages() -> str:
    """What to do about the packages that are not installed; empty if there are all."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"chime-expiration needs {', '.join(missing)}: install this project with its extra "
        "'cli', for example: pip install './path/to/checkout[cli]'"
    )
