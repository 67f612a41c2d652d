"""The packages of the extra ``cli``, which projects that only synthesize do not install."""

import importlib.util

_PACKAGES = ("boto3", "click", "rich")
_PAGE_PACKAGES = ("jinja2", "pygal")


def missing_packages() -> str:
    """What to do about the packages that are not installed; empty if there are all."""
    return _missing("chime-expiration", _PACKAGES)


def missing_page_packages() -> str:
    """The same for the packages that only ``--html`` needs."""
    return _missing("--html", _PAGE_PACKAGES)


def _missing(what: str, packages: tuple[str, ...]) -> str:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"{what} needs {', '.join(missing)}: install this project with its extra 'cli', for "
        "example: pip install './path/to/checkout[cli]'"
    )
