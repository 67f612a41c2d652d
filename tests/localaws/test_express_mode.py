"""Express mode, with the handlers of MiniStack replaced by ones that remember."""

from typing import Any

import pytest

from localaws.express_mode import know_express_mode, refusing_replacements

STACK_ID = "arn:aws:cloudformation:us-east-1:111122223333:stack/app/1"


class CloudFormation:
    """One stack, and the parameters that reach MiniStack."""

    def __init__(self, status: str = "UPDATE_COMPLETE") -> None:
        self.stack: dict[str, Any] = {"StackId": STACK_ID, "StackStatus": status}
        self.received: list[dict[str, Any]] = []
        self.handlers: dict[str, Any] = dict.fromkeys(
            ("CreateChangeSet", "ExecuteChangeSet", "CreateStack", "UpdateStack"), self._receive
        )
        self.handlers["DescribeStacks"] = self._describe
        know_express_mode(
            self.handlers,
            stack_of=lambda _: self.stack,
            value=lambda parameters, name: parameters.get(name, [""])[0],
        )

    def call(self, action: str, **parameters: str) -> Any:
        names = {"Mode": "DeploymentConfig.Mode", "RollBack": "DeploymentConfig.DisableRollback"}
        return self.handlers[action](
            {names.get(key, key): [each] for key, each in parameters.items()}
        )

    def deploy(self, **parameters: str) -> None:
        """Deploy as the CDK CLI does, which names the change set by its ARN."""
        self.call("CreateChangeSet", ChangeSetName="cdk", **parameters)
        self.call("ExecuteChangeSet", ChangeSetName="arn:aws:cloudformation:r:1:changeSet/cdk/2")

    @property
    def rolls_back(self) -> bool:
        return "DisableRollback" not in self.received[-1]

    @property
    def reported(self) -> str:
        return str(self.call("DescribeStacks", StackName="app")[2].decode())

    def _receive(self, parameters: dict[str, Any]) -> None:
        self.received.append(parameters)

    def _describe(self, _: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, f"<StackId>{STACK_ID}</StackId>".encode()

    def update(self, before: str, after: str, request_type: str = "Update") -> str:
        """Have a custom resource respond with the physical id ``after``."""
        call = refusing_replacements(lambda *_, **__: (after, {}), lambda _: self.stack)
        return call(request_type, "Logical", {}, "app", STACK_ID, physical_id=before)[0]


def test_express_mode_does_not_roll_back_and_is_reported() -> None:
    # GIVEN
    cloudformation = CloudFormation()

    # WHEN
    cloudformation.deploy(Mode="EXPRESS")

    # THEN
    assert not cloudformation.rolls_back
    assert "<DeploymentConfig><Mode>EXPRESS</Mode></DeploymentConfig>" in cloudformation.reported

    # WHEN it is deployed in the usual mode, THEN nothing of it is left
    cloudformation.deploy(Mode="STANDARD")
    assert cloudformation.rolls_back
    assert "EXPRESS" not in cloudformation.reported


def test_express_mode_rolls_back_on_request() -> None:
    # GIVEN
    cloudformation = CloudFormation()

    # WHEN
    cloudformation.deploy(Mode="EXPRESS", RollBack="false")

    # THEN
    assert cloudformation.rolls_back
    assert cloudformation.update("old", "new") == "new"


def test_a_replacement_is_refused_in_express_mode_only() -> None:
    # GIVEN
    cloudformation = CloudFormation()

    # WHEN
    cloudformation.deploy(Mode="EXPRESS")

    # THEN
    with pytest.raises(RuntimeError, match="Replacement type updates not supported"):
        cloudformation.update("old", "new")
    assert cloudformation.update("old", "old") == "old"
    assert cloudformation.update("", "new", "Create") == "new"

    # WHEN, THEN
    cloudformation.deploy()
    assert cloudformation.update("old", "new") == "new"


def test_a_failed_stack_can_be_updated_without_rollback() -> None:
    # GIVEN
    cloudformation = CloudFormation("UPDATE_FAILED")

    # WHEN a deployment rolls back, THEN MiniStack sees that the stack has failed
    cloudformation.call("UpdateStack", StackName="app")
    assert cloudformation.stack["StackStatus"] == "UPDATE_FAILED"

    # WHEN it does not, THEN MiniStack updates it
    cloudformation.call("UpdateStack", StackName="app", Mode="EXPRESS")
    assert cloudformation.stack["StackStatus"] == "UPDATE_COMPLETE"
    assert not cloudformation.rolls_back
