"""What makes the exit status another one than 0, by kind, with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.declared_policies import Denied, NotKnown
from chime_expiration_cli.errors import GRANT, DeniedCall
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus, NotCheckedReason
from chime_expiration_cli.status.explanation import explain
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_cli.status.policy_tables import describe_sweep
from chime_expiration_cli.status.report import Report
from chime_expiration_cli.status.texts import (
    UNKNOWN,
    app_instance,
    deadline,
    drift_status,
    logical_id_if_needed,
    user_name,
)

# What the sentences of each problem do not say already.
_ACTIONS: dict[DriftStatus | NotCheckedReason, str] = {
    DriftStatus.MODIFIED: "run chime-expiration repair to set the declared days",
    # Without the option, repair leaves those whose days are not in the events of the stack.
    DriftStatus.ORPHANED: "if nobody else has set these days, run chime-expiration repair "
    "--clear-orphans",
    NotCheckedReason.NOT_CREATED: "complete the deployment of the stack",
    NotCheckedReason.BEING_REMOVED: "wait for the deployment; if it has failed, deploy again",
    NotCheckedReason.UNRESOLVED: "use values in the template that CloudFormation reports",
    NotCheckedReason.ACCESS_DENIED: f"{GRANT}, then check again",
    NotCheckedReason.READ_FAILED: "check again",
}
_POLICY_ACTIONS: dict[DriftStatus | NotCheckedReason, str] = {
    **_ACTIONS,
    DriftStatus.MODIFIED: "",
    DriftStatus.ORPHANED: "run chime-expiration repair, which clears the rest, or says what to "
    "deploy",
    NotCheckedReason.SWEEP_RUNNING: "check again when the sweep has ended",
}
_ALLOW = _ACTIONS[NotCheckedReason.ACCESS_DENIED]
_NOT_KNOWN = "values of policies not known"
_NOT_KNOWN_DENIED = f"{_NOT_KNOWN} (access denied)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. Those with the same ``kind`` have the same ``action``.

    The action can be empty, and there can be no sentence.
    """

    kind: str
    is_drift: bool
    action: str
    subject: str
    sentences: tuple[str, ...]


def problems_of(report: Report) -> list[Problem]:
    """All problems: drift first, policies before users. Empty if the exit status is 0."""
    problems = [
        *(
            _policy(each, report)
            for each in report.policies
            if each.result is not DriftStatus.IN_SYNC and not report.denied_by(each)
        ),
        *_users(report),
        *_values(report),
        *(_unstable(each.stack) for each in report.stacks if not each.stack.is_stable),
        *_denied(report),
    ]
    kinds = list(dict.fromkeys(each.kind for each in problems))
    return sorted(problems, key=lambda each: (not each.is_drift, kinds.index(each.kind)))


def values_not_known(finding: PolicyFinding, report: Report) -> dict[str, NotKnown]:
    """What is not known of a policy besides its drift status, by name."""
    return {
        name.replace("_", " "): value
        for name, value in finding.reading.not_known.items()
        # This one has made the policy NOT_CHECKED.
        if name != "policy"
        # A denied call to CloudFormation is a problem of its own.
        and not (isinstance(value, Denied) and value.call in report.denied_calls)
    }


def consequences(call: DeniedCall, report: Report) -> tuple[str, ...]:
    """What could not be checked because of a denied call to CloudFormation, if that is known."""
    users = sum(report.denied_by(each) == call for each in report.findings)
    policies = sum(report.denied_by(each) == call for each in report.policies)
    parts = [f"{users} {'user' if users == 1 else 'users'}"] if users else []
    parts += [f"{policies} {'policy' if policies == 1 else 'policies'}"] if policies else []
    return (f"{' and '.join(parts)} could not be checked",) if parts else ()


def action_for(finding: Finding | PolicyFinding) -> str:
    """What to do, if the sentences do not say it already; otherwise empty."""
    actions = _POLICY_ACTIONS if isinstance(finding, PolicyFinding) else _ACTIONS
    return actions.get(finding.result, "")


def _policy(finding: PolicyFinding, report: Report) -> Problem:
    sentences = explain_policy(finding)
    if finding.result is NotCheckedReason.SWEEP_RUNNING and finding.item and finding.sweep:
        sentences.append(f"sweep {describe_sweep(finding.item, finding.sweep, report.checked_at)}")
    return Problem(
        f"policies {drift_status(finding)}",
        finding.is_drift,
        action_for(finding),
        _policy_name(finding, report),
        tuple(sentences),
    )


def _users(report: Report) -> Iterator[Problem]:
    for stack in report.stacks:
        has_one_app_instance = len({app_instance(finding) for finding in stack.findings}) == 1
        for finding in stack.findings:
            is_drift = report.is_drift(finding)
            if not is_drift and finding.drift_status is not DriftStatus.NOT_CHECKED:
                continue
            if report.denied_by(finding):
                continue
            name = user_name(finding)
            if not has_one_app_instance:
                name = f"{app_instance(finding).rpartition('/')[2]}/user/{name}"
            sentences = (explain(finding, report.checked_at), deadline(finding, report))
            yield Problem(
                f"users {drift_status(finding)}",
                is_drift,
                action_for(finding),
                f"{name} in {_place(stack.stack)}",
                tuple(filter(None, sentences)),
            )


def _values(report: Report) -> Iterator[Problem]:
    """What is not known of policies besides their drift status."""
    for finding in report.policies:
        sentences: dict[bool, list[str]] = {False: [], True: []}
        for name, value in values_not_known(finding, report).items():
            sentences[isinstance(value, Denied)].append(f"{name}: {value.reason}")
        for is_denied, of_kind in sentences.items():
            if of_kind:
                kind, action = (_NOT_KNOWN_DENIED, _ALLOW) if is_denied else (_NOT_KNOWN, "")
                yield Problem(kind, False, action, _policy_name(finding, report), tuple(of_kind))


def _denied(report: Report) -> Iterator[Problem]:
    """One problem for each action that is denied in a region, whatever depends on it."""
    by_action: dict[tuple[str, str], list[DeniedCall]] = {}
    for call in report.denied_calls:
        by_action.setdefault((call.action, call.region), []).append(call)
    for (action, region), calls in by_action.items():
        if len(calls) == 1:
            subject, sentences = str(calls[0]), consequences(calls[0], report)
        else:
            subject = f"access denied: {action} on {len(calls)} resources ({region})"
            sentences = tuple(
                ": ".join((call.resource, *consequences(call, report))) for call in calls
            )
        yield Problem("calls denied", False, _ALLOW, subject, sentences)


def _unstable(stack: DeployedStack) -> Problem:
    sentence = f"{stack.status}: it may not match its template; repair it, or deploy again"
    if stack.is_in_progress:
        sentence = f"{stack.status}: check again after the deployment"
    return Problem("stacks not stable", False, "", _place(stack), (sentence,))


def _policy_name(finding: PolicyFinding, report: Report) -> str:
    policy = finding.policy
    name = f"policy for {policy.app_instance or UNKNOWN}{logical_id_if_needed(finding, report)}"
    return f"{name} in {_place(policy.stack)}"


def _place(stack: DeployedStack) -> str:
    return f"{stack.name} ({stack.region})"
