"""What ``repair`` would do and has done, for people."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.padding import Padding

from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.console import ResultTable, Styled, print_line
from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.repair.outcome import GRANT_THEN_REPAIR, Outcome, Result
from chime_expiration_cli.repair.proposal import (
    Kind,
    Left,
    Proposal,
    Repair,
    SweepRepair,
    UserRepair,
)
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.summary import nothing_declared
from chime_expiration_cli.status.texts import UNKNOWN, user_name
from chime_expiration_cli.status.texts import app_instance as app_instance_of
from chime_expiration_handler.contract.days import expires_at

_NOUNS = {Kind.SET: "user", Kind.CLEAR: "user", Kind.SWEEP: "sweep"}
_VERBS = {Kind.SET: "set", Kind.CLEAR: "clear", Kind.SWEEP: "start"}
_STYLES = {
    Outcome.TO_DO: "bold",
    Outcome.REPAIRED: "green",
    Outcome.ALREADY_DONE: "green",
    Outcome.SWEEP_RUNNING: "yellow",
    Outcome.NOT_CHECKED: "yellow",
    Outcome.DELETED: "yellow",
}
_ALARMING = "bold red"


def question(proposal: Proposal) -> str:
    """What the person is asked."""
    kinds = Counter(each.kind for each in proposal.repairs)
    parts = [f"{_VERBS[kind]} {_amount(kinds[kind], _NOUNS[kind])}" for kind in Kind if kinds[kind]]
    return f"{_joined(parts).capitalize()}?"


def print_proposal(proposal: Proposal, console: Console) -> None:
    """Print for each stack what would be repaired and what is left, and a summary."""
    _print_stacks(proposal, proposal.not_confirmed, proposal.left, console)
    for call in proposal.report.denied_calls:
        print_line(console, Styled("not checked:", "yellow"), f"{call}; {GRANT_THEN_REPAIR}")
    print_line(console, Styled(summary(proposal, proposal.not_confirmed), "bold"))


def print_results(proposal: Proposal, results: Sequence[Result], console: Console) -> None:
    """Print what came of each repair, and a summary."""
    _print_stacks(proposal, results, (), console)
    print_line(console, Styled(summary(proposal, results), "bold"))


def summary(proposal: Proposal, results: Sequence[Result]) -> str:
    """The repairs and what is left, by outcome."""
    outcomes = Counter(each.outcome for each in results)
    outcomes.update(each.result.outcome for each in proposal.left)
    parts = [f"{outcomes[each]} {each.value}" for each in Outcome if outcomes[each]]
    where = " and ".join(proposal.report.regions)
    if not parts:
        if not proposal.report.is_complete:
            return f"nothing to repair found in {where}, but not everything could be checked"
        if not any((*proposal.report.findings, *proposal.report.policies)):
            return f"nothing to repair: {nothing_declared(proposal.report)}"
        return f"nothing to repair in {where}"
    return f"{', '.join(parts)} in {where}"


def subject(item: Repair | Left) -> str:
    """The user or the policy."""
    if isinstance(item, UserRepair):
        return item.user.user_id
    finding = item.finding
    if isinstance(finding, PolicyFinding):
        return finding.policy.logical_id
    return user_name(finding)


def app_instance(item: Repair | Left) -> str:
    """The ARN of its AppInstance; ``?`` if it is not known."""
    finding = item.finding
    if isinstance(finding, Finding):
        return app_instance_of(finding)
    return str(finding.policy.app_instance or UNKNOWN)


def _print_stacks(
    proposal: Proposal, results: Sequence[Result], left: Sequence[Left], console: Console
) -> None:
    rows = [
        *((each, result) for each, result in zip(proposal.repairs, results, strict=True)),
        *((each, each.result) for each in left),
    ]
    for stack in (each.stack for each in proposal.report.stacks):
        of_stack = [(item, result) for item, result in rows if item.stack.id == stack.id]
        if of_stack:
            print_line(console, _heading(stack))
            _print_rows(of_stack, proposal.report.checked_at, console)
            print_line(console)


def _print_rows(
    rows: Sequence[tuple[Repair | Left, Result]], now: datetime, console: Console
) -> None:
    # In one place if it is the same for all of them: it is long.
    app_instances = {app_instance(item) for item, _ in rows}
    for arn in sorted(app_instances):
        print_line(console, f"  {arn}")
        table = ResultTable("", "", "", show_header=False)
        for item, result in rows:
            if app_instance(item) == arn:
                word = result.outcome.value
                if result.outcome is Outcome.TO_DO and not isinstance(item, Left):
                    word = item.kind.value
                style = _STYLES.get(result.outcome, _ALARMING)
                table.add_row(
                    Styled(word.upper(), style), subject(item), _detail(item, result, now)
                )
        console.print(Padding(table, (0, 0, 0, 4), expand=False))


def _detail(item: Repair | Left, result: Result, now: datetime) -> str:
    return result.detail if result.detail or isinstance(item, Left) else _change(item, now)


def _change(item: UserRepair | SweepRepair, now: datetime) -> str:
    if isinstance(item, SweepRepair):
        return "; ".join(item.reasons)
    change = f"{in_days(item.before.days)} -> {in_days(item.days)}"
    if item.days is None:
        return f"{change}, never expires"
    expiry = expires_at(item.before.created, item.days)
    verb = "expires" if expiry > now else "expired"
    return f"{change}, {verb} {expiry:%Y-%m-%d %H:%M} UTC"


def _heading(stack: DeployedStack) -> Styled:
    heading = Styled(stack.name, "bold")
    heading.append(f"  {stack.region}  ", "not bold")
    heading.append(stack.status, "not bold" if stack.is_stable else _ALARMING)
    return heading


def _amount(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _joined(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
