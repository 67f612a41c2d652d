"""The main job, through the real CDK CLI and the app of this repository."""

from pathlib import Path

import pytest

from demo.demo import Demo
from demo.picture import APP_INSTANCE_ID, draw, without_dates
from localaws import Stage
from localaws.cdk_cli import CdkCli, CdkError

pytestmark = pytest.mark.deploys


def test_the_service_holds_what_is_declared_after_every_step_of_the_demo(demo: Demo):
    # WHEN
    held_throughout = demo.tell()

    # THEN all is cleared, and all three users are still there
    assert held_throughout
    users = [user for user in demo.stage.chime.users() if APP_INSTANCE_ID in user.arn]
    assert [user.expiration for user in users] == [None] * 3

    # THEN the picture in the documentation shows what was printed now
    picture = Path(__file__).parents[2] / "docs" / "demo.svg"
    assert without_dates(draw()) == without_dates(picture.read_text(encoding="utf-8"))

    # THEN the log tells of every event, and nothing that grants access
    stack = "stack/AppInstanceUserExpirations/"
    log = "\n".join(line for line in demo.stage.function_log() if stack in line)
    assert log.count('"event": "Create"') == 3
    assert log.count('"event": "Update"') == 1
    assert log.count('"event": "Delete"') == 3
    assert "cfn-response" not in log
    assert "ResponseURL" not in log


def test_a_refused_declaration_deploys_nothing(bootstrapped_stage: Stage):
    # GIVEN
    bootstrapped_stage.chime.calls.clear()
    user = f"{bootstrapped_stage.chime.create_app_instance()}/user/guest"

    # WHEN
    with pytest.raises(CdkError) as refusal:
        CdkCli(bootstrapped_stage).run(
            "deploy", "--require-approval", "never", "-c", f"expirations={user}=0 days"
        )

    # THEN
    assert "expire_after is 0 days (0 days): use Duration.days(n) with 1-5475" in str(refusal.value)
    assert "Traceback" not in str(refusal.value)
    assert len(bootstrapped_stage.chime.calls) == 0
