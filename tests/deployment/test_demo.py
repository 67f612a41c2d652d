"""The demo: the app of this repository, deployed by the real CDK CLI."""

from pathlib import Path

import pytest

from localaws import LocalAws
from localaws.cdk_cli import CdkCli, CdkError
from localaws.demo.picture import (
    APP_INSTANCE_ID,
    POLICY_APP_INSTANCE_ID,
    draw,
    without_dates,
)
from localaws.demo.policy_steps import PARTNERS
from localaws.demo.policy_walkthrough import PolicyWalkthrough
from localaws.demo.walkthrough import Walkthrough

pytestmark = pytest.mark.deploys

DOCS = Path(__file__).parents[2] / "docs"


def test_the_service_has_what_is_declared_after_every_step_of_the_demo(
    walkthrough: Walkthrough,
) -> None:
    # WHEN
    succeeded = walkthrough.run()

    # THEN all settings are cleared, and all three users still exist
    assert succeeded
    users = [user for user in walkthrough.local_aws.chime.users() if APP_INSTANCE_ID in user.arn]
    assert [user.expiration for user in users] == [None] * 3

    # THEN the picture in the documentation shows the same output
    picture = (DOCS / "demo.svg").read_text(encoding="utf-8")
    assert without_dates(draw()) == without_dates(picture)

    # THEN the log has every event, and nothing that grants access
    stack = "stack/AppInstanceUserExpirations/"
    log = "\n".join(line for line in walkthrough.local_aws.function_log() if stack in line)
    assert log.count('"event": "Create"') == 3
    assert log.count('"event": "Update"') == 1
    assert log.count('"event": "Delete"') == 3
    assert "cfn-response" not in log
    assert "ResponseURL" not in log


def test_every_user_has_what_the_policy_promises_after_every_step_of_the_demo(
    bootstrapped_aws: LocalAws, cdk: CdkCli
) -> None:
    # GIVEN a picture of nothing else
    draw()

    # WHEN
    succeeded = PolicyWalkthrough(bootstrapped_aws, cdk, POLICY_APP_INSTANCE_ID).run()

    # THEN only what somebody else has set is left
    assert succeeded
    users = [user for user in bootstrapped_aws.chime.users() if POLICY_APP_INSTANCE_ID in user.arn]
    assert len(users) == 201
    assert {user.arn.rpartition("/")[2] for user in users if user.expiration} == set(
        PARTNERS.user_ids
    )

    # THEN the picture in the documentation shows the same output
    assert draw() == (DOCS / "demo-policy.svg").read_text(encoding="utf-8")


def test_a_refused_declaration_deploys_nothing(bootstrapped_aws: LocalAws) -> None:
    # GIVEN
    bootstrapped_aws.chime.calls.clear()
    user = f"{bootstrapped_aws.chime.create_app_instance()}/user/guest"

    # WHEN
    with pytest.raises(CdkError) as error:
        CdkCli(bootstrapped_aws).run(
            "deploy", "--require-approval", "never", "-c", f"expirations={user}=0 days"
        )

    # THEN
    assert "expire_after is 0 days (0 days): use Duration.days(n) with 1-5475" in str(error.value)
    assert "Traceback" not in str(error.value)
    assert len(bootstrapped_aws.chime.calls) == 0
