"""Conducts a run: the fixtures, the questions, the story, and always the clean-up."""

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from botocore.exceptions import BotoCoreError, ClientError

from proof.answer import Answer
from proof.caller_place import CallerPlace
from proof.clean_up import clean_up
from proof.commands import Commands
from proof.fixtures import create_fixtures
from proof.interruption import Interrupted, Signals
from proof.journal import Entry, Journal
from proof.questions import LONG_QUESTIONS, QUESTIONS, Question
from proof.report import Report
from proof.stacks import StackError
from proof.step import Step
from proof.story import Story, Synthesizer
from proof.terminal import say

AwsError = (BotoCoreError, ClientError, StackError)


class Conductor:
    """One run, whose record is in ``journal``. ``folder`` is for files while it lasts."""

    def __init__(self, place: CallerPlace, journal: Journal, folder: Path, report: Report) -> None:
        self._place = place
        self._journal = journal
        self._folder = folder
        self._report = report

    def run(self, entry: Entry, *, waits_for_expiration: bool) -> int:
        """Run, clean up and return an exit status. The report says what happened."""
        started = monotonic()
        status = 0
        with Signals(lambda: say(warning(entry.id))) as signals:
            try:
                self._journal.write(entry)
                with self._journal.locked(entry.id) as lock:
                    self._work(lock, waits_for_expiration=waits_for_expiration)
                    signals.begin_clean_up()
            except Interrupted as interruption:
                self._report.outcome = "interrupted"
                self._report.error = f"interrupted by {interruption}"
                status = interruption.exit_status
                say(f"\nInterrupted by {interruption}.")
            finally:
                # Also if this program has a fault, whose traceback is printed after that.
                signals.begin_clean_up()
                status = self._clean_up(entry) or status
                self._report.seconds = round(monotonic() - started, 1)
        return status or (0 if self._report.passed else 1)

    def _work(self, lock: int, *, waits_for_expiration: bool) -> None:
        try:
            self._take_all_steps(lock, waits_for_expiration=waits_for_expiration)
            self._report.outcome = "completed"
        except AwsError as error:
            self._report.error = str(error)
            say(f"The run has failed: {error}")

    def _take_all_steps(self, lock: int, *, waits_for_expiration: bool) -> None:
        run = self._place.run
        self._folder.mkdir(parents=True, exist_ok=True)
        say(f"creating the stack {run.fixtures_stack}")
        self._place.fixtures = create_fixtures(self._place)
        self._ask_all(QUESTIONS)
        say("deploying")
        story = Story(
            self._place,
            Commands(run, self._folder, lock),
            self._synthesizer(),
        )
        story.prepare()
        try:
            for step in story.run():
                self._report.steps.append(step)
                _show(step)
        finally:
            self._report.answers.append(story.express_replacement)
        if waits_for_expiration or self._place.is_local:
            self._ask_all(LONG_QUESTIONS)

    def _synthesizer(self) -> Synthesizer:
        # The import starts Node.js.
        os.environ["JSII_NODE"] = str(Path(__file__).with_name("node_in_own_session.py"))
        from proof.app import AppSynthesizer

        return AppSynthesizer(self._place.run, self._place.fixtures, self._folder)

    def _ask_all(self, questions: Iterable[Question]) -> None:
        for ask in questions:
            say(f"asking {ask.__name__}")
            self._report.answers.append(self._answer(ask))

    def _answer(self, ask: Question) -> Answer:
        try:
            return ask(self._place)
        except AwsError as error:
            return Answer(ask.__name__, reason=f"the question failed: {error}")
        except (KeyError, IndexError, TypeError, ValueError) as error:
            # Nobody knows what the service answers. The rest of the run goes on.
            return Answer(ask.__name__, reason=f"the response has another form: {error!r}")

    def _clean_up(self, entry: Entry) -> int:
        """Remove everything, and return an exit status that is not 0 if it was stopped."""
        try:
            self._report.left_behind = remove_all(self._place, self._journal, entry, self._folder)
        except Interrupted as interruption:
            say(f"The clean-up was stopped. Go on with it: make prove-clean RUN={entry.id}")
            return interruption.exit_status
        return 0


def remove_all(
    place: CallerPlace, journal: Journal, entry: Entry, folder: Path
) -> list[str] | None:
    """Remove everything of a run and its record; say and return what is left.

    None if it failed, so that it is not known.
    """
    say(f"cleaning up run {entry.id}")
    try:
        left = [str(thing) for thing in clean_up(place, _indented)]
    except AwsError as error:
        say(f"The clean-up has failed: {error}")
        say(f"Run it again: make prove-clean RUN={entry.id}")
        return None
    if left:
        say(f"Left behind: {', '.join(left)}")
        say(f"Run the clean-up again, or delete them: make prove-clean RUN={entry.id}")
        return left
    journal.remove(entry.id)
    shutil.rmtree(folder, ignore_errors=True)
    say("Nothing is left: no service that the run used lists anything with its name.")
    return left


def warning(run_id: str) -> str:
    """Return what is said at the first signal during a clean-up."""
    return (
        "The clean-up is in progress. Interrupt it once more to stop it, and go on later with "
        f"make prove-clean RUN={run_id}"
    )


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def _show(step: Step) -> None:
    say(f"  {'ok    ' if step.passed else 'FAILED'} {step.seconds:5.1f} s  {step.title}")
    for problem in step.problems:
        say(f"           {problem}")


def _indented(text: str) -> None:
    say(f"  {text}")
