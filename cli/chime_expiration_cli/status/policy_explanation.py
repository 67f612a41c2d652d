"""Explains a finding for a policy to a person, with the action to take."""

from datetime import datetime, timedelta

from chime_expiration_cli.policies.reading import Missing
from chime_expiration_cli.policies.sweep import WORKER_STARTS_WITHIN, SweepState
from chime_expiration_cli.status.drift_status import (
    DriftStatus,
    NotCheckedReason,
    PolicyDifference,
)
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_handler.contract.ledger import Mode, Outcome
from chime_expiration_handler.contract.policy_properties import (
    APP_INSTANCE_ARN,
    CALLS_PER_SECOND,
    ENABLED,
    EXCEPT_USERS,
    STATE_MACHINE_ARN,
    TABLE_NAME,
    USERS,
    PolicyProperties,
)

_WORKER_MINUTES = int(WORKER_STARTS_WITHIN / timedelta(minutes=1))


def explain_policy(finding: PolicyFinding) -> list[str]:
    """A sentence for each thing that is not as declared or not known; empty if all is well."""
    sentences = [
        _not_checked(finding),
        *(_difference(each, finding) for each in finding.differences),
        _sweep(finding),
    ]
    stack = finding.policy.stack
    if not stack.is_stable:
        status = finding.policy.resource_status or "not created"
        sentences.append(f"the stack is {stack.status}, the resource is {status}")
    return [sentence for sentence in sentences if sentence]


def describe_properties(properties: PolicyProperties) -> str:
    """What a policy declares, in a few words."""
    selection = properties.selection
    parts = [str(properties.rule), f"users {', '.join(selection.users.patterns)}"]
    if selection.except_users.patterns:
        parts.append(f"except {', '.join(selection.except_users.patterns)}")
    parts.append(f"{properties.calls_per_second:g} calls a second")
    if not properties.enabled:
        parts.append("disabled")
    return "; ".join(parts)


def _not_checked(finding: PolicyFinding) -> str:
    policy, reading = finding.policy, finding.reading
    match finding.result:
        case NotCheckedReason.NOT_CREATED:
            return "CloudFormation has not created the resource, so the policy has set no user"
        case NotCheckedReason.BEING_REMOVED:
            return "the policy is being removed, or its removal failed"
        case NotCheckedReason.UNRESOLVED:
            return f"unresolved: {'; '.join(policy.unresolved)}"
        case NotCheckedReason.IN_PROGRESS:
            return "a deployment is in progress: check again after it"
        case NotCheckedReason.ACCESS_DENIED | NotCheckedReason.READ_FAILED:
            return reading.not_known["policy"].reason
        case DriftStatus.DELETED:
            reason = reading.item.reason if isinstance(reading.item, Missing) else ""
            return (
                f"{reason}: it was deleted outside CloudFormation, so nobody knows which users the "
                "policy has set; restore the table from its backup"
            )
        case DriftStatus.ORPHANED:
            when = f" on {policy.updated_at:%Y-%m-%d}" if policy.updated_at else ""
            return (
                "no longer declared, but users can keep what the policy has set: CloudFormation "
                f"failed to delete the resource{when} and does not try again"
            )
    return ""


def _difference(difference: PolicyDifference, finding: PolicyFinding) -> str:
    item, sweep = finding.item, finding.sweep
    assert item is not None
    assert sweep is not None
    match difference:
        case PolicyDifference.PROPERTIES_DIFFER:
            return f"properties differ: {_property_differences(finding)}; deploy the policy again"
        case PolicyDifference.SWEEP_FAILED:
            return (
                f"sweep failed: {item.error}; correct the cause, then chime-expiration repair or "
                "the schedule starts the next one"
            )
        case PolicyDifference.SWEEP_STOPPED:
            return (
                "sweep stopped: it has not ended, and no execution of the state machine continues "
                "it; chime-expiration repair or the schedule starts the next one"
            )
        case PolicyDifference.SWEEP_OVERDUE:
            return (
                f"sweep overdue: the schedule is {finding.policy.schedule}, but none has ended "
                f"since {_at(sweep.finished_at)}; check that the rule is enabled"
            )
        case PolicyDifference.USERS_FAILED:
            detail = f", one of them with: {item.last_failure}" if item.last_failure else ""
            number = item.counts[Outcome.FAILED]
            return (
                f"users failed: {number}{detail}; each sweep tries them again, the log names them"
            )
        case PolicyDifference.USERS_NOT_CLEARED:
            owned = finding.ledger.owned if finding.ledger else 0
            return (
                f"users not cleared: {owned} can still have what the policy has set; "
                "chime-expiration repair --ledger starts the next sweep"
            )
        case PolicyDifference.DEAD_LETTERS:
            return (
                "dead letters: creation events that failed again and again, about "
                f"{finding.reading.dead_letters}; the next sweep sets their users; find the cause "
                "in the log, then purge the queue"
            )


def _sweep(finding: PolicyFinding) -> str:
    sweep = finding.sweep
    if sweep is None:
        return ""
    match sweep.state:
        case SweepState.NOT_BEGUN:
            return "the sweep of the deployment has not begun"
        case SweepState.STALLED:
            return (
                f"the sweep has not renewed its lease since {_at(sweep.updated_at)}: the state "
                f"machine starts another worker within {_WORKER_MINUTES} minutes"
            )
    return ""


def _property_differences(finding: PolicyFinding) -> str:
    expected, actual, item = finding.policy.expected, finding.actual, finding.item
    assert expected is not None
    if actual is None:
        return "those in the table cannot be read"
    both = zip(_named(expected), _named(actual), strict=True)
    texts = [
        f"{name}: expected {mine}, actual {theirs}"
        for (name, mine), (_, theirs) in both
        if mine != theirs
    ]
    if not texts and item and item.mode is Mode.CLEAR:
        return "the policy is enabled, but clears its users"
    return "; ".join(texts) or "the policy is disabled, but applies"


def _named(properties: PolicyProperties) -> list[tuple[str, str]]:
    selection = properties.selection
    return [
        (APP_INSTANCE_ARN, str(properties.app_instance)),
        ("days", str(properties.rule)),
        (USERS, ", ".join(selection.users.patterns)),
        (EXCEPT_USERS, ", ".join(selection.except_users.patterns) or "none"),
        (ENABLED, str(properties.enabled).lower()),
        (CALLS_PER_SECOND, f"{properties.calls_per_second:g}"),
        (TABLE_NAME, properties.table_name),
        (STATE_MACHINE_ARN, properties.state_machine_arn),
    ]


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "an unknown time"
