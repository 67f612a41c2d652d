"""Decides whether to start a sweep of a policy, whose function alone writes its ledger."""

from collections.abc import Iterator

from chime_expiration_cli.declared_policies import Denied
from chime_expiration_cli.policies.reading import Executions
from chime_expiration_cli.policies.sweep import SweepState
from chime_expiration_cli.repair.outcome import GRANT_THEN_REPAIR, Outcome, Result
from chime_expiration_cli.repair.proposal import SweepRepair
from chime_expiration_cli.status.drift_status import (
    DriftStatus,
    NotCheckedReason,
    PolicyDifference,
)
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_handler.contract.ledger import Mode

SWEPT = frozenset(
    {
        PolicyDifference.SWEEP_FAILED,
        PolicyDifference.SWEEP_STOPPED,
        PolicyDifference.SWEEP_OVERDUE,
        PolicyDifference.USERS_FAILED,
        PolicyDifference.USERS_NOT_CLEARED,
    }
)
"""The differences that another sweep can end."""

_CAN_START = (SweepState.FINISHED, SweepState.FAILED, SweepState.STOPPED)
_RUNNING = "a sweep is running: run repair again when it has ended"
_DECLARE_AGAIN = (
    "declare the policy again with enabled=False and deploy, which clears its users, then remove it"
)


def propose_sweep(finding: PolicyFinding) -> Iterator[SweepRepair | Result]:
    """The sweep to start, and what is left of the policy; nothing if it is in sync."""
    sentences = tuple(explain_policy(finding))
    explanation = "; ".join(sentences)
    match finding.result:
        case DriftStatus.IN_SYNC:
            unknown = finding.reading.not_known.values()
            if unknown:
                reasons = [each.reason for each in unknown]
                if any(isinstance(each, Denied) for each in unknown):
                    reasons.append(GRANT_THEN_REPAIR)
                yield Result(Outcome.NOT_CHECKED, f"not known: {'; '.join(reasons)}")
        case DriftStatus.MODIFIED:
            yield from _modified(finding, sentences)
        case DriftStatus.ORPHANED:
            obstacle = _why_not_cleared(finding)
            if obstacle:
                yield Result(Outcome.LEFT, f"{explanation}; {obstacle}: {_DECLARE_AGAIN}")
            else:
                yield SweepRepair(finding, sentences)
        case NotCheckedReason.SWEEP_RUNNING:
            yield Result(Outcome.NOT_CHECKED, "; ".join((*sentences, _RUNNING)))
        case NotCheckedReason.ACCESS_DENIED:
            yield Result(Outcome.NOT_CHECKED, f"{explanation}; {GRANT_THEN_REPAIR}")
        case NotCheckedReason():
            yield Result(Outcome.NOT_CHECKED, explanation)
        case _:
            yield Result(Outcome.LEFT, explanation)


def _modified(finding: PolicyFinding, sentences: tuple[str, ...]) -> Iterator[SweepRepair | Result]:
    differences = set(finding.differences)
    letters = [each for each in sentences if each.startswith(PolicyDifference.DEAD_LETTERS.value)]
    reasons = tuple(each for each in sentences if each not in letters)
    explanation = "; ".join(reasons)
    if PolicyDifference.PROPERTIES_DIFFER in differences:
        # A sweep would do what the template does not declare.
        yield Result(Outcome.LEFT, explanation)
    elif not finding.policy.stack.is_stable:
        yield Result(
            Outcome.LEFT, f"{explanation}; continue the rollback or deploy the stack again"
        )
    elif differences & SWEPT:
        if finding.sweep is None or finding.sweep.state not in _CAN_START:
            yield Result(Outcome.NOT_CHECKED, f"{explanation}; {_RUNNING}")
        elif not finding.policy.state_machine_arn:
            yield Result(
                Outcome.LEFT,
                f"{explanation}; the ARN of the state machine is unresolved: start an execution",
            )
        else:
            yield SweepRepair(finding, reasons)
    for sentence in letters:
        yield Result(Outcome.LEFT, f"{sentence}, or move its messages back to the queue")


def _why_not_cleared(finding: PolicyFinding) -> str:
    """Why a sweep of a removed policy would not clear its users; empty if it would."""
    policy, reading, item = finding.policy, finding.reading, finding.item
    if item is None or finding.sweep is None:
        return "its table cannot be read"
    if item.mode is not Mode.CLEAR:
        return "the function has not received the deletion, so a sweep would set users"
    if not isinstance(reading.executions, Executions):
        return reading.executions.reason
    if finding.sweep.state not in _CAN_START or reading.executions.is_running:
        return "a sweep is running, which may still clear its users; if it does not"
    if not policy.stack.is_stable:
        return f"the stack is {policy.stack.status}"
    return ""
