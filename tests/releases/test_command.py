"""``python -m release``, with stand-ins for the tests that it runs and for the build."""

import json

import pytest

from release import __main__ as command
from release.checkout import Checkout
from support.git import commit_all


@pytest.fixture
def project(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A project that can be released, in which every command finds the tests passing."""
    with (checkout.root / "pyproject.toml").open("a") as settings:
        settings.write('dependencies = ["aws-cdk-lib>=2.1,<3"]\nclassifiers = []\n')
    (checkout.root / "requirements.txt").write_text("aws-cdk-lib==2.9\n")
    package = {"devDependencies": {"aws-cdk": "2.8"}}
    (checkout.root / "package.json").write_text(json.dumps(package))
    commit_all(checkout)
    monkeypatch.chdir(checkout.root)
    monkeypatch.setattr(command, "build_twice", lambda *_: {"small.whl": "abc"})
    monkeypatch.setattr(command, "TESTS", (["true"],))
    return checkout


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["release", *arguments])
    return command.main()


def test_the_version_is_tagged_with_its_notes_and_nothing_is_pushed(
    project: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a remote that would receive a push
    project.git("init", "--quiet", "--bare", str(project.root / ".git" / "remote"))
    project.git("remote", "add", "origin", ".git/remote")

    # WHEN
    assert run(monkeypatch, "tag") == 0

    # THEN
    assert project.git("rev-parse", "v0.2.0^{commit}") == project.commit
    message = project.git("tag", "--list", "v0.2.0", "--format=%(contents)")
    assert message.startswith("small 0.2.0\n\n### Added\n\n- A second thing.\n\n### Tested with")
    assert "- aws-cdk-lib 2.9, and the CDK CLI 2.8: all tests." in message
    assert project.git("ls-remote", "origin") == ""
    assert "git push --atomic origin main v0.2.0" in capsys.readouterr().out


def test_a_dry_run_tags_nothing(
    project: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN
    assert run(monkeypatch, "tag", "--dry-run") == 0

    # THEN
    assert project.git("tag", "--list") == "v0.1.0"
    assert "Dry run: v0.2.0 was not tagged" in capsys.readouterr().out


def test_every_reason_is_reported_at_once_and_nothing_is_built(
    project: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    project.git("tag", "v0.2.0")
    (project.root / "left over").touch()
    monkeypatch.setattr(command, "build_twice", None)

    # WHEN
    assert run(monkeypatch, "tag") == 1

    # THEN
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["release", "release"]


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("false", "'sh -c false' failed: fix it and commit"),
        ("touch leftover", "files are changed or not in git: leftover; commit or remove them"),
        ("git commit --quiet --allow-empty -m x", "run make release again"),
        ('test "$DISTRIBUTIONS" != "$PWD/dist"', "failed: fix it and commit"),
    ],
    ids=["failed", "left a file", "somebody committed", "the files are those in dist"],
)
def test_nothing_is_tagged_after_tests_that_fail_or_change_something(
    project: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    test: str,
    reason: str,
) -> None:
    # GIVEN
    monkeypatch.setattr(command, "TESTS", (["sh", "-c", test],))

    # WHEN
    assert run(monkeypatch, "tag") == 1

    # THEN
    assert reason in capsys.readouterr().err
    assert project.git("tag", "--list") == "v0.1.0"


@pytest.mark.usefixtures("project")
def test_a_pushed_tag_is_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # THEN
    assert run(monkeypatch, "check", "v0.2.0") == 0
    assert run(monkeypatch, "check", "v0.2.1") == 1
    assert capsys.readouterr().err.startswith("release: the tag 'v0.2.1' does not name")


def test_what_is_tested_is_everything() -> None:
    # THEN
    assert command.TESTS == (
        ["make", "test"],
        ["python", "-m", "pytest", "-m", "oldest or network"],
    )
