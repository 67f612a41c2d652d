from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack

from chime_expiration import AppInstanceUserExpiration, _provider

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest-42"

StackWith = Callable[..., Stack]


@pytest.fixture
def stack_with(tmp_path: Path) -> StackWith:
    """Makes a stack like somebody's: the same one each time, but for what is given."""
    made = iter(range(100))

    def make(user: str = GUEST, days: int = 30, **stack_props: Any) -> Stack:
        # What the CLI adds to a template is there to be masked as well.
        context = {"aws:cdk:enable-asset-metadata": True, "aws:cdk:enable-path-metadata": True}
        app = App(outdir=str(tmp_path / str(next(made))), context=context)
        stack = Stack(app, "GuestPolicy", **stack_props)
        AppInstanceUserExpiration(
            stack, "Guest", app_instance_user_arn=user, expire_after=Duration.days(days)
        )
        return stack

    return make


Release = Callable[[str, str], None]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Release:
    """Changes a file of the function's code, as the next release of what it belongs to would."""
    copy = _provider.copy_handler_to
    changes: dict[str, str] = {}

    def copy_changed(folder: Path) -> None:
        copy(folder)
        for name, text in changes.items():
            with (folder / name).open("a") as file:
                file.write(text)

    monkeypatch.setattr(_provider, "copy_handler_to", copy_changed)
    return changes.__setitem__
