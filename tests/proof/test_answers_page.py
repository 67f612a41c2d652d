"""The answers in the documentation and in the page of a report."""

import json
from typing import Any

from localaws.chime.answers import FILE
from proof.answers_page import table_of_answers, with_table
from support.checkout import ROOT


def test_the_page_has_the_settings_of_the_local_aws() -> None:
    # GIVEN
    page = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")

    # THEN `python -m proof adopt` would write it as it is
    assert with_table(page, json.loads(FILE.read_text(encoding="utf-8"))) == page


def test_the_page_of_a_report_shows_answers_and_what_is_not_known() -> None:
    # GIVEN
    answers: dict[str, dict[str, Any]] = {
        "cleared_settings": {"value": {"put": "absent", "describe": "absent"}, "reason": None},
        "creation_event": {"value": {"source": "aws.chime", "event": {"a": 1}}, "reason": None},
        "put_rate": {"value": None, "reason": "not asked"},
    }

    # WHEN
    table = table_of_answers(answers)

    # THEN
    assert '`{"put": "absent", "describe": "absent"}`' in table
    assert '`{"source": "aws.chime"}`' in table
    assert "| How many Puts a second are not throttled | not known: not asked |" in table
