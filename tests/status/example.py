"""A report with something of everything; the one that docs/status.md shows."""

from datetime import UTC, datetime, timedelta

from chime_expiration.status.cloudformation import CloudFormation
from chime_expiration.status.comparison import compare
from chime_expiration.status.declarations import declarations_of
from chime_expiration.status.problems import NotLookedAt
from chime_expiration.status.report import Report, StackReport
from chime_expiration.status.stacks import StackWalk
from chime_expiration.status.users import Gone, Held, NotAllowed, Reading
from chime_expiration_handler.arn import AppInstanceUserArn
from fakes.cloudformation_account import CloudFormationAccount, FakeStack

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_ACCOUNT = "111122223333"
CHAT = f"arn:aws:chime:us-east-1:{_ACCOUNT}:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20/user/"
EUROPE = f"arn:aws:chime:eu-central-1:{_ACCOUNT}:app-instance/0b9d4a57-77e1-4d5a-9f0c/user/"


def _held(days: int | None, age_days: float) -> Held:
    return Held(NOW - timedelta(days=age_days), days)


_READINGS: dict[str, Reading] = {
    f"{CHAT}guest-42": _held(30, 12.5),
    f"{CHAT}guest-43": _held(90, 40),
    f"{CHAT}guest-44": _held(None, 3),
    f"{CHAT}guest-45": Gone(),
    f"{CHAT}load-test": _held(1, 0.75),
    f"{CHAT}us-east-1:cat:guest": _held(7, 7.1),
    f"{CHAT}unsure": _held(14, 2),
    f"{EUROPE}guest-1": NotAllowed("AccessDeniedException: not authorized"),
    f"{EUROPE}guest-2": _held(60, 10),
}


def example() -> Report:
    """The report."""
    guests = FakeStack("GuestPolicy", status="UPDATE_COMPLETE")
    guests.declares("A", f"{CHAT}guest-42", 30).declares("B", f"{CHAT}guest-43", 30)
    guests.declares("C", f"{CHAT}guest-44", 30).declares("D", f"{CHAT}guest-45", 365)
    guests.declares("E", f"{CHAT}load-test", 1).declares("F", f"{CHAT}us-east-1:cat:guest", 7)
    guests.declares("G", f"{CHAT}unsure", {"Fn::GetAtt": ["Policy", "Days"]})
    europe = FakeStack("EuropePolicy", "eu-central-1", status="UPDATE_ROLLBACK_FAILED")
    europe.declares("A", f"{EUROPE}guest-1", 30)
    europe.declares("B", f"{EUROPE}guest-2", 90, status="UPDATE_FAILED")
    found = []
    for stack in (guests, europe):
        cloudformation = CloudFormation(CloudFormationAccount(stack), stack.region)
        [deployed] = StackWalk(cloudformation, lambda _: None).all()
        found.append((deployed, declarations_of(deployed, cloudformation)))
    findings = compare(
        [each for _, declarations in found for each in declarations],
        {AppInstanceUserArn.parse(user): reading for user, reading in _READINGS.items()},
        now=NOW,
        soon=timedelta(days=7),
    )
    return Report(
        at=NOW,
        regions=("us-east-1", "eu-central-1"),
        expiring_within_days=7,
        stacks=tuple(
            StackReport(stack, tuple(each for each in findings if each.declaration.stack is stack))
            for stack, _ in found
        ),
        refusals=(
            NotLookedAt(
                "cloudformation:ListStackResources",
                "arn:aws:cloudformation:eu-central-1:111122223333:stack/Billing/0",
                "eu-central-1",
                "AccessDenied: not authorized",
            ),
        ),
    )
