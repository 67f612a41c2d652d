"""A report with at least one of each kind of result; docs/status.md shows it."""

from datetime import UTC, datetime, timedelta

from chime_expiration_cli.declaration_search import search_declarations
from chime_expiration_cli.errors import DeniedCall
from chime_expiration_cli.identity.reading import AccessDenied, NotFound, Reading
from chime_expiration_cli.status.comparison import compare
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.service.user_state import UserState
from localaws.standins.cloudformation_account import UPDATED, CloudFormationAccount, FakeStack

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
REGIONS = ("us-east-1", "eu-central-1")
_ACCOUNT = "111122223333"
CHAT = f"arn:aws:chime:us-east-1:{_ACCOUNT}:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20/user/"
EUROPE = f"arn:aws:chime:eu-central-1:{_ACCOUNT}:app-instance/0b9d4a57-77e1-4d5a-9f0c/user/"


def _found(days: int | None, age_days: float) -> UserState:
    return UserState(NOW - timedelta(days=age_days), days)


_READINGS: dict[str, Reading] = {
    f"{CHAT}guest-42": _found(30, 12.5),
    f"{CHAT}guest-43": _found(90, 40),
    f"{CHAT}guest-44": _found(None, 3),
    f"{CHAT}guest-45": NotFound(),
    f"{CHAT}load-test": _found(1, 0.75),
    f"{CHAT}us-east-1:cat:guest": _found(7, 7.1),
    f"{CHAT}guest-46": _found(14, 2),
    f"{CHAT}guest-47": _found(30, 26),
    f"{EUROPE}guest-1": AccessDenied("AccessDeniedException: not authorized"),
    f"{EUROPE}guest-2": _found(60, 10),
}


def sample_report() -> Report:
    """The report."""
    guests = FakeStack("GuestPolicy", status="UPDATE_COMPLETE")
    guests.declares("A", f"{CHAT}guest-42", 30).declares("B", f"{CHAT}guest-43", 30)
    guests.declares("C", f"{CHAT}guest-44", 30).declares("D", f"{CHAT}guest-45", 365)
    guests.declares("E", f"{CHAT}load-test", 1).declares("F", f"{CHAT}us-east-1:cat:guest", 7)
    guests.declares("G", f"{CHAT}guest-46", {"Fn::GetAtt": ["Policy", "Days"]})
    europe = FakeStack("EuropePolicy", "eu-central-1", status="UPDATE_ROLLBACK_FAILED")
    europe.declares("A", f"{EUROPE}guest-1", 30)
    europe.declares("B", f"{EUROPE}guest-2", 90, status="UPDATE_FAILED")
    guests.reported("DELETE_FAILED", f"{CHAT}guest-47", UPDATED, logical_id="H")
    found = search_declarations(
        CloudFormationAccount(guests, europe).cloudformation, REGIONS, (), lambda _: None, NOW
    )
    findings = compare(
        found.declarations,
        {AppInstanceUserArn.parse(user): reading for user, reading in _READINGS.items()},
    )
    return Report(
        checked_at=NOW,
        regions=REGIONS,
        expiring_within_days=7,
        fail_on_deleted=False,
        stacks=tuple(
            StackReport(stack, tuple(each for each in findings if each.declaration.stack is stack))
            for stack, _ in found.stacks
        ),
        denied_calls=(
            DeniedCall(
                "cloudformation:ListStackResources",
                "arn:aws:cloudformation:eu-central-1:111122223333:stack/Billing/0",
                "eu-central-1",
                "AccessDenied: not authorized",
            ),
        ),
    )
