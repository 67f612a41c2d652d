from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack

from chime_expiration import AppInstanceUserExpiration
from chime_expiration._provider.handler_asset import copy_handler_to

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"
GUEST = f"{APP_INSTANCE}/user/guest-42"


@pytest.fixture
def stack_with(tmp_path: Path) -> Callable[..., Stack]:
    """Makes a stack with one declaration; equal arguments give equal stacks."""
    numbers = count()

    def make(user: str = GUEST, days: int = 30, **stack_props: Any) -> Stack:
        # The CLI asks for this metadata, which contains paths and hashes of assets.
        context = {"aws:cdk:enable-asset-metadata": True, "aws:cdk:enable-path-metadata": True}
        app = App(outdir=str(tmp_path / str(next(numbers))), context=context)
        stack = Stack(app, "GuestPolicy", **stack_props)
        AppInstanceUserExpiration(
            stack, "Guest", app_instance_user_arn=user, expire_after=Duration.days(days)
        )
        return stack

    return make


@pytest.fixture
def change_function_code(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Appends text to a file of the function's code, as a later release of that code could."""
    changes: dict[str, str] = {}

    def copy_changed(folder: Path) -> None:
        copy_handler_to(folder)
        for name, text in changes.items():
            with (folder / name).open("a") as file:
                file.write(text)

    monkeypatch.setattr("chime_expiration._provider.stack_function.copy_handler_to", copy_changed)
    return changes.__setitem__
