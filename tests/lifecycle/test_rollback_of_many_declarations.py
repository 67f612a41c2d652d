"""490 declarations at ten Put calls a second: the calls they take, and what a rollback leaves."""

import pytest

from lifecycle.many_declarations import DECLARATIONS, NEW_DAYS, OLD_DAYS, Rates, deploy

pytestmark = pytest.mark.slow

TEN_SETS_A_SECOND = Rates(put=10)


@pytest.mark.parametrize("exists", [True, False], ids=["update", "creation"])
def test_a_quiet_deployment_asks_cloudformation_nothing(exists: bool) -> None:
    # when
    deployment = deploy(Rates(), exists=exists)

    # then
    assert deployment.settings == {NEW_DAYS: DECLARATIONS}
    assert not deployment.stack_calls


@pytest.mark.parametrize("exists", [True, False], ids=["update", "creation"])
def test_a_throttled_declaration_asks_cloudformation_at_most_once(exists: bool) -> None:
    # when
    deployment = deploy(TEN_SETS_A_SECOND, exists=exists)

    # then
    assert deployment.settings == {NEW_DAYS: DECLARATIONS}
    assert set(deployment.stack_calls) == {"describe_stack_resource"}
    assert deployment.stack_calls.total() <= DECLARATIONS


@pytest.mark.parametrize("stack_calls_per_second", [None, 5])
def test_every_user_has_its_old_days_after_the_rollback_of_a_throttled_update(
    stack_calls_per_second: float | None,
) -> None:
    # given
    rates = Rates(put=10, stack=stack_calls_per_second)

    # when
    deployment = deploy(rates, fails_after=10)

    # then
    assert not deployment.succeeded
    assert deployment.settings == {OLD_DAYS: DECLARATIONS}


def test_no_user_has_the_days_of_a_creation_that_was_rolled_back() -> None:
    # when
    deployment = deploy(TEN_SETS_A_SECOND, fails_after=10, exists=False)

    # then: the role of the function is deleted with the stack, at the worst between a late write
    # and its correction
    assert not deployment.succeeded
    assert deployment.settings[NEW_DAYS] == deployment.stranded[NEW_DAYS]
    assert deployment.settings[OLD_DAYS] > 0.85 * DECLARATIONS


def test_throttled_questions_fail_no_deployment() -> None:
    # when
    deployment = deploy(Rates(put=10, stack=5))

    # then
    assert deployment.succeeded
    assert deployment.settings == {NEW_DAYS: DECLARATIONS}
