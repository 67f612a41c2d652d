"""What a run deploys, step by step, and the expirations that must hold after each step."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from proof.answer import Answer
from proof.commands import Result
from proof.place import Place
from proof.redaction import redacted
from proof.stacks import StackError, stack_of
from proof.step import Step, differences
from proof.users import Days, create_user, days_of, set_days
from proof.version import Version

USERS: Days = {
    "declared-1": None,
    "declared-2": None,
    "declared-3": None,
    "parameter-1": None,
    "parameter-2": None,
    "guest-1": None,
    "guest-2": None,
    "guest-foreign": 365,
    "bystander": None,
}
"""The users before the first deployment. Somebody else has set the expiration of guest-foreign."""

_LATE = "declared-4"
_DRIFTED, _DRIFTED_DAYS = "declared-1", 5000

_FIRST = Version(
    declared={"declared-1": 30, "declared-2": 60},
    named_by_parameter="parameter-1",
    days_of_parameter=40,
    policy_days=45,
)

_LAST_LINES = 12

_SETTLED_WITHIN, _SETTLED_LOCALLY_WITHIN = 120.0, 3.0
"""Seconds. In express mode, CloudFormation does not wait for everything."""


class Synthesizer(Protocol):
    """Writes cloud assemblies."""

    def synthesize(self, version: Version) -> Path:
        """Return the folder of an assembly."""


class Commands(Protocol):
    """Runs commands to their end."""

    def cdk(self, *arguments: str) -> Result:
        """Run the CDK CLI."""

    def chime_expiration(self, *arguments: str) -> Result:
        """Run the command line of this project."""


class Story:
    """The steps. ``express_replacement`` is the answer that they give."""

    def __init__(self, place: Place, commands: Commands, synthesizer: Synthesizer) -> None:
        self.express_replacement = Answer(
            "express_replacement", reason="the run ended before this step"
        )
        self._place = place
        self._commands = commands
        self._synthesizer = synthesizer
        self._deployed = _FIRST
        self._expected = dict(USERS)
        self._shown: list[str] = []
        self._problems: list[str] = []
        self._left_by_a_refusal: Days = {}

    @property
    def titles(self) -> dict[str, str]:
        """Return what each step does, by its name."""
        return {name: title for name, title, _ in self._steps()}

    def prepare(self) -> None:
        """Create the users."""
        for user_id, days in USERS.items():
            create_user(self._place, user_id, days)

    def run(self) -> Iterator[Step]:
        """Take the steps. One that fails does not keep the next ones from being taken."""
        for name, title, take in self._steps():
            started = monotonic()
            self._shown, self._problems = [], []
            try:
                take()
            except (BotoCoreError, ClientError, StackError) as error:
                self._problems.append(str(error))
            actual = self._settled()
            yield Step(
                name,
                title,
                tuple(self._shown),
                dict(self._expected),
                actual,
                round(monotonic() - started, 1),
                (*self._problems, *differences(self._expected, actual)),
            )

    def _steps(self) -> list[tuple[str, str, Callable[[], None]]]:
        return [
            (
                "create",
                "create the stack: two declarations, a user from a parameter, a policy",
                self._create,
            ),
            ("rename", "rename a construct: nothing changes", self._rename),
            ("swap", "swap the days of two users", self._swap),
            (
                "change_days",
                "change the days of a declaration and of the policy",
                self._change_days,
            ),
            (
                "replace",
                "declare other users: the new ones are set, the old ones cleared",
                self._replace,
            ),
            (
                "roll_back",
                "change days in a deployment that fails: it is rolled back",
                self._roll_back,
            ),
            ("express", "change days with --express", self._express),
            (
                "no_rollback",
                "change days with --no-rollback in a deployment that fails: they stay",
                self._no_rollback,
            ),
            ("forward", "create the user that was missing, and deploy again", self._forward),
            ("drift", "plan; change days behind the stack; status, repair, status", self._drift),
            (
                "express_replacement",
                "replace a user from a parameter with --express",
                self._replace_with_express,
            ),
            ("destroy", "destroy the stack: what it has set is cleared", self._destroy),
        ]

    # The steps.

    def _create(self) -> None:
        self._expect({**_FIRST.declared, "parameter-1": 40, "guest-1": 45, "guest-2": 45})
        self._deploy(_FIRST, ends="CREATE_COMPLETE")

    def _rename(self) -> None:
        self._deploy(replace(self._deployed, construct_names={"declared-1": "Renamed"}))

    def _swap(self) -> None:
        self._expect({"declared-1": 60, "declared-2": 30})
        self._deploy(self._declaring({"declared-1": 60, "declared-2": 30}))

    def _change_days(self) -> None:
        self._expect({"declared-1": 90, "guest-1": 50, "guest-2": 50})
        self._deploy(replace(self._declaring({"declared-1": 90}), policy_days=50))

    def _replace(self) -> None:
        self._expect({"declared-2": None, "declared-3": 30})
        self._expect({"parameter-1": None, "parameter-2": 40})
        others = {"declared-1": 90, "declared-3": 30}
        self._deploy(replace(self._deployed, declared=others, named_by_parameter="parameter-2"))

    def _roll_back(self) -> None:
        changed = replace(self._declaring({"declared-1": 100}), policy_days=55, missing=_LATE)
        self._deploy(changed, ends="UPDATE_ROLLBACK_COMPLETE", succeeds=False)

    def _express(self) -> None:
        self._expect({"declared-1": 110})
        self._deploy(self._declaring({"declared-1": 110}), "--express")

    def _no_rollback(self) -> None:
        self._expect({"declared-1": 120, "guest-1": 60, "guest-2": 60})
        changed = replace(self._declaring({"declared-1": 120}), policy_days=60, missing=_LATE)
        self._deploy(changed, "--no-rollback", ends="UPDATE_FAILED", succeeds=False)
        # What the stack has now, without rollback.
        self._deployed = changed

    def _forward(self) -> None:
        self._expect({_LATE: self._deployed.missing_days})
        create_user(self._place, _LATE)
        self._deploy(self._deployed, "--no-rollback")

    def _drift(self) -> None:
        assembly = str(self._synthesizer.synthesize(self._deployed))
        stack = ("--stack", self._place.run.app_stack)
        self._ask(0, "plan", assembly)
        set_days(self._place, _DRIFTED, _DRIFTED_DAYS)
        found = self._ask(1, "status", *stack, "--json")
        self._require_drift(found)
        self._ask(0, "repair", *stack, "--yes")
        self._ask(0, "status", *stack)

    def _replace_with_express(self) -> None:
        before = self._deployed
        wanted = replace(before, named_by_parameter="parameter-1")
        result = self._cdk_deploy(wanted, "--express")
        self.express_replacement = self._answer_of(result)
        if result.exit_status == 0:
            self._deployed = wanted
            self._expect({"parameter-1": before.days_of_parameter, "parameter-2": None})
        else:
            # Until it has succeeded once more, CloudFormation takes express deployments only, and
            # it does not restore what it refused to replace.
            recovered = self._cdk_deploy(before, "--express", "--method=direct", "--no-rollback")
            self._require_exit_status(recovered, succeeds=True)
            # Our function had set the new user before CloudFormation refused. Nobody documents
            # whether it hears of that again, so what the user has is part of the answer.
            self._left_by_a_refusal = days_of(self._place, {"parameter-1": None})
            self._expect(self._left_by_a_refusal)
            self.express_replacement = self._answer_of(result)

    def _destroy(self) -> None:
        self._expect({user_id: USERS.get(user_id) for user_id in self._expected})
        self._expect(self._left_by_a_refusal)
        assembly = self._synthesizer.synthesize(self._deployed)
        result = self._run_cdk("destroy", "--app", str(assembly), "--force")
        self._require_exit_status(result, succeeds=True)
        stack = stack_of(self._place, self._place.run.app_stack)
        if stack is not None:
            self._problems.append(f"the stack still exists, with status {stack['StackStatus']}")

    # What they share.

    def _declaring(self, days: dict[str, int]) -> Version:
        return replace(self._deployed, declared={**self._deployed.declared, **days})

    def _expect(self, days: Days) -> None:
        self._expected.update(days)

    def _deploy(
        self,
        version: Version,
        *options: str,
        ends: str = "UPDATE_COMPLETE",
        succeeds: bool = True,
    ) -> None:
        result = self._cdk_deploy(version, *options)
        self._require_exit_status(result, succeeds=succeeds)
        stack = stack_of(self._place, self._place.run.app_stack)
        status = "not there" if stack is None else stack["StackStatus"]
        if status != ends:
            self._problems.append(f"the stack must be {ends}, is {status}")
        if result.exit_status == 0:
            self._deployed = version

    def _cdk_deploy(self, version: Version, *options: str) -> Result:
        assembly = self._synthesizer.synthesize(version)
        return self._run_cdk(
            "deploy",
            "--app",
            str(assembly),
            "--require-approval",
            "never",
            # Without it, the CLI keeps the value that the parameter has.
            "--parameters",
            f"NamedUser={version.named_by_parameter}",
            *options,
        )

    def _run_cdk(self, *arguments: str) -> Result:
        result = self._commands.cdk(*arguments)
        self._shown.append(result.command)
        return result

    def _ask(self, exit_status: int, *arguments: str) -> Result:
        """Run a command of ours that must have this exit status."""
        result = self._commands.chime_expiration(*arguments)
        self._shown.append(result.command)
        if result.exit_status != exit_status:
            self._problems.append(
                f"{result.command} must exit with {exit_status}, exited with "
                f"{result.exit_status}: {_tail(result.output)}"
            )
        return result

    def _require_exit_status(self, result: Result, *, succeeds: bool) -> None:
        if (result.exit_status == 0) != succeeds:
            must = "succeed" if succeeds else "fail"
            self._problems.append(
                f"{result.command} must {must}, exited with {result.exit_status}: "
                f"{_tail(result.output)}"
            )

    def _require_drift(self, found: Result) -> None:
        """Add a problem unless ``status`` names the one user that has drifted."""
        try:
            document: dict[str, Any] = json.loads(found.document)
        except ValueError:
            return
        modified = [
            str(each["user_arn"]).rpartition("/")[2]
            for stack in document["stacks"]
            for each in stack["declarations"]
            if each["drift_status"] == "MODIFIED"
        ]
        if modified != [_DRIFTED]:
            self._problems.append(f"status must find {_DRIFTED} MODIFIED, found {modified}")

    def _answer_of(self, result: Result) -> Answer:
        stack = stack_of(self._place, self._place.run.app_stack) or {}
        if stack.get("DeploymentConfig", {}).get("Mode") != "EXPRESS":
            return Answer(
                "express_replacement",
                reason="CloudFormation reports that it did not deploy in express mode",
            )
        if result.exit_status == 0:
            return Answer("express_replacement", {"outcome": "replaced"})
        return Answer(
            "express_replacement",
            {
                "outcome": "refused",
                "message": redacted(_tail(result.output), self._place.run),
                "days_of_the_new_user": self._left_by_a_refusal.get("parameter-1"),
            },
        )

    def _settled(self) -> Days:
        """Return the days of the users, when they are as expected or a while has passed."""
        within = _SETTLED_LOCALLY_WITHIN if self._place.is_local else _SETTLED_WITHIN
        deadline = monotonic() + within
        while True:
            actual = days_of(self._place, self._expected)
            if actual == self._expected or monotonic() > deadline:
                return actual
            self._place.wait(0.5 if self._place.is_local else 5)


def _tail(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-_LAST_LINES:])
