"""docs/guests.md: the sign-in code creates guests that expire, as a policy would find them."""

from typing import Any

import boto3
import pytest
from botocore.session import get_session

from docs.policy_in_memory import PolicyInMemory
from localaws.certificates import Certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.clients import Clients
from support.checkout import ROOT
from support.markdown import blocks


def test_the_sign_in_code_creates_a_guest_that_expires(
    chime: ChimeIdentity,
    chime_server: ChimeServer,
    certificates: Certificates,
    app_instance: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN
    clients = Clients(
        endpoint=chime_server.url,
        endpoints={},
        authority=certificates.authority,
        access_key="AKIACALLER",
        secret_key="secret",
        region="us-east-1",
    )
    monkeypatch.setattr(
        boto3, "client", lambda service, region_name: clients.make(service, region_name)
    )
    [example] = blocks("docs/guests.md", "python")
    namespace: dict[str, Any] = {"CHAT": app_instance}
    exec(example, namespace)

    # WHEN
    arn = namespace["create_guest"]("42", "Ada")

    # THEN
    namespace["chime"].close()
    assert arn == f"{app_instance}/user/guest-42"
    assert chime.expiration_days(arn) == 30


def test_a_policy_leaves_a_guest_with_settings_alone_until_they_are_cleared() -> None:
    # GIVEN
    policy = PolicyInMemory()
    guest = policy.user("guest-42", age=1, days=30)

    # WHEN / THEN
    assert policy.declare(ExpirationDays="60") == {"left_alone": 1}
    policy.chime.users[guest].days = None
    for _ in range(7):
        policy.sweep()
    assert policy.days_of(guest) == 60


def test_what_a_deleted_guest_leaves_is_what_the_model_of_the_service_says() -> None:
    # GIVEN
    page = " ".join((ROOT / "docs/guests.md").read_text("utf-8").split())
    identity, messaging = (
        get_session().get_service_model(f"chime-sdk-{name}") for name in ("identity", "messaging")
    )

    # WHEN
    days = identity.shape_for("RetentionDays").metadata
    criteria = messaging.shape_for("ExpirationCriterion").enum
    of_user = identity.operation_model("DeleteAppInstanceUser").documentation
    of_ban = messaging.operation_model("CreateChannelBan").documentation

    # THEN
    assert f"{days['min']}-{days['max']} days (PutAppInstanceRetentionSettings)" in page
    assert set(criteria) == {"CREATED_TIMESTAMP", "LAST_MESSAGE_TIMESTAMP"}
    assert "Bans are cleaned up when you delete users" in of_ban
    # As soon as AWS says more, the page has to.
    assert of_user == "<p>Deletes an <code>AppInstanceUser</code>.</p>"
