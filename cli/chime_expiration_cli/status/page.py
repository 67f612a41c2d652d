"""The report as a page."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from chime_expiration_cli.errors import GRANT
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
from chime_expiration_cli.status.comparison import Finding
from chime_expiration_cli.status.drift_status import DriftStatus
from chime_expiration_cli.status.explanation import explain
from chime_expiration_cli.status.policy_comparison import PolicyFinding
from chime_expiration_cli.status.policy_explanation import explain_policy
from chime_expiration_cli.status.policy_tables import policy_lines
from chime_expiration_cli.status.problems import action_for, consequences, values_not_known
from chime_expiration_cli.status.report import Report, StackReport
from chime_expiration_cli.status.summary import nothing_declared, summary
from chime_expiration_cli.status.texts import (
    UNKNOWN,
    actual_days,
    app_instance,
    deadline,
    drift_status,
    expected_days,
    expires,
    user_name,
    without_findings,
)

_VERDICTS = {
    ExitStatus.IN_SYNC: Label("No drift", Tone.GOOD),
    ExitStatus.DRIFT: Label("Drift", Tone.PROBLEM),
    ExitStatus.NOT_CHECKED: Label("No drift found, but not everything checked", Tone.WARNING),
}
_NOTHING = Label("Nothing is declared", Tone.WARNING)
_NOT_CHECKED = Label(DriftStatus.NOT_CHECKED.name, Tone.WARNING)
_GROUPS = (DriftStatus.IN_SYNC.name, "another drift status")
_BY_POLICY = "set by a policy"


def page(report: Report) -> Page:
    """The page."""
    return _Pages(report).page()


class _Pages:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._app_instances = sorted({app_instance(each) for each in report.findings} - {UNKNOWN})

    def page(self) -> Page:
        report = self._report
        facts = {
            "checked": f"{report.checked_at:%Y-%m-%d %H:%M} UTC",
            "regions": ", ".join(report.regions),
        }
        if len(self._app_instances) == 1:
            facts["AppInstance"] = self._app_instances[0]
        return Page(
            title="Expirations of Amazon Chime SDK AppInstanceUsers",
            verdict=_NOTHING if report.declares_nothing else _VERDICTS[report.exit_status],
            summary=nothing_declared(report) or summary(report),
            facts=facts,
            counts=tuple(self._counts()),
            problems=tuple(self._problems()),
            calendar=self._calendar(),
            calendar_note=self._calendar_note(),
            columns=("drift status", "expected", "actual"),
            users=tuple(map(self._row, report.findings)),
            policies=tuple(map(self._policy, report.policies)),
            stacks=tuple(map(_stack, report.stacks)),
        )

    def _counts(self) -> Iterator[Count]:
        report = self._report
        counts = Counter(
            Label(finding.drift_status.name, self._tone(finding)) for finding in report.findings
        )
        counts[Label("EXPIRED", Tone.WARNING)] = sum(map(report.has_expired, report.findings))
        counts[Label("SOON", Tone.WARNING)] = sum(map(report.expires_soon, report.findings))
        return (Count(label, number) for label, number in counts.items() if number)

    def _problems(self) -> Iterator[Problem]:
        report = self._report
        for finding in report.findings:
            tone = self._tone(finding)
            if tone is not Tone.GOOD and not report.denied_by(finding):
                label = Label(drift_status(finding), tone)
                sentences = (
                    explain(finding, report.checked_at),
                    deadline(finding, report),
                    action_for(finding),
                )
                yield Problem(
                    label, user_name(finding), self._place(finding), tuple(filter(None, sentences))
                )
        for policy in report.policies:
            texts = (*explain_policy(policy), *_not_known(policy, report))
            if texts and not report.denied_by(policy):
                label = Label(drift_status(policy), _policy_tone(policy))
                texts = tuple(filter(None, (*texts, action_for(policy))))
                yield Problem(label, _policy_name(policy), _policy_place(policy), texts)
        for stack in (each.stack for each in report.stacks if not each.stack.is_stable):
            label = Label(stack.status, Tone.WARNING)
            yield Problem(label, stack.name, stack.region, ("the stack is not stable",))
        for call in report.denied_calls:
            texts = (str(call), *consequences(call, report), f"{GRANT}, then check again")
            yield Problem(_NOT_CHECKED, call.action, call.region, texts)

    def _calendar(self) -> Calendar:
        users: dict[object, tuple[datetime, int]] = {}
        for finding in self._report.findings:
            user, moment = finding.declaration.user, finding.expires_at
            if moment:
                # A user that several stacks declare is one user.
                group = int(finding.drift_status is not DriftStatus.IN_SYNC)
                users[user] = (moment, max(group, users.get(user, (moment, 0))[1]))
        ledgers = [each.ledger.expirations for each in self._report.policies if each.ledger]
        groups = (*_GROUPS, _BY_POLICY) if ledgers else _GROUPS
        counted: Counter[date] = Counter()
        for expirations in ledgers:
            counted.update(expirations)
        return calendar_of(groups, users.values(), self._report.checked_at, counted)

    def _calendar_note(self) -> str:
        number = sum(each.ledger is None for each in self._report.policies)
        if not number:
            return ""
        policies = "1 policy" if number == 1 else f"{number} policies"
        return f"The users of {policies} are not counted here: --ledger counts them."

    def _policy(self, policy: PolicyFinding) -> Section:
        report = self._report
        lines: dict[str, list[str]] = {}
        name = ""
        for label, text in policy_lines(policy, report.checked_at, report.expiring_within_days):
            name = label or name
            lines.setdefault(name, []).append(text)
        return Section(
            title=_policy_name(policy),
            place=_policy_place(policy),
            label=Label(drift_status(policy), _policy_tone(policy)),
            lines=tuple((name, tuple(texts)) for name, texts in lines.items()),
        )

    def _row(self, finding: Finding) -> UserRow:
        report, tone = self._report, self._tone(finding)
        return UserRow(
            user=user_name(finding),
            place=self._place(finding),
            label=Label(drift_status(finding), tone),
            before=expected_days(finding.declaration),
            after=actual_days(finding),
            expires_at=finding.expires_at,
            expires=expires(finding, report),
            is_soon=report.expires_soon(finding) or report.has_expired(finding),
            # All others are among the problems.
            note=explain(finding, report.checked_at) if tone is Tone.GOOD else "",
        )

    def _tone(self, finding: Finding) -> Tone:
        if self._report.is_drift(finding):
            return Tone.PROBLEM
        return Tone.GOOD if finding.drift_status is DriftStatus.IN_SYNC else Tone.WARNING

    def _place(self, finding: Finding) -> str:
        stack = finding.declaration.stack
        place = f"{stack.name}, {stack.region}"
        if len(self._app_instances) < 2:
            return place
        return f"{place}, {app_instance(finding).rpartition('/')[2]}"


def _policy_name(policy: PolicyFinding) -> str:
    return f"policy {policy.policy.logical_id}"


def _policy_place(policy: PolicyFinding) -> str:
    stack = policy.policy.stack
    app_instance_arn = policy.policy.app_instance or UNKNOWN
    return f"{stack.name}, {stack.region}, {app_instance_arn}"


def _policy_tone(policy: PolicyFinding) -> Tone:
    if policy.is_drift:
        return Tone.PROBLEM
    is_known = policy.drift_status is DriftStatus.IN_SYNC and not policy.reading.not_known
    return Tone.GOOD if is_known else Tone.WARNING


def _not_known(policy: PolicyFinding, report: Report) -> Iterator[str]:
    for name, value in values_not_known(policy, report).items():
        yield f"{name} not known: {value.reason}"


def _stack(stack_report: StackReport) -> StackRow:
    stack = stack_report.stack
    statuses = Counter(finding.drift_status for finding in stack_report.findings)
    counts = [f"{statuses[each]} {each.name}" for each in DriftStatus if statuses[each]]
    policies = len(stack_report.policies)
    if policies:
        counts.append(f"{policies} {'policy' if policies == 1 else 'policies'}")
    return StackRow(
        name=stack.name,
        region=stack.region,
        label=Label(stack.status, Tone.GOOD if stack.is_stable else Tone.WARNING),
        text=", ".join(counts) or without_findings(stack_report),
    )
