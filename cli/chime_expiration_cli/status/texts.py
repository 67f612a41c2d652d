"""The words that the tables and the page share."""

from datetime import timedelta

from chime_expiration_cli.days_text import in_days
from chime_expiration_cli.declarations import Declaration, DeploymentState
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.report import Report, StackReport

UNKNOWN = "?"


def user_name(finding: Finding) -> str:
    """The id of the user, or the logical id of its declaration."""
    user = finding.declaration.user
    return user.user_id if user else finding.declaration.logical_id


def app_instance(finding: Finding) -> str:
    """The ARN of the AppInstance."""
    user = finding.declaration.user
    return user.app_instance_arn if user else UNKNOWN


def logical_id_if_needed(finding: PolicyFinding, report: Report) -> str:
    """The logical id of a policy, if its stack has another one for the same AppInstance."""
    policy = finding.policy
    same = [
        each
        for each in report.policies
        if (each.policy.stack.id, each.policy.app_instance)
        == (policy.stack.id, policy.app_instance)
    ]
    return f" ({policy.logical_id})" if len(same) > 1 else ""


def drift_status(finding: Finding | PolicyFinding) -> str:
    """The drift status, with its reason."""
    reason = finding.not_checked_reason
    return finding.drift_status.name + (f" ({reason.value})" if reason else "")


def expected_days(declaration: Declaration) -> str:
    """The days that are declared."""
    if declaration.deployment is DeploymentState.CLEANUP_FAILED:
        return in_days(None)
    return UNKNOWN if declaration.expected_days is None else in_days(declaration.expected_days)


def actual_days(finding: Finding) -> str:
    """The days that the service has."""
    return in_days(finding.state.days) if finding.state else UNKNOWN


def expires(finding: Finding, report: Report) -> str:
    """When the user expires, and how soon that is."""
    if finding.expires_at is None:
        return "never" if finding.state else UNKNOWN
    distance = _from_now(finding.expires_at - report.checked_at)
    moment = f"{finding.expires_at:%Y-%m-%d %H:%M}, {distance}"
    if report.has_expired(finding):
        return f"EXPIRED {moment}, not deleted yet"
    return f"SOON {moment}" if report.expires_soon(finding) else moment


def deadline(finding: Finding, report: Report) -> str:
    """The same as a sentence, if the user has expired or expires soon; otherwise empty."""
    is_near = report.has_expired(finding) or report.expires_soon(finding)
    return expires(finding, report).replace(",", " UTC,", 1) if is_near else ""


def without_findings(stack_report: StackReport) -> str:
    """What is said of a stack in which no declaration was found."""
    stack = stack_report.stack
    reason = "" if stack.is_stable else f", but the stack is {stack.status}"
    return f"no declaration found{reason}"


def _from_now(span: timedelta) -> str:
    length = abs(span)
    number, unit = length.days, "day"
    if not number:
        number, unit = length.seconds // 3600, "hour"
    amount = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {amount}" if span > timedelta() else f"{amount} ago"
