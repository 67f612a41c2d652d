"""Repositories for tests."""

from release.checkout import Checkout


def start_repository(checkout: Checkout) -> None:
    """Make the folder of ``checkout`` a repository whose branch main has all its files."""
    checkout.git("init", "--quiet", "--initial-branch=main")
    settings = {
        "user.name": "A maintainer",
        "user.email": "maintainer@example.com",
        "commit.gpgSign": "false",
        "tag.gpgSign": "false",
    }
    for name, setting in settings.items():
        checkout.git("config", name, setting)
    commit_all(checkout)


def commit_all(checkout: Checkout) -> None:
    """Commit every change, or nothing."""
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "Change something")
