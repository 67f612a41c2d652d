"""The demo: the app of this repository, deployed by the real CDK CLI."""

from pathlib import Path

import pytest

from localaws import LocalAws
from localaws.cdk_cli import CdkCli, CdkError
from localaws.demo.picture import APP_INSTANCE_ID, draw, without_dates
from localaws.demo.walkthrough import Walkthrough

pytestmark = pytest.mark.deploys


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
    picture = Path(__file__).parents[2] / "docs" / "demo.svg"
    assert without_dates(draw()) == without_dates(picture.read_text(encoding="utf-8"))

    # THEN the log has every event, and nothing that grants access
    stack = "stack/AppInstanceUserExpirations/"
    log = "\n".join(line for line in walkthrough.local_aws.function_log() if stack in line)
    assert log.count('"event": "Create"') == 3
    assert log.count('"event": "Update"') == 1
    assert log.count('"event": "Delete"') == 3
    assert "cfn-response" not in log
    assert "ResponseURL" not in log


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
