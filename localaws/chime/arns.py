"""The ARNs of app instances and their users."""


def region_of(arn: str) -> str:
    """Return the region in an ARN, empty if the text is not an ARN."""
    parts = arn.split(":", 5)
    return parts[3] if len(parts) == 6 else ""


def app_instance_arn(region: str, account: str, app_instance_id: str) -> str:
    """Return an app instance's ARN."""
    return f"arn:aws:chime:{region}:{account}:app-instance/{app_instance_id}"


def user_arn(app_instance: str, user_id: str) -> str:
    """Return the ARN of a user of this app instance; a user id may contain colons and dots."""
    return f"{app_instance}/user/{user_id}"


def app_instance_of(user: str) -> str:
    """Return the app instance's ARN in a user's ARN."""
    return user.partition("/user/")[0]
