"""The report as Markdown: for a comment of a pull request, or the summary of a job."""

from collections.abc import Iterable, Iterator

from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.plan.policy_plan import PolicyPlan
from chime_expiration_cli.plan.report import Report, StackPlan
from chime_expiration_cli.plan.texts import (
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
    verdict,
)
from chime_expiration_cli.visible import visible

# A comment of a pull request has at most 65,536 characters.
_ROWS_PER_STACK = 100


def markdown(report: Report) -> str:
    """The document."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"## User expirations: {verdict(report)}"
    yield ""
    yield _escaped(summary(report))
    for stack in sorted_stacks(report):
        yield from _stack(stack, report)


def _stack(stack: StackPlan, report: Report) -> Iterator[str]:
    if stack.name:
        yield ""
        yield f"### {_escaped(stack.name)} ({stack.region})"
        yield ""
        state = stack_state(stack, report)
        yield _sentence(f"the stack {state}" if state.startswith("is ") else state)
    users = sorted_users(stack.users)
    shown = [user for user in users if not is_quiet(user)]
    if shown:
        yield ""
        yield from _table(
            ("user", "action", "before", "after", "expires (UTC)", "why"),
            (
                (
                    _code(user_name(user)),
                    _escaped(action_text(user.action, user.reason)),
                    days_before(user),
                    days_after(user),
                    expires_text(user.expires_at, report, gets_days=gives_days(user.action)),
                    _escaped(user.explanation),
                )
                for user in shown[:_ROWS_PER_STACK]
            ),
        )
    more, unchanged = len(shown) - _ROWS_PER_STACK, len(users) - len(shown)
    if more > 0:
        yield ""
        yield f"{more} more: see `chime-expiration plan`."
    if unchanged:
        yield ""
        yield f"{unchanged} unchanged or not found."
    for policy in stack.policies:
        yield from _policy(policy, report)


def _policy(policy: PolicyPlan, report: Report) -> Iterator[str]:
    name = f"policy {_code(policy.logical_id)}" if policy.logical_id else "policy"
    text = policy_text(policy)
    yield ""
    yield (
        f"**{name}: {action_text(policy.action, policy.reason)}**"
        f"{f', {_escaped(text)}' if text else ''}"
    )
    if policy.explanation:
        yield ""
        yield _sentence(policy.explanation)
    if not policy.counts:
        return
    yield ""
    yield f"{sample_text(policy)}."
    yield ""
    counts = ((_escaped(action.name), count_text(count)) for action, count in policy.counts.items())
    yield from _table(("action", "users"), counts)
    if policy.nearest:
        yield ""
        yield from _table(
            ("first to expire", "before", "after", "expires (UTC)"),
            (
                (
                    _code(user.user_id),
                    in_days(user.days_before),
                    in_days(user.days_after),
                    expires_text(user.expires_at, report, gets_days=True),
                )
                for user in policy.nearest
            ),
        )


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _ in columns)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{_escaped(text[1:])}."


def _code(text: str) -> str:
    return f"`{visible(text).replace('`', '')}`"


def _escaped(text: str) -> str:
    """``text`` without line breaks, and without what Markdown or HTML would interpret."""
    line = visible(" ".join(text.split()))
    for character in ("\\", "|", "*", "_", "<", "@"):
        line = line.replace(character, _CODES[character])
    return line


_CODES = {"\\": "\\\\", "|": "\\|", "*": "\\*", "_": "\\_", "<": "&lt;", "@": "@\u200b"}
