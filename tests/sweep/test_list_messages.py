"""What the stack's events say where the users of an AppInstance cannot be listed."""

from typing import Literal

import pytest

from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.service.app_instance import AppInstanceService, ListError
from chime_expiration_handler.service.messages import LONGEST_REASON
from chime_expiration_handler.service.rate_limiter import RateLimiter
from chime_expiration_handler.service.retry_budget import RetryBudget
from localaws.chime import ChimeIdentity, Fault
from localaws.standins.in_memory_client import in_memory_client

UNKNOWN = AppInstanceArn.parse(
    "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"
)


def message_for(chime: ChimeIdentity) -> str:
    """The message after a list without retries."""
    client = in_memory_client(chime, lambda _: None, {"mode": "standard", "total_max_attempts": 1})
    service = AppInstanceService(
        client, UNKNOWN, lambda: RetryBudget(lambda: 0.0), RateLimiter(1000)
    )
    with pytest.raises(ListError) as error:
        service.admins()
    return str(error.value)


@pytest.mark.parametrize("answer", ["Forbidden", "NotFound"])
def test_an_app_instance_that_does_not_exist_has_its_arn_corrected(
    chime: ChimeIdentity, answer: Literal["Forbidden", "NotFound"]
) -> None:
    # GIVEN both answers of the service
    chime.unknown_user_answers = answer

    # WHEN
    message = message_for(chime)

    # THEN
    assert str(UNKNOWN) in message
    assert "; correct app_instance_arn" in message
    assert "deploy again" not in message
    assert len(message) <= LONGEST_REASON


def test_a_forbidden_list_quotes_the_service(chime: ChimeIdentity) -> None:
    # GIVEN
    chime.unknown_user_answers = "Forbidden"

    # WHEN
    message = message_for(chime)

    # THEN
    assert message == (
        f"ListAppInstanceAdmins for {UNKNOWN} failed: ForbiddenException: An invalid app instance "
        "ARN was supplied for the input parameter; correct app_instance_arn, or the permissions"
    )


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        ("AccessDeniedException", "check policy, boundary, SCP of the function's role"),
        ("BadRequestException", "correct the declaration"),
        ("ServiceUnavailableException", "deploy again"),
    ],
)
def test_a_list_that_failed_names_the_fix(chime: ChimeIdentity, error: str, fix: str) -> None:
    # GIVEN
    chime.faults.add(Fault("ListAppInstanceAdmins", error))

    # WHEN / THEN
    assert message_for(chime).endswith(f"; {fix}")
