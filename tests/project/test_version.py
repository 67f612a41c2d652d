"""The version is in pyproject.toml, and where the pages name the wheel."""

import re

from release.checkout import Checkout
from support.checkout import ROOT


def test_wheels_are_named_with_the_version_of_the_project() -> None:
    # WHEN
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.*")]
    named = {
        version
        for page in pages
        if page.is_file()
        for version in re.findall(r"cdk_chime_expiration-(\d\S*?)-py3", page.read_text("utf-8"))
    }

    # THEN
    assert named == {Checkout(ROOT).version}
