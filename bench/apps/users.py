"""The users that every app declares."""

APP_INSTANCE = (
    "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c9b1e-2f1d-4a1f-9d5e-0c4f1a2b3c4d"
)


def user_ids(count: int) -> list[str]:
    return [f"guest-{number:03}" for number in range(1, count + 1)]
