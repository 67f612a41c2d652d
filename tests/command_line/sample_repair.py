"""What repair shows and does for an account with each kind of result; docs/repair.md shows it."""

from dataclasses import replace

from chime_expiration_cli.repair.outcome import Outcome, Result
from chime_expiration_cli.repair.proposal import Proposal
from chime_expiration_cli.repair.propose import propose
from chime_expiration_cli.repair.surroundings import Surroundings
from chime_expiration_cli.status.policy_comparison import compare_policy
from chime_expiration_cli.status.report import StackReport
from command_line.policy_account import HOUR, NOW, PolicyAccount, policies, policy_stack, read
from command_line.sample_report import sample_report


def sample_repair() -> Proposal:
    """The proposal."""
    report = sample_report()
    lobby = PolicyAccount(policy_stack("Lobby", "UPDATE_COMPLETE", Users=["visitor-*"]))
    lobby.declare()
    lobby.begin(-HOUR)
    lobby.running = 0
    lobby.dead_letters = 1
    [policy] = policies(lobby.account)
    finding = compare_policy(policy, read(lobby, policy), NOW)
    report = replace(
        report,
        stacks=(*report.stacks, StackReport(policy.stack, (), (finding,))),
        denied_calls=(),
    )
    surroundings = Surroundings(
        tuple(each.declaration for each in report.findings), (policy,), report.denied_calls
    )
    return propose(report, surroundings, lambda _: 30, clears_orphans=False)


def sample_results() -> list[Result]:
    """What has come of it."""
    return [
        Result(Outcome.REPAIRED),
        Result(
            Outcome.SKIPPED,
            "the user has 60 days now, and had 30 days: somebody else has changed it; run repair "
            "again",
        ),
        Result(Outcome.REPAIRED, "the sweep has finished"),
    ]
