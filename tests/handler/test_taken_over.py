"""Delete, where the user of a declaration can become another declaration's in one update."""

import boto3
import pytest
from botocore.stub import Stubber

from fakes.cloudformation_events import create, delete


@pytest.fixture
def stack(monkeypatch):
    """What CloudFormation says that the stack has."""
    client = boto3.client(
        "cloudformation", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    real = boto3.client
    monkeypatch.setattr(
        boto3,
        "client",
        lambda service, *a, **k: client if service == "cloudformation" else real(service, *a, **k),
    )
    with Stubber(client) as stubber:
        yield stubber


def resource(user: str, logical_id: str = "Other", status: str = "UPDATE_COMPLETE", **more: str):
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": user,
        "ResourceType": "Custom::ChimeAppInstanceUserExpiration",
        "ResourceStatus": status,
        "LastUpdatedTimestamp": "2026-11-23T00:00:00Z",
    } | more


def has(stack: Stubber, *resources: dict) -> None:
    stack.add_response(
        "list_stack_resources",
        {"StackResourceSummaries": list(resources)},
        {"StackName": delete("")["StackId"]},
    )


def cleaning_up(user: str) -> dict:
    return delete(user, AppInstanceUserMayChange="true")


def test_a_user_that_another_declaration_has_by_now_is_left_alone(function, chime, user, stack):
    # GIVEN
    function.run(create(user, 30))
    has(stack, resource(user))

    # WHEN
    told = function.run(cleaning_up(user))

    # THEN
    assert told.succeeded
    assert told.outcome == "nothing to clear: another declaration of the stack has the user now"
    assert chime.expiration_days(user) == 30


@pytest.mark.parametrize(
    "change",
    [
        {"logical_id": "Expireguest425FAA4ED2"},
        {"status": "DELETE_COMPLETE"},
        {"status": "DELETE_IN_PROGRESS"},
        {"ResourceType": "Custom::Other"},
        {"PhysicalResourceId": "nothing-was-set"},
    ],
    ids=["itself", "deleted", "being deleted", "of another type", "of another id"],
)
def test_nobody_else_has_the_user(function, chime, user, stack, change):
    # GIVEN
    function.run(create(user, 30))
    has(stack, resource(user, **change))

    # WHEN
    told = function.run(cleaning_up(user))

    # THEN
    assert told.outcome == "cleared"
    assert chime.expiration_days(user) is None


def test_nothing_is_cleared_while_cloudformation_does_not_say(function, chime, user, stack):
    # GIVEN
    function.run(create(user, 30))
    stack.add_client_error("list_stack_resources", "AccessDenied", "not authorized")

    # WHEN
    told = function.run(cleaning_up(user))

    # THEN
    assert told.reason.startswith(f"{user} is not cleared")
    assert told.reason.endswith("; allow it, delete again")
    assert chime.expiration_days(user) == 30
