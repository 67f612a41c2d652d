"""An account to plan a deployment in: stacks, one AppInstance, and the table of a policy."""

import io
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from chime_expiration_cli.plan.build_report import build_report
from chime_expiration_cli.plan.options import PlanOptions
from chime_expiration_cli.plan.report import Report
from localaws.standins.app_instance import AppInstance
from localaws.standins.cloudformation_account import ACCOUNT, CloudFormationAccount, FakeStack
from localaws.standins.dynamodb_table import DynamoDBTable

REGION = "us-east-1"
CHAT = f"arn:aws:chime:{REGION}:{ACCOUNT}:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = 86_400.0
TABLE = "policy-table"

DECLARATION = "Custom::ChimeAppInstanceUserExpiration"
POLICY = "Custom::ChimeAppInstanceUserExpirationPolicy"


class PlanAccount:
    """The clients of the account, whose AppInstance has its users in ``chat``."""

    def __init__(self, *stacks: FakeStack, account: str = ACCOUNT) -> None:
        self.stacks = CloudFormationAccount(*stacks)
        self.chat = AppInstance(CHAT, NOW.timestamp)
        self.table = DynamoDBTable(TABLE)
        self.cloudformation = self.stacks.cloudformation
        self._account = account

    def identity(self, region: str) -> AppInstance:
        assert region == REGION
        return self.chat

    def dynamodb(self, region: str) -> DynamoDBTable:
        assert region == REGION
        return self.table

    def account(self) -> str:
        return self._account

    def default_region(self) -> str:
        return REGION

    def user(self, user_id: str, *, age: float = 10, days: int | None = None) -> str:
        """Create a user that is ``age`` days old, and return its ARN."""
        return self.chat.create(user_id, created=NOW.timestamp() - age * DAY, days=days)

    def remembers(
        self, user_id: str, *, age: float, days: int, rule: str = "30 days", kind: str = "SET"
    ) -> None:
        """Give the table an entry of a user that the policy has set."""
        expires = int(NOW.timestamp() + (days - age) * DAY)
        self.table.put_item(
            TableName=TABLE,
            Item={
                "pk": {"S": user(user_id)},
                "kind": {"S": kind},
                **({"days": {"N": str(days)}} if kind == "SET" else {}),
                "rule": {"S": rule},
                "ttl": {"N": str(expires + int(7 * DAY))},
            },
        )

    def plan(self, options: PlanOptions) -> Report:
        """The report at NOW; each run draws the same samples of the same users."""
        draw = random.Random(42).sample
        return build_report(options, self, Console(file=io.StringIO()), lambda: NOW, draw)


def user(user_id: str) -> str:
    """The ARN of a user."""
    return f"{CHAT}/user/{user_id}"


def declaration(user_id: str, days: Any, **properties: Any) -> dict[str, Any]:
    """A declaration in a template."""
    values = {"AppInstanceUserArn": user(user_id), "ExpirationDays": days, **properties}
    return {"Type": DECLARATION, "Properties": values}


def policy(days: int = 30, **properties: Any) -> dict[str, Any]:
    """A policy in a template."""
    values = {"AppInstanceArn": CHAT, "ExpirationDays": days, "TableName": {"Ref": "Table"}}
    return {"Type": POLICY, "Properties": {**values, **properties}}


def deployed(name: str, /, **resources: dict[str, Any]) -> FakeStack:
    """A stack with these resources, deployed from literal values."""
    stack = FakeStack(name, template={"Resources": resources})
    for logical_id, definition in resources.items():
        is_policy = definition["Type"] == POLICY
        arn = definition["Properties"]["AppInstanceArn" if is_policy else "AppInstanceUserArn"]
        stack.has(logical_id, arn, type=definition["Type"])
        if is_policy:
            stack.has("Table", TABLE, type="AWS::DynamoDB::Table")
    return stack


def write_assembly(
    folder: Path, environment: str = f"aws://{ACCOUNT}/{REGION}", /, **stacks: dict[str, Any]
) -> str:
    """Write a cloud assembly whose stacks have these resources, and return its path."""
    artifacts = {}
    for name, resources in stacks.items():
        file = f"{name}.template.json"
        (folder / file).write_text(json.dumps({"Resources": resources}))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": environment,
            "properties": {"templateFile": file},
            "displayName": name,
        }
    manifest = {"version": "55.0.0", "artifacts": artifacts}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return str(folder)
