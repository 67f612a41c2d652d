import pytest

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"


@pytest.fixture
def guest() -> str:
    return f"{APP_INSTANCE}/user/guest"


@pytest.fixture
def other() -> str:
    return f"{APP_INSTANCE}/user/us-east-1:cat:other"
