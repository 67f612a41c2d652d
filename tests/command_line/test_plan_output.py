"""The plan for people, for a pull request and for programs."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from chime_expiration_cli.__main__ import main
from chime_expiration_cli.console import result_console
from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.plan import command
from chime_expiration_cli.plan.build_report import build_report
from chime_expiration_cli.plan.json_document import json_document
from chime_expiration_cli.plan.markdown import markdown
from chime_expiration_cli.plan.options import PlanOptions
from chime_expiration_cli.plan.page import page
from chime_expiration_cli.plan.report import Report
from chime_expiration_cli.plan.tables import print_report
from command_line.plan_account import CHAT, PlanAccount, policy, write_assembly
from command_line.sample_plan import sample_plan
from command_line.terminal import Terminal
from support.checkout import ROOT

PAGE = (ROOT / "docs" / "plan.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return sample_plan(tmp_path_factory.mktemp("cdk.out"))


def printed(report: Report, file: io.StringIO) -> str:
    console = result_console(file)
    print_report(report, console)
    return file.getvalue()


def without_trailing_spaces(text: str) -> str:
    return re.sub(r" +$", "", text, flags=re.MULTILINE).strip()


def test_the_tables_are_those_of_the_documentation(report: Report) -> None:
    assert without_trailing_spaces(printed(report, io.StringIO())) in PAGE


def test_the_markdown_is_the_one_of_the_documentation(report: Report) -> None:
    # GIVEN the part for the stack of the declarations
    text = without_trailing_spaces(markdown(report))
    part = text[: text.index("### Visitors")].strip()

    # THEN
    assert part in PAGE


@pytest.mark.usefixtures("usual_terminal")
def test_a_terminal_has_colours_and_a_log_has_none(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[1;31mREFUSED" in printed(report, Terminal())
    assert "\x1b[" not in printed(report, io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in printed(report, Terminal())


def test_problems_come_first(report: Report) -> None:
    # WHEN
    users = [user["action"] for user in json_document(report)["stacks"][0]["users"]]

    # THEN
    assert users == [
        "REFUSED", "REFUSED", "NOT_JUDGED", "CHANGED", "SET", "CLEARED", "UNCHANGED"
    ]  # fmt: skip


def test_each_member_of_the_document_is_documented(report: Report) -> None:
    # GIVEN
    def members(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(members, value))
        if not isinstance(value, dict):
            return set()
        # The actions have a table of their own.
        names = {name for name in value if not name.isupper()}
        return names.union(*map(members, value.values()))

    # WHEN
    documented = set(re.findall(r"`([a-z0-9_]+)`", PAGE))

    # THEN
    assert members(json_document(report)) <= documented
    assert json.dumps(json_document(report))


def test_each_action_is_documented(report: Report) -> None:
    actions = json_document(report)["summary"]["declared_users"]
    assert all(f"| `{action}` |" in PAGE for action in actions)


def test_markdown_does_not_interpret_what_it_shows(report: Report) -> None:
    # GIVEN
    stack = report.stacks[0]
    odd = replace(stack.users[0], explanation="a|b <img> @team _x_\nnext")

    # WHEN
    text = markdown(replace(report, stacks=(replace(stack, users=(odd,)),)))

    # THEN
    assert "a\\|b &lt;img> @\u200bteam \\_x\\_ next |" in text


def test_a_comment_has_a_limit_of_rows(report: Report) -> None:
    # GIVEN
    stack = report.stacks[0]
    many = tuple(stack.users[:1] * 300)

    # WHEN
    text = markdown(replace(report, stacks=(replace(stack, users=many),)))

    # THEN
    assert "200 more: see `chime-expiration plan`." in text
    assert len(text) < 65_536


@pytest.mark.parametrize(
    ("sample", "limit", "verdict", "to_do"),
    [
        (300, 299, "300 users would be set, more than 299", ""),
        (20, 100, "at least {low} users would be set, more than 100", ""),
        (20, 299, "300 users may be set, more than 299", "read everybody with --sample all, "),
    ],
)
def test_every_output_names_the_number_of_users_and_the_limit(
    sample: int, limit: int, verdict: str, to_do: str, tmp_path: Path
) -> None:
    # GIVEN
    account = PlanAccount()
    for number in range(300):
        account.user(f"guest-{number}")
    assembly = write_assembly(tmp_path, Guests={"P": policy()})

    # WHEN
    report = account.plan(
        PlanOptions(assembly, sample=sample, reads_per_second=1000, fail_on_users_set=limit)
    )

    # THEN
    text = verdict.format(low=report.least_users_set)
    fix = f"; {text}: select fewer users with users=, {to_do}or raise --fail-on-users-set"
    shown = page(report)
    assert markdown(report).startswith(f"## User expirations: {text}\n")
    assert shown.verdict.text == text[0].upper() + text[1:]
    assert fix in shown.summary
    assert fix in printed(report, io.StringIO())
    summary = json_document(report)["summary"]
    assert (summary["most_users_set"], summary["fail_on_users_set"]) == (300, limit)
    assert summary["sets_too_many_users"] is True


def test_both_limits_are_in_the_verdict(tmp_path: Path) -> None:
    # GIVEN
    account = PlanAccount()
    account.user("guest", age=28)
    account.user("bot")
    assembly = write_assembly(tmp_path, Guests={"P": policy()})
    options = PlanOptions(assembly, fail_on_deletion_within_days=3, fail_on_users_set=1)

    # WHEN
    text = markdown(account.plan(options))

    # THEN
    verdict = "somebody would be deleted within 3 days, and 2 users would be set, more than 1"
    assert text.startswith(f"## User expirations: {verdict}\n")


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> list[PlanOptions]:
    """The options of the commands that were run."""
    received: list[PlanOptions] = []

    def run(options: PlanOptions) -> ExitStatus:
        received.append(options)
        return ExitStatus.NOTHING_REFUSED

    monkeypatch.setattr(command, "run", run)
    return received


def test_the_assembly_is_cdk_out_unless_another_one_is_given(options: list[PlanOptions]) -> None:
    # WHEN
    main(["plan"])
    limits = ["--fail-on-deletion-within", "0", "--fail-on-users-set", "0"]
    main(["plan", "build/cdk.out", "--sample", "all", *limits])

    # THEN
    assert [each.assembly for each in options] == ["cdk.out", "build/cdk.out"]
    assert [each.sample_size > 10**9 for each in options] == [False, True]
    assert [each.fail_on_deletion_within_days for each in options] == [None, 0]
    assert [each.fail_on_users_set for each in options] == [None, 0]


@pytest.mark.parametrize(("rate", "size"), [("20", 1200), ("5", 300), ("0.001", 1)])
def test_as_many_users_are_read_as_the_rate_allows_in_a_minute(
    rate: str, size: int, options: list[PlanOptions]
) -> None:
    main(["plan", "--rate", rate])
    assert options[0].sample_size == size


def test_a_policy_of_the_arguments_has_their_rule(options: list[PlanOptions]) -> None:
    # WHEN
    main(
        f"plan --app-instance {CHAT} --expire-after 30 --notice 14 "
        "--users guest-* --users test-* --except-users guest-kiosk".split()
    )

    # THEN
    properties = options[0].policy
    assert properties
    assert str(properties.rule) == "30 days, notice 14"
    assert properties.selection.matches("test-1")
    assert not properties.selection.matches("guest-kiosk")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--markdown"], "--json and --markdown exclude each other"),
        (["--app-instance", CHAT], "needs the days: add --expire-after DAYS"),
        (["--app-instance", "x", "--expire-after", "3"], "'x' is not the ARN of an AppInstance"),
        (["--expire-after", "30"], "add --app-instance ARN"),
        (["--users", "guest-*"], "add --app-instance ARN"),
        (["x", "--app-instance", CHAT, "--expire-after", "3"], "leave out CDK.OUT"),
        (["--app-instance", CHAT, "--expire-after", "0"], "'0' days cannot be set: use 1-5475"),
        (
            ["--app-instance", CHAT, "--expire-after", "3", "--users", "a b"],
            "pattern 'a b' has characters",
        ),
        (
            f"--app-instance {CHAT} --expire-after 3 --notice 2 "
            "--allow-immediate-expiration".split(),
            "exclude each other",
        ),
        (
            f"--app-instance {CHAT} --expire-after 14 --notice 14".split(),
            "use a longer --expire-after",
        ),
        (["--app-instance", CHAT, "--expire-after", "1"], "the notice is 1, so that"),
        (["--sample", "0"], "'0' is not a number of users: use 1 or more, or all"),
        (["--fail-on-users-set", "-1"], "'-1' is not a number of users: use 0 or more"),
        (["--fail-on-deletion-within", "x"], "'x' is not a number of days: use 0-5475"),
    ],
)
def test_wrong_arguments_name_the_fix(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN
    exit_status = main(["plan", *arguments])

    # THEN
    assert exit_status == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    # GIVEN

    account = PlanAccount()
    account.user("guest")
    options = PlanOptions(write_assembly(tmp_path, Guests={"P": policy()}))
    terminal, log = Terminal(), io.StringIO()

    # WHEN
    build_report(options, account, Console(file=terminal, force_interactive=True))
    build_report(options, account, Console(file=log))

    # THEN
    assert "Listing users" in terminal.getvalue()
    assert log.getvalue() == ""
