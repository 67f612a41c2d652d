"""Delete, where another declaration of the stack can stand for the same user."""

import pytest

from fakes.cloudformation_events import Event, create, delete
from fakes.function import Function
from localaws.chime import ChimeIdentity

OTHER = {"LogicalResourceId": "Other"}


def delete_of_token(user: str) -> Event:
    return delete(user, AppInstanceUserIsToken="true")


def test_a_token_whose_user_another_declaration_has_now_leaves_its_setting(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    function.run(create(user, 30) | OTHER)

    # WHEN
    response = function.run(delete_of_token(user))

    # THEN
    assert response.outcome == "nothing to clear: another declaration of the stack has the user now"
    assert chime.expiration_days(user) == 30


def test_a_literal_whose_user_a_token_of_the_stack_has_leaves_its_setting(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.stack_has_token_users = True
    function.run(create(user, 30))
    function.run(create(user, 90, AppInstanceUserIsToken="true") | OTHER)

    # WHEN
    response = function.run(delete(user))

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 90


def test_the_user_gets_the_days_of_the_declaration_that_stays(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN a literal that was deployed after the token, with fewer days
    function.stack_has_token_users = True
    function.run(create(user, 365, AppInstanceUserIsToken="true") | OTHER)
    created = function.run(create(user, 30))

    # WHEN
    response = function.run(delete(created.PhysicalResourceId, user=user))

    # THEN
    assert response.succeeded
    assert chime.expiration_days(user) == 365


def test_a_literal_in_a_stack_without_tokens_asks_nobody(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))

    # WHEN
    function.run(delete(user))

    # THEN
    assert function.stack.calls == []
    assert chime.expiration_days(user) is None


def test_a_user_whose_other_declaration_is_deleted_is_cleared(
    function: Function, chime: ChimeIdentity, user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    other = function.run(create(user, 30) | OTHER)
    function.stack.starts(delete(other.PhysicalResourceId) | OTHER, function.now())

    # WHEN
    response = function.run(delete_of_token(user))

    # THEN
    assert response.outcome == "cleared"
    assert chime.expiration_days(user) is None


def test_a_user_that_no_other_declaration_has_is_cleared(
    function: Function, chime: ChimeIdentity, user: str, other_user: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    function.run(create(other_user, 30) | OTHER)

    # WHEN
    response = function.run(delete_of_token(user))

    # THEN
    assert response.outcome == "cleared"
    assert chime.expiration_days(user) is None
    assert chime.expiration_days(other_user) == 30


@pytest.mark.parametrize("error", ["denied", "throttled"])
def test_nothing_is_cleared_when_the_resources_cannot_be_listed(
    function: Function, chime: ChimeIdentity, user: str, error: str
) -> None:
    # GIVEN
    function.run(create(user, 30))
    if error == "denied":
        function.stack.denied = {"ListStackResources"}
    else:
        function.stack.throttled = 1000

    # WHEN
    response = function.run(delete_of_token(user))

    # THEN
    if error == "denied":
        assert response.reason == (
            "access denied: cloudformation:ListStackResources on the stack, "
            f"needed for {user}; grant it, then deploy or delete again"
        )
    else:
        assert response.reason.startswith(
            f"cloudformation:ListStackResources, needed for {user}, failed with Throttling: "
        )
        assert response.reason.endswith("; deploy or delete again")
    assert chime.expiration_days(user) == 30
