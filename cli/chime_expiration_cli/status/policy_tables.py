"""A finding for a policy, for people: a line for each thing that is known."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime, timedelta

from chime_expiration_cli.console import ResultTable, Styled
from chime_expiration_cli.declared_policies import NotKnown
from chime_expiration_cli.policies.reading import LedgerCounts
from chime_expiration_cli.policies.sweep import Sweep, SweepState
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.policy_explanation import describe_properties, explain_policy
from chime_expiration_cli.status.texts import drift_status
from chime_expiration_handler.contract.ledger import Kind, Mode, Outcome, Policy


def policy_table(finding: PolicyFinding, now: datetime, soon_days: int) -> ResultTable:
    """The table, without a heading. ``soon_days`` are those of ``--expiring-within``."""
    table = ResultTable(show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("drift status", Styled(drift_status(finding), policy_style(finding)))
    for label, cell in policy_lines(finding, now, soon_days):
        table.add_row(label, cell)
    return table


def policy_style(finding: PolicyFinding) -> str:
    """The colour of a drift status."""
    if finding.is_drift:
        return "bold red"
    return "green" if finding.drift_status is DriftStatus.IN_SYNC else "yellow"


def policy_lines(
    finding: PolicyFinding, now: datetime, soon_days: int
) -> Iterator[tuple[str, str]]:
    """A name and a text for each thing that is known; without a name, the text goes on."""
    policy, reading, item = finding.policy, finding.reading, finding.item
    for number, sentence in enumerate(explain_policy(finding)):
        yield "" if number else "why", sentence
    if policy.expected:
        yield "declares", describe_properties(policy.expected)
    if item and finding.sweep:
        yield "users", _users(item, finding.sweep)
        yield "sweep", describe_sweep(item, finding.sweep, now)
        if finding.sweep.previous_finished_at:
            yield "sweep before", f"ended {_when(finding.sweep.previous_finished_at, now)}"
    yield "schedule", _known(policy.schedule)
    executions = reading.executions
    if isinstance(executions, NotKnown):
        yield "failed executions", _known(executions)
    elif executions.last_failed:
        failed = executions.last_failed
        yield "failed executions", f"the last one {_when(failed.stopped_at, now)}: {failed.name}"
    else:
        yield "failed executions", "none"
    dead_letters = reading.dead_letters
    if dead_letters is None:
        yield "dead letters", "no queue: new users are set by the next sweep"
    else:
        yield "dead letters", _known(dead_letters)
    if isinstance(reading.ledger, NotKnown):
        yield "ledger", _known(reading.ledger)
    elif reading.ledger:
        yield from _ledger(reading.ledger, now, soon_days)


def _users(item: Policy, sweep: Sweep) -> str:
    """The users by state; those with the days of the policy are one number."""
    if item.started is None:
        return "not known: no sweep of this deployment has begun"
    if not sweep.has_counted:
        return "not known: the sweep failed before it had counted anybody"
    counts = item.counts
    if item.mode is Mode.CLEAR:
        names = {Outcome.CLEARED: "cleared", Outcome.FAILED: "failed"}
        others = {Outcome.UNSETTLED: "to be looked at again"}
        parts = [f"{counts.get(outcome, 0)} {name}" for outcome, name in names.items()]
    else:
        applied = counts.get(Outcome.KEPT, 0) + counts.get(Outcome.SET, 0)
        names = {
            Outcome.LEFT_ALONE: "left alone",
            Outcome.OVERDUE: "overdue",
            Outcome.FAILED: "failed",
        }
        others = {
            Outcome.NOT_GOVERNED: "not governed",
            Outcome.CLEARED: "cleared",
            Outcome.UNSETTLED: "to be looked at again",
        }
        parts = [
            f"{applied} set ({counts.get(Outcome.SET, 0)} of them by this sweep)",
            *(f"{counts.get(outcome, 0)} {name}" for outcome, name in names.items()),
        ]
    parts += [f"{counts[each]} {name}" for each, name in others.items() if counts.get(each)]
    named = {Outcome.KEPT, Outcome.SET, *names, *others}
    parts += [f"{number} {text}" for text, number in other_outcomes(counts, named)]
    text = f"{sweep.users}{sweep.state.until_when}: {', '.join(parts)}"
    counted = {outcome for outcome, count in counts.items() if count}
    if sweep.state.has_ended and counted == {Outcome.NOT_GOVERNED}:
        text += "; no user is selected: check the patterns"
    return text


def other_outcomes(counts: Mapping[str, int], named: Container[str]) -> Iterator[tuple[str, int]]:
    """The outcomes that have no name above, such as those of a newer version of the policy."""
    for outcome, number in counts.items():
        if number and outcome not in named:
            yield outcome.replace("_", " "), number


def describe_sweep(item: Policy, sweep: Sweep, now: datetime) -> str:
    """What the last sweep is doing, and when it ends or has ended."""
    if sweep.state.has_ended:
        length = ""
        if sweep.finished_at and sweep.began_at:
            length = f", took {_length(sweep.finished_at - sweep.began_at)}"
        ended = _when(sweep.finished_at, now) if sweep.finished_at else "at an unknown time"
        return f"{sweep.state.value} {ended}{length}"
    if item.started is None:
        return sweep.state.value
    began = f" since {_when(sweep.began_at, now)}" if sweep.began_at else ""
    expected = sweep.expected_users
    total = "an unknown number of" if expected is None else f"about {expected}"
    parts = [f"{sweep.state.value}{began}", f"{sweep.users} of {total} users"]
    if sweep.state is SweepState.RUNNING:
        if sweep.users_per_second:
            parts.append(f"{sweep.users_per_second:.1f} a second")
        parts.append(_end(sweep))
    return ", ".join(parts)


def _end(sweep: Sweep) -> str:
    if sweep.ends_between is None:
        return "end not known"
    earliest, latest = sweep.ends_between
    return f"ends between {earliest:%Y-%m-%d %H:%M} and {_moment(latest)}"


def _ledger(ledger: LedgerCounts, now: datetime, soon_days: int) -> Iterator[tuple[str, str]]:
    names = {
        Kind.SET: "set",
        Kind.LEFT_ALONE: "left alone",
        Kind.OVERDUE: "overdue",
        Kind.FAILED: "failed",
        Kind.INTENDED: "not settled",
    }
    kinds = ", ".join(f"{ledger.kinds[kind]} {name}" for kind, name in names.items())
    if ledger.other_kinds:
        kinds += f", {ledger.other_kinds} of a kind that this version does not know"
    yield "ledger", f"{ledger.users} users: {kinds}"
    if ledger.next_expires_at:
        yield (
            "next to expire",
            f"{_when(ledger.next_expires_at, now)}; {ledger.expiring_soon} within {soon_days} days",
        )
    yield "", f"read in {ledger.seconds:.1f} seconds, {ledger.read_units:g} read units"


def _known(value: object) -> str:
    return f"not known: {value.reason}" if isinstance(value, NotKnown) else str(value)


def since(moment: datetime, now: datetime) -> str:
    """How far ``moment`` is from ``now``."""
    length = _length(abs(moment - now))
    return f"in {length}" if moment > now else f"{length} ago"


def _when(moment: datetime, now: datetime) -> str:
    return f"{_moment(moment)}, {since(moment, now)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _length(span: timedelta) -> str:
    for unit, seconds in {"day": 86_400, "hour": 3_600, "minute": 60}.items():
        number = int(span.total_seconds() // seconds)
        if number:
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"
