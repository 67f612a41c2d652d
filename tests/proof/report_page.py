"""The report as a page in Markdown."""

from collections.abc import Mapping
from typing import Any

from proof.users import Days


def page_of(document: Mapping[str, Any], answers: str) -> str:
    """Return the page of a report. ``answers`` is the part about the questions."""
    return (
        "\n\n".join(
            part
            for part in (
                "# Report of `make prove`",
                _summary(document),
                _table_of_steps(document),
                *map(_problems_of, (step for step in document["steps"] if step["problems"])),
                f"## Answers\n\n{answers}",
                _versions(document["run"]["versions"]),
            )
            if part
        )
        + "\n"
    )


def _summary(document: Mapping[str, Any]) -> str:
    run = document["run"]
    place = "a local AWS, which is not AWS" if run["place"] == "local" else "AWS"
    failed = [step for step in document["steps"] if not step["passed"]]
    lines = [
        f"- place: {place}, region {run['region']}",
        f"- commit of this project: {run['commit'] or 'not known'}",
        f"- started: {run['started']}, duration: {_duration(run['seconds'])}",
        f"- outcome: {run['outcome']}" + (f" ({run['error']})" if run["error"] else ""),
        f"- steps: {len(document['steps'])} taken, {len(failed)} FAILED",
        f"- left behind: {_left(document['left_behind'])}",
    ]
    return "\n".join(lines)


def _duration(seconds: float | None) -> str:
    return "not known" if seconds is None else f"{seconds:.0f} s"


def _left(things: list[str] | None) -> str:
    if things is None:
        return "not known, the services were not asked"
    return ", ".join(things) or "nothing"


def _table_of_steps(document: Mapping[str, Any]) -> str:
    if not document["steps"]:
        return ""
    rows = ["| step | what it does | seconds | result |", "| --- | --- | --- | --- |"]
    rows += [
        f"| {step['name']} | {step['title']} | {step['seconds']:.0f} "
        f"| {'as expected' if step['passed'] else 'FAILED'} |"
        for step in document["steps"]
    ]
    return "\n".join(["## Steps", "", *rows])


def _problems_of(step: Mapping[str, Any]) -> str:
    problems = "\n".join(f"- {_escaped(problem)}" for problem in step["problems"])
    expected: Days = step["expected"]
    rows = [
        f"| {user_id} | {_held(expected, user_id)} | {_held(step['actual'], user_id)} |"
        for user_id in sorted({*expected, *step["actual"]})
    ]
    table = "\n".join(["| user | expected | actual |", "| --- | --- | --- |", *rows])
    return f"### FAILED: {step['name']}\n\n{problems}\n\n{table}"


def _held(days: Days, user_id: str) -> str:
    if user_id not in days:
        return "does not exist"
    return "none" if days[user_id] is None else f"{days[user_id]} days"


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")


def _versions(versions: Mapping[str, str]) -> str:
    rows = [f"| {name} | {version} |" for name, version in versions.items()]
    return "\n".join(["## Versions", "", "| package | version |", "| --- | --- |", *rows])
