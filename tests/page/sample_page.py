"""Pages: one with everything that a page can have, and one with thousands of users."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chime_expiration_cli.page.calendar import calendar_of
from chime_expiration_cli.page.model import Count, Label, Page, Problem, Tone, UserRow
from chime_expiration_cli.status.page import page
from command_line.sample_policies import sample_policies
from command_line.sample_report import sample_report

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOSTILE = (
    "</style></script><script>document.title='taken over'</script><img src=x onerror=alert(1)>"
)
QUOTES = "\" onfocus='alert(1)' autofocus=\""
USERS = 10_000
IN_SYNC = Label("IN_SYNC", Tone.GOOD)
MODIFIED = Label("MODIFIED", Tone.PROBLEM)


def sample_page() -> Page:
    """Drift, policies, and ids that try to become a part of the page."""
    report = sample_report()
    stacks = (*report.stacks, *sample_policies().stacks)
    sample = page(replace(report, stacks=stacks))
    return replace(
        sample,
        problems=(*sample.problems, *(hostile_problem(each) for each in (HOSTILE, QUOTES))),
        users=(*sample.users, *(user_row(each, HOSTILE, QUOTES) for each in (HOSTILE, QUOTES))),
    )


def large_page() -> Page:
    """``USERS`` users, of which every hundredth is MODIFIED, one each hour."""
    moments = [NOW + timedelta(hours=number + 1) for number in range(USERS)]
    labels = [IN_SYNC if number % 100 else MODIFIED for number in range(USERS)]
    rows = [
        replace(user_row(f"guest-{number:05}"), label=label, expires_at=moment, expires=f"{moment}")
        for number, (moment, label) in enumerate(zip(moments, labels, strict=True))
    ]
    sample = sample_page()
    calendar = calendar_of(
        sample.calendar.groups,
        [(moment, int(label is MODIFIED)) for moment, label in zip(moments, labels, strict=True)],
        NOW,
    )
    counts = (Count(IN_SYNC, USERS * 99 // 100), Count(MODIFIED, USERS // 100))
    problems = tuple(hostile_problem(f"guest-{number:05}") for number in range(0, USERS, 100))
    return replace(sample, counts=counts, problems=problems, calendar=calendar, users=tuple(rows))


def hostile_problem(subject: str) -> Problem:
    return Problem(Label(subject, Tone.PROBLEM), subject, subject, (subject,))


def user_row(user: str, place: str = "GuestPolicy, us-east-1", text: str = "30 days") -> UserRow:
    return UserRow(user, place, MODIFIED, text, text, None, text, is_soon=False, note="")
