"""A plan with most kinds of results; docs/plan.md shows it."""

from pathlib import Path

from chime_expiration_cli.plan.options import PlanOptions
from chime_expiration_cli.plan.report import Report
from command_line.plan_account import (
    PlanAccount,
    declaration,
    deployed,
    policy,
    write_assembly,
)

_GUESTS = {
    "A": declaration("guest-42", 30),
    "B": declaration("guest-43", 30),
    "C": declaration("guest-44", 30),
    "D": declaration("guest-45", 30),
    "E": declaration("guest-46", {"Fn::GetAtt": ["Policy", "Days"]}),
    "F": declaration("guest-47", 90),
}


def sample_plan(folder: Path) -> Report:
    """The report; ``folder`` is where its cloud assembly is written."""
    before = {"F": declaration("guest-47", 90), "G": declaration("guest-48", 30)}
    visitors = deployed("Visitors", P=policy(90, Users=["visitor-*"]))
    account = PlanAccount(deployed("GuestPolicy", **before), visitors)
    account.user("guest-42", age=25.5)
    account.user("guest-43", age=10, days=365)
    account.user("guest-44", age=40)
    account.user("guest-47", age=10, days=90)
    account.user("guest-48", age=3, days=30)
    for number in range(3_000):
        account.user(f"visitor-{number}", age=1 + number % 37, days=None if number % 50 else 365)
        if number < 900:
            account.remembers(f"visitor-{number}", age=1 + number % 37, days=90, rule="90 days")
    assembly = write_assembly(
        folder,
        GuestPolicy=_GUESTS,
        Visitors={"P": policy(30, Users=["visitor-*"])},
    )
    return account.plan(PlanOptions(assembly, sample=600, reads_per_second=1_000))
