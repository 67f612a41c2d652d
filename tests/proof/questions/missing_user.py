"""The answer for a user that does not exist."""

from proof.answer import Answer
from proof.place import Place
from proof.questions.calls import SET, client, error_of


def missing_user(place: Place) -> Answer:
    """Return the errors of Put and Describe."""
    chime = client(place)
    arn = f"{place.fixtures.app_instance_arn}/user/nobody"
    put = error_of(
        lambda: chime.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=arn, ExpirationSettings=SET
        )
    )
    describe = error_of(lambda: chime.describe_app_instance_user(AppInstanceUserArn=arn))
    return Answer("missing_user", {"put": put, "describe": describe})
