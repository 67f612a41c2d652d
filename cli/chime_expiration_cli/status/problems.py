"""What makes the exit status another one than 0, by kind, with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
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
    NotCheckedReason.ACCESS_DENIED: "allow the action, then check again",
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
            if each.result is not DriftStatus.IN_SYNC
        ),
        *_users(report),
        *_values(report),
        *(_unstable(each.stack) for each in report.stacks if not each.stack.is_stable),
        *(Problem("calls denied", False, _ALLOW, str(call), ()) for call in report.denied_calls),
    ]
    kinds = list(dict.fromkeys(each.kind for each in problems))
    return sorted(problems, key=lambda each: (not each.is_drift, kinds.index(each.kind)))


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
        _policy_name(finding),
        tuple(sentences),
    )


def _users(report: Report) -> Iterator[Problem]:
    for stack in report.stacks:
        has_one_app_instance = len({app_instance(finding) for finding in stack.findings}) == 1
        for finding in stack.findings:
            is_drift = report.is_drift(finding)
            if not is_drift and finding.drift_status is not DriftStatus.NOT_CHECKED:
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
        sentences = tuple(
            f"{name.replace('_', ' ')}: {value.reason}"
            for name, value in finding.reading.not_known.items()
            # This one has made the policy NOT_CHECKED.
            if name != "policy"
        )
        if sentences:
            yield Problem(_NOT_KNOWN, False, "", _policy_name(finding), sentences)


def _unstable(stack: DeployedStack) -> Problem:
    sentence = f"{stack.status}: it may not match its template; repair it, or deploy again"
    if stack.is_in_progress:
        sentence = f"{stack.status}: check again after the deployment"
    return Problem("stacks not stable", False, "", _place(stack), (sentence,))


def _policy_name(finding: PolicyFinding) -> str:
    policy = finding.policy
    return f"policy for {policy.app_instance or UNKNOWN} in {_place(policy.stack)}"


def _place(stack: DeployedStack) -> str:
    return f"{stack.name} ({stack.region})"
