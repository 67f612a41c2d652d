"""The answers as Markdown: in the documentation, and in the page of a report."""

import json
from collections.abc import Mapping
from typing import Any

BEGIN, END = "<!-- answers -->", "<!-- /answers -->"

_QUESTIONS = {
    "missing_user": "The error for a user that does not exist",
    "denied_call": "The error for a caller without permission",
    "cleared_settings": "How a response shows settings that were cleared",
    "put_changes_last_updated": "Whether Put changes `LastUpdatedTimestamp`",
    "create_twice": "The outcome of creating a user that exists",
    "creation_event": "What the event of a created user names",
    "expiration_event": "The `source` of the event of an expired user",
    "put_rate": "How many Puts a second are not throttled",
    "list_order": "The order of ListAppInstanceUsers",
    "express_replacement": "Whether express mode replaces a user that a response names",
}


def table_of_settings(document: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what the local AWS answers, and where that is from."""
    rows = ["| question | the local AWS answers | source |", "| --- | --- | --- |"]
    rows += [
        f"| {_QUESTIONS[name]} | {_code(each['setting'])} | {each['source']} |"
        for name, each in document.items()
    ]
    return "\n".join(rows)


def with_table(page: str, document: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page of the documentation with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table_of_settings(document)}\n\n{END}{after}"


def table_of_answers(answers: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the answers of a report. Recorded events are in the JSON document only."""
    rows = ["| question | answer |", "| --- | --- |"]
    for name, answer in answers.items():
        known = answer["reason"] is None
        shown = _code(_short(answer["value"])) if known else f"not known: {answer['reason']}"
        rows.append(f"| {_QUESTIONS.get(name, name)} | {shown} |")
    return "\n".join(rows)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name != "event"}
    return value


def _code(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`".replace("|", "\\|")
