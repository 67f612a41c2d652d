"""Makes the local Chime SDK answer as a report says that the service does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localaws.chime.answers import Answers, AnswersError
from proof.settings import SETTINGS, NotGivenError

Document = dict[str, dict[str, Any]]
"""Setting and source by question, as in ``localaws/chime/answers.json``."""


class AdoptError(Exception):
    """Nothing is adopted. The message says why and what to do."""


@dataclass(frozen=True)
class Adoption:
    """The new settings, and a sentence for each question about what becomes of it."""

    document: Document
    changes: list[str]


def adopt(report: Mapping[str, Any], current: Document, *, allow_local: bool = False) -> Adoption:
    """Return the settings after a report, all of them or none. Raises AdoptError.

    A question that the report does not answer keeps its setting.
    """
    run = report["run"]
    if run["place"] != "aws" and not allow_local:
        raise AdoptError(
            "this report is of a local AWS, which only answers what it was told: use a report of "
            "AWS, or --local to try this"
        )
    place = "AWS" if run["place"] == "aws" else "a local AWS"
    source = f"measured by make prove on {place}, {run['region']}, {run['started'][:10]}"
    document, changes, problems = dict(current), [], []
    for question, setting_for in SETTINGS.items():
        answer = report["answers"].get(question) or {"value": None, "reason": "not asked"}
        if answer["reason"] is not None:
            changes.append(f"{question}: kept, the report does not know ({answer['reason']})")
            continue
        try:
            setting = setting_for(answer["value"])
        except NotGivenError as problem:
            problems.append(str(problem))
            continue
        before = current[question]["setting"]
        changes.append(
            f"{question}: confirmed"
            if setting == before
            else f"{question}: {json.dumps(before)} becomes {json.dumps(setting)}"
        )
        document[question] = {"setting": setting, "source": source}
    if not problems:
        problems = _problems_of(document)
    if problems:
        raise AdoptError(
            "nothing is adopted, the local Chime SDK has to learn this first: "
            + "; ".join(problems)
        )
    return Adoption(document, changes)


def _problems_of(document: Document) -> list[str]:
    try:
        Answers.from_settings({name: each["setting"] for name, each in document.items()})
    except AnswersError as error:
        return [str(error)]
    return []
