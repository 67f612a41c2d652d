"""The words that tables, Markdown and the page share."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.plan.action import GIVES_DAYS, Action, Reason
from chime_expiration_cli.plan.estimate import CONFIDENCE, Estimate
from chime_expiration_cli.plan.policy_plan import PolicyAction, PolicyPlan
from chime_expiration_cli.plan.report import SOON_DAYS, Report, StackPlan
from chime_expiration_cli.plan.user_plan import UserPlan

UNKNOWN = "?"
_ORDER = list(Action)
PROBLEMS = (Action.REFUSED, Action.CONFLICTING, PolicyAction.REFUSED)
WARNINGS = (
    Action.NOT_JUDGED,
    Action.OVERDUE,
    Action.LEFT_ALONE,
    Action.CLEARED,
    PolicyAction.NOT_JUDGED,
    PolicyAction.CLEARED,
)
_VERDICTS = {
    ExitStatus.NOTHING_REFUSED: "nothing would be refused",
    ExitStatus.REFUSED: "something would be refused",
    ExitStatus.NOT_JUDGED: "not everything could be judged",
}

_QUIET = (Action.UNCHANGED, Action.NOT_FOUND)


def sorted_users(users: Iterable[UserPlan]) -> list[UserPlan]:
    """Problems first, then those that expire first."""
    return sorted(users, key=lambda user: (_ORDER.index(user.action), _expiry_key(user)))


def days_before(user: UserPlan) -> str:
    """The days that the user has."""
    return in_days(user.days_before) if user.is_read else UNKNOWN


def days_after(user: UserPlan) -> str:
    """The days that the user has after the deployment."""
    return in_days(user.days_after) if user.is_read else UNKNOWN


def sorted_stacks(report: Report) -> list[StackPlan]:
    """Those whose deployment fails first."""
    return sorted(report.stacks, key=lambda each: not report.would_fail(each))


def is_quiet(user: UserPlan) -> bool:
    """Whether the deployment does nothing to the user, and nothing is to be said of it."""
    return user.action in _QUIET and user.reason is None


def user_name(user: UserPlan) -> str:
    """The id of the user, or the logical id of its declaration."""
    return user.user.user_id if user.user else user.logical_id


def action_text(action: Action | PolicyAction, reason: Reason | None) -> str:
    """The action, with its reason."""
    return action.name + (f" ({reason.value})" if reason else "")


def expires_text(expires_at: datetime | None, report: Report, *, gets_days: bool) -> str:
    """When a user expires, and how soon that is."""
    if expires_at is None:
        return ""
    moment = f"{expires_at:%Y-%m-%d %H:%M}"
    span = expires_at - report.planned_at
    if span <= timedelta():
        return f"{'AT ONCE, ' if gets_days else ''}expired {moment}"
    number, unit = (span.days, "day") if span.days else (span.seconds // 3600, "hour")
    soon = "SOON " if gets_days and report.is_soon(expires_at) else ""
    return f"{soon}{moment}, in {number} {unit}{'' if number == 1 else 's'}"


def stack_state(stack: StackPlan, report: Report) -> str:
    """What the deployment does with the stack."""
    if stack.obstacle:
        return f"NOT_JUDGED: {stack.obstacle}"
    if report.would_fail(stack):
        return "the deployment fails and is rolled back"
    return stack.change.value


def policy_text(policy: PolicyPlan) -> str:
    """What the policy is for."""
    if policy.properties is None:
        return f"users of {policy.app_instance}" if policy.app_instance else ""
    selection = policy.properties.selection
    patterns = ", ".join(selection.users.patterns)
    exceptions = ", ".join(selection.except_users.patterns)
    return (
        f"{policy.properties.rule} for {patterns}{f', except {exceptions}' if exceptions else ''} "
        f"of {policy.app_instance}"
    )


def sample_text(policy: PolicyPlan) -> str:
    """How the numbers of the policy were found."""
    if policy.action is PolicyAction.APPLIED and not policy.users:
        return "no user of the AppInstance is selected: check the patterns"
    users = _users(policy.users)
    if policy.action is PolicyAction.CLEARED:
        return f"{users}, from the ledger"
    parts = [f"{policy.known:,} known from the ledger"] if policy.known else []
    if policy.unread:
        others = policy.read + policy.unread
        parts.append(
            f"{policy.read:,} of {others:,} others read, drawn at random without replacement; "
            f"each range holds with {CONFIDENCE:.0%} confidence"
        )
    elif policy.read:
        parts.append(f"{policy.read:,} read")
    return f"{users}: {', '.join(parts)}" if parts else users


def count_text(estimate: Estimate) -> str:
    """A count, with its range if it is an estimate."""
    if estimate.is_exact:
        return f"{estimate.count:,}"
    return f"about {estimate.count:,} ({estimate.low:,}-{estimate.high:,})"


def verdict(report: Report) -> str:
    """The meaning of the exit status."""
    if report.refuses:
        return _VERDICTS[ExitStatus.REFUSED]
    parts = []
    if report.fail_within_days is not None and report.deletes_too_soon:
        parts.append(f"somebody would be deleted within {in_days(report.fail_within_days)}")
    if report.sets_too_many:
        parts.append(_too_many(report))
    return ", and ".join(parts) or _VERDICTS[report.exit_status]


def summary(report: Report) -> str:
    """The report in one line."""
    actions = report.actions
    total = actions.total()
    parts = []
    if total:
        counts = ", ".join(f"{actions[each]} {each.name}" for each in Action if actions[each])
        if report.drifted:
            # UNCHANGED is the last action.
            counts += f" ({report.drifted} with drift)"
        parts.append(f"{total} declared {'user' if total == 1 else 'users'}: {counts}")
    parts += [
        _policy_summary(policy, stack) for stack in report.stacks for policy in stack.policies
    ]
    if any(stack.obstacle for stack in report.stacks):
        number = sum(bool(stack.obstacle) for stack in report.stacks)
        parts.append(f"{number} {'stack' if number == 1 else 'stacks'} NOT_JUDGED")
    if not parts:
        return "no declaration and no policy found"
    for days in sorted({SOON_DAYS, report.fail_within_days or SOON_DAYS}):
        deleted = _deletions(report, days)
        if deleted:
            who = " and ".join(deleted)
            parts.append(f"deleted within {in_days(days)} because of the deployment: {who}")
    if report.sets_too_many:
        parts.append(f"{_too_many(report)}: {_what_to_do(report)}")
    return "; ".join(parts)


def gives_days(action: Action) -> bool:
    """Whether the deployment gives the user other days."""
    return action in GIVES_DAYS


def _too_many(report: Report) -> str:
    assert report.fail_on_users_set is not None
    limit, least, most = report.fail_on_users_set, report.least_users_set, report.most_users_set
    more_than = f"set, more than {limit:,}"
    if least <= limit:
        return f"{_users(most)} may be {more_than}"
    is_exact = report.is_judged and least == most
    return f"{'' if is_exact else 'at least '}{_users(least)} would be {more_than}"


def _what_to_do(report: Report) -> str:
    assert report.fail_on_users_set is not None
    # Whether it is too many is known when everybody was read.
    is_open = report.least_users_set <= report.fail_on_users_set
    read = "read everybody with --sample all, " if is_open else ""
    return f"select fewer users with users=, {read}or raise --fail-on-users-set"


def _users(number: int) -> str:
    return f"{number:,} {'user' if number == 1 else 'users'}"


def _deletions(report: Report, days: int) -> list[str]:
    # One by one: the sum of two ranges is not a range that holds with the same confidence.
    declared = report.deletions(days)
    parts = [f"{declared} declared"] if declared else []
    for stack in report.stacks:
        for policy in stack.policies:
            count = report.deletions_by(policy, days)
            if count.high:
                parts.append(f"{count_text(count)} of {_policy_title(policy, stack)}")
    return parts


def _policy_summary(policy: PolicyPlan, stack: StackPlan) -> str:
    name = _policy_title(policy, stack)
    if policy.action in (PolicyAction.APPLIED, PolicyAction.CLEARED) and policy.counts:
        counts = [f"{count_text(n)} {each.name}" for each, n in policy.counts.items()]
        return f"{name}: {', '.join(counts)}"
    return f"{name}: {action_text(policy.action, policy.reason)}"


def _policy_title(policy: PolicyPlan, stack: StackPlan) -> str:
    """The name of a policy that no other one has: several stacks can have the same logical id."""
    name = policy_name(policy)
    if not stack.name:
        return name
    if policy.app_instance:
        name += f" for {policy.app_instance.app_instance_id}"
    return f"{name} in {stack.name} ({stack.region})"


def policy_name(policy: PolicyPlan) -> str:
    """What a policy is called in its stack."""
    return f"policy {policy.logical_id}" if policy.logical_id else "the policy"


def _expiry_key(user: UserPlan) -> tuple[bool, float, str]:
    moment = user.expires_at
    return moment is None, moment.timestamp() if moment else 0.0, user_name(user)
