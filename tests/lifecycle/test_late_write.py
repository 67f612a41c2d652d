"""Late writes in situations that chance seldom finds."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import READ_SECONDS, RetryBudget
from chime_expiration_handler.user.late_write import LateWrite
from chime_expiration_handler.user.own_stack import OwnStack
from fakes.cloudformation_events import create
from lifecycle.world import PUT
from localaws.chime import ChimeIdentity
from localaws.standins.direct_client import DirectClient
from localaws.standins.stack_history import StackHistory

EVENT = create("")
LOGICAL_ID = EVENT["LogicalResourceId"]
SENT = datetime(2026, 5, 1, tzinfo=UTC)
LATER = datetime(2026, 5, 1, 0, 1, tzinfo=UTC)


@pytest.fixture
def history() -> StackHistory:
    return StackHistory(EVENT["StackId"], EVENT["ResourceType"], lambda: LATER)


def declare(history: StackHistory, status: str, user: str, days: int) -> None:
    history.record(LOGICAL_ID, status, user, create(user, days)["ResourceProperties"])


def late_write(
    chime: ChimeIdentity,
    history: StackHistory,
    user: str,
    request_type: str,
    *,
    written: int | None,
    before_call: Callable[[str], None] = lambda _: None,
) -> LateWrite:
    budget = RetryBudget(lambda: 300, lambda _: None)
    client = DirectClient(chime, "us-east-1", lambda _: None, READ_SECONDS, before_call)
    return LateWrite(
        OwnStack(EVENT, budget, lambda _: history),
        IdentityService(client, budget),
        AppInstanceUserArn.parse(user),
        request_type,
        sent=SENT,
        written=written,
        undeclared=None,
        may_be_shared=False,
        now=chime.clock.now,
    )


def test_a_delete_gives_way_to_a_later_creation_of_the_same_resource(
    chime: ChimeIdentity, history: StackHistory, user: str
) -> None:
    # GIVEN
    declare(history, "CREATE_COMPLETE", user, 60)
    write = late_write(chime, history, user, "Delete", written=None)

    # WHEN
    is_current = write.is_current()
    write.correct()

    # THEN
    assert not is_current
    assert chime.expiration_days(user) == 60


def test_the_deletion_of_a_replaced_user_does_not_undo_the_new_one(
    chime: ChimeIdentity, history: StackHistory, user: str, other_user: str
) -> None:
    # GIVEN
    declare(history, "UPDATE_COMPLETE", user, 60)
    history.record(
        LOGICAL_ID,
        "DELETE_IN_PROGRESS",
        other_user,
        create(other_user)["ResourceProperties"],
        of_replaced_resource=True,
    )

    # WHEN
    late_write(chime, history, user, "Update", written=None).correct()

    # THEN
    assert chime.expiration_days(user) == 60


def test_an_event_that_comes_during_the_correction_is_seen(
    chime: ChimeIdentity, history: StackHistory, user: str
) -> None:
    # GIVEN
    declare(history, "UPDATE_COMPLETE", user, 60)
    newer = iter([90])

    def update_before_the_put(operation: str) -> None:
        if operation == PUT:
            for days in newer:
                declare(history, "UPDATE_IN_PROGRESS", user, days)

    # WHEN
    late_write(
        chime, history, user, "Update", written=None, before_call=update_before_the_put
    ).correct()

    # THEN
    assert chime.expiration_days(user) == 90


def test_a_later_update_is_another_event(
    chime: ChimeIdentity, history: StackHistory, user: str
) -> None:
    # GIVEN
    declare(history, "UPDATE_IN_PROGRESS", user, 60)

    # WHEN
    is_current = late_write(chime, history, user, "Update", written=90).is_current()

    # THEN
    assert not is_current
