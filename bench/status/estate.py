"""What the command finds: stacks with declarations, a stack with a policy, and its ledger."""

from datetime import UTC, datetime
from typing import Any

from chime_expiration_handler.contract.ledger import DAY_SECONDS, Entry, Kind, Mode
from chime_expiration_handler.contract.policy_properties import (
    POLICY_RESOURCE_TYPE,
    PolicyProperties,
)
from chime_expiration_handler.sweep.table import PolicyTable, Progress
from localaws.standins.cloudformation_account import ACCOUNT, CloudFormationAccount, FakeStack
from localaws.standins.dynamodb_table import DynamoDBTable

REGION = "us-east-1"
TABLE = "Guests"
STATE_MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:Guests"
DAYS = 30

_CHAT = f"arn:aws:chime:{REGION}:{ACCOUNT}:app-instance/chat"
LOBBY = f"arn:aws:chime:{REGION}:{ACCOUNT}:app-instance/lobby"
_STACKS = 5
# A page of a scan has at most 1 MB, of about 300 bytes for each user.
_ENTRIES_IN_A_PAGE = 3_400


def declared_user(number: int) -> str:
    """The ARN of a user that a stack declares."""
    return f"{_CHAT}/user/guest-{number}"


def account(users: int) -> CloudFormationAccount:
    """Five stacks with so many declarations, and one with a policy."""
    stacks = [FakeStack(f"Declared{number}") for number in range(_STACKS)]
    for number in range(users):
        stacks[number % _STACKS].declares(f"Guest{number}", declared_user(number), DAYS)
    return CloudFormationAccount(*stacks, _policy_stack())


def ledger(users: int) -> DynamoDBTable:
    """The table of the policy after a sweep; of a hundred users, three have no days."""
    storage = DynamoDBTable(TABLE)
    storage.page_size = _ENTRIES_IN_A_PAGE
    now = datetime.now(UTC).timestamp()
    table = PolicyTable(storage, TABLE, LOBBY)
    properties = PolicyProperties.to_template(**_PROPERTIES, state_machine_arn=STATE_MACHINE)
    table.declare(Mode.APPLY, {name: str(value) for name, value in properties.items()}, now)
    generation = 1
    assert table.acquire("worker", "execution", generation, begins=True)
    counts = {"kept": users}
    table.finish("worker", generation, Progress(counts, ""), "", is_whole_list=True)
    table.release("worker")
    for number in range(users):
        table.write(None, _entry(number, now))
    return storage


_PROPERTIES: dict[str, Any] = {
    "app_instance_arn": LOBBY,
    "days": DAYS,
    "notice_days": None,
    "users": ("*",),
    "except_users": (),
    "allow_immediate_expiration": False,
    "enabled": True,
    "calls_per_second": 8,
    "table_name": TABLE,
}


def _entry(number: int, now: float) -> Entry:
    kinds = {0: Kind.LEFT_ALONE, 1: Kind.OVERDUE, 2: Kind.FAILED}
    kind = kinds.get(number % 100, Kind.SET)
    expires_in = (number % (DAYS * 24)) * 3_600 + 60
    return Entry(
        f"{LOBBY}/user/00u1a2b3c4d5-{number:08}",
        kind,
        days=DAYS if kind is Kind.SET else None,
        touched=now - DAY_SECONDS,
        rule=f"{DAYS} days",
        ttl=int(now + expires_in + 7 * DAY_SECONDS),
    )


def _policy_stack() -> FakeStack:
    machine: Any = {"Ref": "Machine"}
    properties = PolicyProperties.to_template(**_PROPERTIES, state_machine_arn=machine)
    properties["ServiceToken"] = {"Fn::GetAtt": ["Function", "Arn"]}
    rule = {"ScheduleExpression": "rate(1 day)", "Targets": [{"Arn": machine}]}
    stack = FakeStack("Lobby")
    stack.template = {
        "Resources": {
            "Policy": {"Type": POLICY_RESOURCE_TYPE, "Properties": properties},
            "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
        }
    }
    stack.has("Policy", LOBBY, POLICY_RESOURCE_TYPE)
    return stack.has("Machine", STATE_MACHINE, "AWS::StepFunctions::StateMachine")
