"""The report for people: problems first, in colour on a terminal.

Each colour has a word beside it: logs have no colours, and not everybody can tell them apart.
"""

from datetime import datetime

from rich.console import Console
from rich.padding import Padding

from chime_expiration_cli.console import ResultTable, Styled, print_line
from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.plan.action import Action, Reason
from chime_expiration_cli.plan.policy_plan import PolicyAction, PolicyPlan
from chime_expiration_cli.plan.report import Report, StackPlan
from chime_expiration_cli.plan.texts import (
    PROBLEMS,
    WARNINGS,
    action_text,
    count_text,
    days_after,
    days_before,
    expires_text,
    gives_days,
    is_quiet,
    policy_text,
    sample_text,
    sorted_stacks,
    sorted_users,
    stack_state,
    summary,
    user_name,
)
from chime_expiration_cli.plan.user_plan import UserPlan


def print_report(report: Report, console: Console) -> None:
    """Print each stack, its policies after its users, and a summary in the last line."""
    for stack in sorted_stacks(report):
        _print_stack(stack, report, console)
    print_line(console, Styled(summary(report), "bold"))


def _print_stack(stack: StackPlan, report: Report, console: Console) -> None:
    if stack.name:
        is_problem = bool(stack.obstacle) or report.would_fail(stack)
        heading = Styled(stack.name, "bold")
        heading.append(f"  {stack.region}  ", "not bold")
        heading.append(stack_state(stack, report), "bold red" if is_problem else "not bold")
        print_line(console, heading)
    users = sorted_users(stack.users)
    shown = [user for user in users if not is_quiet(user)]
    if shown:
        console.print(Padding(_users(shown, report), (0, 0, 0, 2), expand=False))
    for user in shown:
        if user.explanation:
            print_line(
                console, Styled(f"  {user_name(user)}:", _user_style(user)), user.explanation
            )
    if len(shown) < len(users):
        print_line(console, f"  {len(users) - len(shown)} unchanged or not found")
    for policy in stack.policies:
        _print_policy(policy, report, console)
    print_line(console)


def _users(users: list[UserPlan], report: Report) -> ResultTable:
    table = ResultTable("user", "action", "before", "after", "expires (UTC)")
    for user in users:
        table.add_row(
            user_name(user),
            Styled(action_text(user.action, user.reason), _user_style(user)),
            days_before(user),
            days_after(user),
            _expires(user.expires_at, report, gets_days=gives_days(user.action)),
        )
    return table


def _print_policy(policy: PolicyPlan, report: Report, console: Console) -> None:
    heading = Styled(f"  policy {policy.logical_id}".rstrip(), "bold")
    heading.append(f"  {action_text(policy.action, policy.reason)}", _style(policy.action))
    print_line(console, heading, policy_text(policy))
    if policy.explanation:
        print_line(console, f"    {policy.explanation}")
    if policy.action not in (PolicyAction.APPLIED, PolicyAction.CLEARED):
        return
    print_line(console, f"    {sample_text(policy)}")
    counts = ResultTable("action", "users")
    for action, count in policy.counts.items():
        counts.add_row(Styled(action.name, _style(action)), count_text(count))
    if policy.counts:
        console.print(Padding(counts, (0, 0, 0, 4), expand=False))
    if policy.nearest:
        nearest = ResultTable("first to expire", "before", "after", "expires (UTC)")
        for user in policy.nearest:
            nearest.add_row(
                user.user_id,
                in_days(user.days_before),
                in_days(user.days_after),
                _expires(user.expires_at, report, gets_days=True),
            )
        console.print(Padding(nearest, (0, 0, 0, 4), expand=False))


def _expires(expires_at: datetime | None, report: Report, *, gets_days: bool) -> Styled:
    text = expires_text(expires_at, report, gets_days=gets_days)
    return Styled(text, "bold yellow" if text.startswith(("SOON", "AT ONCE")) else "")


def _user_style(user: UserPlan) -> str:
    return "yellow" if user.reason is Reason.DRIFT else _style(user.action)


def _style(action: Action | PolicyAction) -> str:
    if action in PROBLEMS:
        return "bold red"
    return "yellow" if action in WARNINGS else "green"
