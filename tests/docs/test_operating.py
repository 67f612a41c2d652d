"""The example of docs/operating.md creates what the page says."""

import re
from pathlib import Path
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from support.checkout import ROOT
from support.markdown import blocks

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_the_example_creates_the_alarms_that_the_tables_recommend(tmp_path: Path) -> None:
    # GIVEN
    [example] = [block for block in blocks("docs/operating.md", "python") if "class " in block]
    namespace: dict[str, Any] = {}
    exec(example, namespace)
    rows = re.findall(r"^\| `(\w+)`(.*)\|(.*)\|$", PAGE, re.MULTILINE)
    recommended = {metric for metric, _, alarm in rows if alarm.strip().startswith("yes")}

    # WHEN
    stack = namespace["WatchedExpirations"](App(outdir=str(tmp_path)), "WatchedExpirations")
    template = Template.from_stack(stack)

    # THEN
    alarms = template.find_resources("AWS::CloudWatch::Alarm").values()
    assert {alarm["Properties"]["MetricName"] for alarm in alarms} == recommended
    assert len(recommended) == 8
    assert all(alarm["Properties"]["AlarmActions"] for alarm in alarms)
    template.resource_count_is("AWS::CloudWatch::Dashboard", 1)
    assert "ExpireAppInstanceUser" in str(template.find_resources("AWS::Events::Rule"))
