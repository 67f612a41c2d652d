"""An account with a deployed policy: the construct's own template, and what the policy has done."""

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_cdk import App, Duration, Stack
from botocore.exceptions import ClientError

from chime_expiration import AppInstanceUserExpirationPolicy, NewUsers
from chime_expiration_cli.declaration_search import search_declarations
from chime_expiration_cli.declared_policies import DeclaredPolicy
from chime_expiration_cli.policies.reader import PolicyReader
from chime_expiration_cli.policies.reading import PolicyReading
from chime_expiration_cli.status.policy_comparison import PolicyFinding, compare_policy
from chime_expiration_handler.contract.ledger import Entry, Mode
from chime_expiration_handler.contract.policy_properties import POLICY_RESOURCE_TYPE
from chime_expiration_handler.sweep.table import PolicyTable, Progress
from localaws.standins.cloudformation_account import ACCOUNT, CloudFormationAccount, FakeStack
from localaws.standins.dynamodb_table import DynamoDBTable

CHAT = f"arn:aws:chime:us-east-1:{ACCOUNT}:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TABLE = "Table"
STATE_MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:Sweep"
DEAD_LETTERS = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/DeadLetters"
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@cache
def _template(new_users: NewUsers) -> dict[str, Any]:
    app = App()
    stack = Stack(app, "Guests")
    AppInstanceUserExpirationPolicy(
        stack,
        "Policy",
        app_instance_arn=CHAT,
        expire_after=Duration.days(30),
        new_users=new_users,
    )
    template: dict[str, Any] = app.synth().get_stack_by_name("Guests").template
    return template


def policy_stack(
    name: str = "Guests",
    status: str = "CREATE_COMPLETE",
    *,
    schedule: str = "rate(1 day)",
    new_users: NewUsers = NewUsers.AT_ONCE,
    **properties: Any,
) -> FakeStack:
    """A stack with a deployed policy, which has these properties and those that it needs."""
    stack = FakeStack(name, status=status, template=deepcopy(_template(new_users)))
    assert isinstance(stack.template, dict)
    physical_ids = {
        "AWS::DynamoDB::Table": TABLE,
        "AWS::StepFunctions::StateMachine": STATE_MACHINE,
        POLICY_RESOURCE_TYPE: CHAT,
    }
    for logical_id, resource in stack.template["Resources"].items():
        physical_id = physical_ids.get(resource["Type"], logical_id)
        if "DeadLetters" in logical_id:
            physical_id = DEAD_LETTERS
        if resource["Type"] == POLICY_RESOURCE_TYPE:
            resource["Properties"] |= properties
        if "ScheduleExpression" in resource.get("Properties", {}):
            resource["Properties"]["ScheduleExpression"] = schedule
        stack.has(logical_id, physical_id, resource["Type"])
    return stack


class PolicyAccount:
    """The clients of an account with one policy; ``clock`` is the function's.

    ``denied`` names IAM actions that are not allowed.
    """

    def __init__(self, stack: FakeStack | None = None) -> None:
        self.stack = stack or policy_stack()
        self.account = CloudFormationAccount(self.stack)
        self.cloudformation = self.account.cloudformation
        self.storage = DynamoDBTable(TABLE)
        self.clock = NOW.timestamp()
        self.table = PolicyTable(self.storage, TABLE, CHAT, now=lambda: self.clock)
        self.denied: set[str] = set()
        self.running = 0
        self.failed: list[datetime] = []
        self.dead_letters = 0
        self.scans = 0

    # What the policy does.

    def declare(self, at: float = -2 * DAY, mode: Mode = Mode.APPLY, **changed: Any) -> None:
        """Record a generation, with the properties of the template but for ``changed``."""
        self.clock = NOW.timestamp() + at
        self.table.declare(mode, {**self.properties(), **changed}, self.clock)

    def properties(self) -> dict[str, Any]:
        """The properties as CloudFormation sends them."""
        assert isinstance(self.stack.template, dict)
        [resource] = [
            each
            for each in self.stack.template["Resources"].values()
            if each["Type"] == POLICY_RESOURCE_TYPE
        ]
        resolved = {"TableName": TABLE, "StateMachineArn": STATE_MACHINE, "ServiceToken": "arn"}
        properties: dict[str, Any] = _as_text({**resource["Properties"], **resolved})
        return properties

    def begin(self, at: float) -> None:
        """Have a worker begin a sweep ``at`` seconds from now."""
        self.clock = NOW.timestamp() + at
        assert self.table.acquire("worker", "execution", self._generation(), begins=True)
        self.running = 1

    def progress(self, at: float, failure: str = "", **counts: int) -> None:
        """Have the worker renew its lease."""
        self.clock = NOW.timestamp() + at
        self.table.renew("worker", self._generation(), Progress(counts, failure))

    def finish(self, at: float, error: str = "", failure: str = "", **counts: int) -> None:
        """Have the worker end the sweep."""
        self.clock = NOW.timestamp() + at
        self.table.finish(
            "worker", self._generation(), Progress(counts, failure), error, is_whole_list=not error
        )
        self.table.release("worker")
        self.running = 0

    def sweep(self, begin: float = -DAY, end: float = -DAY + HOUR, **counts: int) -> None:
        """Have a worker do a whole sweep."""
        self.begin(begin)
        self.finish(end, "", "", **counts)

    def remember(self, entry: Entry) -> None:
        """Have the ledger remember a user."""
        self.table.write(None, entry)

    def _generation(self) -> int:
        policy = self.table.policy()
        assert policy is not None
        return policy.generation

    # The clients.

    def identity(self, region: str) -> Any:
        raise AssertionError(region)

    def dynamodb(self, region: str) -> "PolicyAccount":
        assert region == "us-east-1"
        return self

    stepfunctions = sqs = dynamodb

    def get_item(self, **request: Any) -> Any:
        self._admit("dynamodb:GetItem")
        return self.storage.get_item(**request)

    def scan(self, **request: Any) -> Any:
        self._admit("dynamodb:Scan")
        self.scans += 1
        return self.storage.scan(**request)

    def list_executions(self, *, stateMachineArn: str, statusFilter: str, maxResults: int) -> Any:
        self._admit("states:ListExecutions")
        assert stateMachineArn == STATE_MACHINE
        found = [{"name": f"sweep-{at:%d}", "stopDate": at} for at in self.failed]
        if statusFilter == "RUNNING":
            found = [{"name": "running", "stopDate": NOW}] * self.running
        return {"executions": found[:maxResults]}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> Any:
        self._admit("sqs:GetQueueAttributes")
        assert QueueUrl == DEAD_LETTERS
        [name] = AttributeNames
        return {"Attributes": {name: str(self.dead_letters)}}

    def _admit(self, action: str) -> None:
        if action in self.denied:
            code = "AccessDenied" if action.startswith("sqs") else "AccessDeniedException"
            raise ClientError({"Error": {"Code": code, "Message": "not authorized"}}, "Any")


def policies(account: CloudFormationAccount, *names: str) -> tuple[DeclaredPolicy, ...]:
    """The policies that a search of the account finds."""
    found = search_declarations(account.cloudformation, ("us-east-1",), names, lambda _: None, NOW)
    return found.policies


def read(account: PolicyAccount, policy: DeclaredPolicy, *, ledger: bool = False) -> PolicyReading:
    """What AWS reports of the policy."""
    return PolicyReader(account, ledger, lambda: NOW, NOW).read(policy)


def finding_of(account: PolicyAccount, *, ledger: bool = False) -> PolicyFinding:
    """The finding for the only policy of the account."""
    [policy] = policies(account.account)
    return compare_policy(policy, read(account, policy, ledger=ledger), NOW)


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    if isinstance(value, dict):
        return {name: _as_text(each) for name, each in value.items()}
    return str(value).lower() if isinstance(value, bool) else str(value)
