"""The notes of a release."""

from release.checkout import Checkout
from release.versions import cdk_cli, oldest, pinned, pythons


def release_notes(checkout: Checkout) -> str:
    """The changes of the version, and the versions that it was tested with, as Markdown."""
    return f"""\
{checkout.changelog.changes(checkout.version)}

### Tested with

- {_listed(pinned(checkout))}, and the CDK CLI {cdk_cli(checkout)}: all tests.
- {_listed(oldest(checkout))}, the oldest that are allowed: synthesis.
- Python {", ".join(pythons(checkout))}.
"""


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
