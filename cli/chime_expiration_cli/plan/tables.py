"""The report for people: problems first, in colour on a terminal.

Each colour has a word beside it: logs have no colours, and not everybody can tell them apart.
"""

from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chime_expiration_cli.plan.action import Action, Reason
from chime_expiration_cli.plan.policy_plan import PolicyAction, PolicyPlan
from chime_expiration_cli.plan.report import Report, StackPlan
from chime_expiration_cli.plan.texts import (
    PROBLEMS,
    WARNINGS,
    action_text,
    count_text,
    expires_text,
    gives_days,
    in_days,
    is_quiet,
    policy_text,
    sample_text,
    sorted_users,
    stack_state,
    summary,
    user_name,
)
from chime_expiration_cli.plan.user_plan import UserPlan


def print_report(report: Report, console: Console) -> None:
    """Print each stack, its policies after its users, and a summary in the last line."""
    for stack in sorted(report.stacks, key=lambda each: not report.would_fail(each)):
        _print_stack(stack, report, console)
    _print(console, Text(summary(report), "bold"))


def _print_stack(stack: StackPlan, report: Report, console: Console) -> None:
    if stack.name:
        is_problem = bool(stack.obstacle) or report.would_fail(stack)
        heading = Text(stack.name, "bold")
        heading.append(f"  {stack.region}  ", "not bold")
        heading.append(stack_state(stack, report), "bold red" if is_problem else "not bold")
        _print(console, heading)
    users = sorted_users(stack.users)
    shown = [user for user in users if not is_quiet(user)]
    if shown:
        console.print(Padding(_users(shown, report), (0, 0, 0, 2), expand=False))
    for user in shown:
        if user.explanation:
            _print(console, Text(f"  {user_name(user)}:", _user_style(user)), user.explanation)
    if len(shown) < len(users):
        _print(console, f"  {len(users) - len(shown)} unchanged or not found")
    for policy in stack.policies:
        _print_policy(policy, report, console)
    _print(console)


def _users(users: list[UserPlan], report: Report) -> Table:
    table = _table("user", "action", "before", "after", "expires (UTC)")
    for user in users:
        table.add_row(
            user_name(user),
            Text(action_text(user.action, user.reason), _user_style(user)),
            in_days(user.days_before) if user.is_read else "?",
            in_days(user.days_after) if user.is_read else "?",
            _expires(user.expires_at, report, gets_days=gives_days(user.action)),
        )
    return table


def _print_policy(policy: PolicyPlan, report: Report, console: Console) -> None:
    heading = Text(f"  policy {policy.logical_id}".rstrip(), "bold")
    heading.append(f"  {action_text(policy.action, policy.reason)}", _style(policy.action))
    _print(console, heading, policy_text(policy))
    if policy.explanation:
        _print(console, f"    {policy.explanation}")
    if policy.action not in (PolicyAction.APPLIED, PolicyAction.CLEARED):
        return
    _print(console, f"    {sample_text(policy)}")
    counts = _table("action", "users")
    for action, count in policy.counts.items():
        counts.add_row(Text(action.name, _style(action)), count_text(count))
    if policy.counts:
        console.print(Padding(counts, (0, 0, 0, 4), expand=False))
    if policy.nearest:
        nearest = _table("first to expire", "before", "after", "expires (UTC)")
        for user in policy.nearest:
            nearest.add_row(
                user.user_id,
                in_days(user.days_before),
                in_days(user.days_after),
                _expires(user.expires_at, report, gets_days=True),
            )
        console.print(Padding(nearest, (0, 0, 0, 4), expand=False))


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _expires(expires_at: datetime | None, report: Report, *, gets_days: bool) -> Text:
    text = expires_text(expires_at, report, gets_days=gets_days)
    return Text(text, "bold yellow" if text.startswith(("SOON", "AT ONCE")) else "")


def _user_style(user: UserPlan) -> str:
    return "yellow" if user.reason is Reason.DRIFT else _style(user.action)


def _style(action: Action | PolicyAction) -> str:
    if action in PROBLEMS:
        return "bold red"
    return "yellow" if action in WARNINGS else "green"


def _print(console: Console, *parts: object) -> None:
    # No line breaks at the width of the terminal: the lines are copied and searched.
    console.print(*parts, soft_wrap=True)
