"""The report as a page."""

from collections import Counter
from collections.abc import Iterator

from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.page.calendar import Calendar, calendar_of
from chime_expiration_cli.page.model import (
    Count,
    Label,
    Page,
    Problem,
    Section,
    StackRow,
    Tone,
    UserRow,
)
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
    policy_name,
    policy_text,
    sample_text,
    stack_state,
    summary,
    user_name,
    verdict,
)
from chime_expiration_cli.plan.user_plan import UserPlan

_TONES = {
    ExitStatus.NOTHING_REFUSED: Tone.GOOD,
    ExitStatus.REFUSED: Tone.PROBLEM,
    ExitStatus.NOT_JUDGED: Tone.WARNING,
}
_AS_BEFORE, _BY_DEPLOYMENT, _BY_POLICY = range(3)
_GROUPS = ("as before", "days of the deployment", "days of a policy")


def page(report: Report) -> Page:
    """The page."""
    text = verdict(report)
    return Page(
        title="Plan of the expirations of Amazon Chime SDK AppInstanceUsers",
        verdict=Label(f"{text[0].upper()}{text[1:]}", _TONES[report.exit_status]),
        summary=summary(report),
        facts={"planned": f"{report.planned_at:%Y-%m-%d %H:%M} UTC", "source": report.source},
        counts=tuple(_counts(report)),
        problems=tuple(_problems(report)),
        calendar=_calendar(report),
        calendar_note=_calendar_note(report),
        columns=("action", "before", "after"),
        users=tuple(_rows(report)),
        policies=tuple(
            _section(policy, stack) for stack in report.stacks for policy in stack.policies
        ),
        stacks=tuple(_stack(stack, report) for stack in report.stacks),
    )


def _counts(report: Report) -> Iterator[Count]:
    counts = {_label(action): number for action, number in report.actions.items()}
    counts[Label(Reason.DRIFT.value, Tone.WARNING)] = report.drifted
    return (Count(label, number) for label, number in counts.items() if number)


def _problems(report: Report) -> Iterator[Problem]:
    for stack in report.stacks:
        if stack.obstacle or report.would_fail(stack):
            label = _label(Action.NOT_JUDGED if stack.obstacle else Action.REFUSED)
            yield Problem(label, stack.name or "", stack.region, (stack_state(stack, report),))
        for user in stack.users:
            if user.explanation and not is_quiet(user):
                label = _label(user.action, user.reason)
                yield Problem(label, user_name(user), _place(stack), (user.explanation,))
        for policy in stack.policies:
            if policy.explanation:
                label = _label(policy.action, policy.reason)
                yield Problem(label, policy_name(policy), _place(stack), (policy.explanation,))
    obstacles = [stack.obstacle for stack in report.stacks]
    for call in report.denied_calls:
        # One cause is one problem: the stack has it already.
        if any(obstacle.startswith(str(call)) for obstacle in obstacles):
            continue
        yield Problem(_label(Action.NOT_JUDGED), call.action, call.region, (str(call),))


def _calendar(report: Report) -> Calendar:
    expirations = [
        (user.expires_at, _BY_DEPLOYMENT if gives_days(user.action) else _AS_BEFORE)
        for user in report.users
        if user.expires_at
    ]
    for policy in report.policies:
        moments = (*policy.known_expiries, *policy.read_expiries)
        expirations += [(moment, _BY_POLICY) for moment in moments]
    return calendar_of(_GROUPS, expirations, report.planned_at)


def _calendar_note(report: Report) -> str:
    unread = sum(policy.unread for policy in report.policies)
    return f"{unread:,} users of policies were not read, and are not counted here." * bool(unread)


def _rows(report: Report) -> Iterator[UserRow]:
    for stack in report.stacks:
        for user in stack.users:
            yield _row(user, stack, report)
        for policy in stack.policies:
            for nearest in policy.nearest:
                yield UserRow(
                    user=nearest.user_id,
                    place=f"{_place(stack)}, {policy_name(policy)}".removeprefix(", "),
                    label=_label(nearest.action),
                    before=in_days(nearest.days_before),
                    after=in_days(nearest.days_after),
                    expires_at=nearest.expires_at,
                    expires=expires_text(nearest.expires_at, report, gets_days=True),
                    is_soon=report.is_soon(nearest.expires_at),
                    note="",
                )


def _row(user: UserPlan, stack: StackPlan, report: Report) -> UserRow:
    gets_days = gives_days(user.action)
    return UserRow(
        user=user_name(user),
        place=_place(stack),
        label=_label(user.action, user.reason),
        before=days_before(user),
        after=days_after(user),
        expires_at=user.expires_at,
        expires=expires_text(user.expires_at, report, gets_days=gets_days),
        is_soon=gets_days and report.is_soon(user.expires_at),
        # All others are among the problems.
        note=user.explanation if is_quiet(user) else "",
    )


def _section(policy: PolicyPlan, stack: StackPlan) -> Section:
    lines = [
        ("declares", (policy_text(policy),)),
        ("why", (policy.explanation,)),
        ("users", (sample_text(policy),) if policy.counts else ()),
        *((action.name, (count_text(count),)) for action, count in policy.counts.items()),
        ("first to expire", (f"{len(policy.nearest)}, among the users above",)),
    ]
    if not policy.nearest:
        lines.pop()
    return Section(
        title=policy_name(policy),
        place=_place(stack),
        label=_label(policy.action, policy.reason),
        lines=tuple((name, texts) for name, texts in lines if any(texts)),
    )


def _stack(stack: StackPlan, report: Report) -> StackRow:
    actions = Counter(user.action for user in stack.users)
    found = [f"{actions[each]} {each.name}" for each in Action if actions[each]]
    found += [f"{policy_name(each)} {each.action.name}" for each in stack.policies]
    is_problem = bool(stack.obstacle) or report.would_fail(stack)
    return StackRow(
        name=stack.name or "without a stack",
        region=stack.region,
        label=Label(stack_state(stack, report), Tone.PROBLEM if is_problem else Tone.NEUTRAL),
        text=", ".join(found),
    )


def _place(stack: StackPlan) -> str:
    return f"{stack.name}, {stack.region}" if stack.name else stack.region


def _label(action: Action | PolicyAction, reason: Reason | None = None) -> Label:
    tone = Tone.GOOD
    if action in PROBLEMS:
        tone = Tone.PROBLEM
    elif action in WARNINGS or reason is Reason.DRIFT:
        tone = Tone.WARNING
    return Label(action_text(action, reason), tone)
