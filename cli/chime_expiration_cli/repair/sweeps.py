"""Starts the sweeps of policies, and waits for them."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from chime_expiration_cli.clients import Clients
from chime_expiration_cli.declared_policies import Denied, NotKnown
from chime_expiration_cli.errors import CommandError
from chime_expiration_cli.policies.reader import PolicyReader, result_of
from chime_expiration_cli.policies.reading import Missing
from chime_expiration_cli.repair.outcome import GRANT_THEN_REPAIR, Outcome, Result
from chime_expiration_cli.repair.proposal import SweepRepair
from chime_expiration_cli.repair.propose_sweeps import propose_sweep
from chime_expiration_cli.repair.stack_watch import StackWatch
from chime_expiration_cli.status.drift_status import DriftStatus, PolicyDifference
from chime_expiration_cli.status.policy_comparison import PolicyFinding, compare_policy
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_handler.contract import sweep_event

START_ACTION = "states:StartExecution"

_POLL_SECONDS = 3.0
_STARTED = Result(Outcome.SWEEP_RUNNING, "started; run status for its progress")


@dataclass(frozen=True, slots=True)
class Sweeps:
    """Starts sweeps. ``wait_seconds`` is how long it waits for all of them together.

    ``counts_ledger``: judge a policy with its whole table.
    """

    clients: Clients
    stacks: StackWatch
    wait_seconds: float
    counts_ledger: bool
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def run(
        self, repairs: Sequence[SweepRepair], on_done: Callable[[], None] = lambda: None
    ) -> tuple[list[Result], bool]:
        """The results in the order of ``repairs``, and whether Ctrl-C has interrupted it."""
        results = [Result(Outcome.NOT_DONE)] * len(repairs)
        waiting: dict[int, float | None] = {}
        try:
            for number, repair in enumerate(repairs):
                try:
                    finding = self._read(repair)
                    result = self._why_not(repair, finding)
                    if result is None:
                        # Before the call: what is interrupted in it may have had an effect.
                        results[number] = Result(Outcome.NOT_KNOWN)
                        result = self._start(repair)
                        if result.outcome is Outcome.SWEEP_RUNNING:
                            waiting[number] = _finished(finding)
                except CommandError as error:
                    result = Result(Outcome.FAILED, f"{error}, then run repair again")
                results[number] = result
                if number not in waiting:
                    on_done()
            deadline = self.monotonic() + self.wait_seconds
            while waiting and self.monotonic() + _POLL_SECONDS <= deadline:
                self.sleep(_POLL_SECONDS)
                for number, finished_before in list(waiting.items()):
                    finding = self._read(repairs[number])
                    if _finished(finding) != finished_before and _has_ended(finding):
                        results[number] = _ended(finding)
                        del waiting[number]
                        on_done()
        except KeyboardInterrupt:
            return results, True
        except CommandError:
            # The sweeps that were started go on.
            return results, False
        return results, False

    def _read(self, repair: SweepRepair) -> PolicyFinding:
        policy = repair.finding.policy
        reader = PolicyReader(self.clients, self.counts_ledger, self.now, self.now() + timedelta(0))
        return compare_policy(policy, reader.read(policy), self.now())

    def _why_not(self, repair: SweepRepair, finding: PolicyFinding) -> Result | None:
        """Why no sweep is started now; None if it is what was shown."""
        change = self.stacks.change_of(repair.stack)
        if change:
            return Result(Outcome.SKIPPED, change)
        if any(isinstance(each, SweepRepair) for each in propose_sweep(finding)):
            return None
        if not finding.is_drift and finding.sweep and not finding.sweep.state.has_ended:
            return Result(Outcome.SWEEP_RUNNING, "somebody else has started it")
        if finding.drift_status is DriftStatus.IN_SYNC or _is_repaired(finding):
            return Result(Outcome.ALREADY_DONE, "another sweep has done it meanwhile")
        return Result(Outcome.SKIPPED, "; ".join(explain_policy(finding)) or "it has changed since")

    def _start(self, repair: SweepRepair) -> Result:
        policy = repair.finding.policy
        arn = policy.state_machine_arn
        execution_input = {
            sweep_event.APP_INSTANCE: str(policy.app_instance),
            sweep_event.CURSOR: None,
        }

        def start() -> str:
            # The name makes a call that the SDK repeats start one execution.
            response = self.clients.stepfunctions(policy.stack.region).start_execution(
                stateMachineArn=arn, name=f"repair-{uuid4()}", input=json.dumps(execution_input)
            )
            return str(response["executionArn"])

        started = result_of(start, START_ACTION, arn, policy)
        if isinstance(started, Denied):
            return Result(Outcome.FAILED, f"{started.reason}; {GRANT_THEN_REPAIR}")
        if isinstance(started, NotKnown | Missing):
            return Result(Outcome.FAILED, started.reason)
        return _STARTED


def _finished(finding: PolicyFinding) -> float | None:
    return finding.item.finished if finding.item else None


def _has_ended(finding: PolicyFinding) -> bool:
    return finding.sweep is not None and finding.sweep.state.has_ended


def _ended(finding: PolicyFinding) -> Result:
    if finding.drift_status is DriftStatus.IN_SYNC or _is_repaired(finding):
        return Result(Outcome.REPAIRED, "the sweep has finished")
    return Result(Outcome.FAILED, f"the sweep has ended: {'; '.join(explain_policy(finding))}")


def _is_repaired(finding: PolicyFinding) -> bool:
    """Whether nothing is left that a sweep can do. Dead letters are for a person."""
    return (
        finding.item is not None
        and _has_ended(finding)
        and not set(finding.differences) - {PolicyDifference.DEAD_LETTERS}
    )
