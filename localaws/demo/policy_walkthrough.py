"""Takes the steps with a policy, and compares each user after each one."""

import json
import time
from collections.abc import Callable, Mapping

from localaws import LocalAws
from localaws.cdk_cli import CdkCli
from localaws.demo.policy_steps import (
    CALLS_PER_SECOND,
    NEW_GUEST,
    PRESENT,
    STEPS,
    Group,
    PolicyStep,
)
from localaws.demo.steps import confirmation
from localaws.demo.terminal import (
    explain,
    say,
    show_call_counts,
    show_command,
    show_differences,
    show_groups,
    waiting,
)

_EVENT_SECONDS = 60.0


class PolicyWalkthrough:
    """All steps on one local AWS whose account is bootstrapped.

    Set ``app_instance_id`` for output that is always the same.
    """

    def __init__(
        self, local_aws: LocalAws, cdk: CdkCli, app_instance_id: str | None = None
    ) -> None:
        self._chime = local_aws.chime
        self._service = local_aws.client("chime-sdk-identity")
        self._cdk = cdk
        self._chat = self._chime.create_app_instance(
            "guests", app_instance_id=app_instance_id, age_days=100
        )
        # The account has raised quotas, so that the demo is short.
        self._chime.limits = None
        self._groups = list(PRESENT)
        for group in PRESENT:
            self._create_users(group)

    def run(self) -> bool:
        """Take all steps; return whether every user always had what the step says.

        Stops at the first difference. Raises CdkError.
        """
        say(
            f"Another chat application has {len(self._expected({}))} AppInstanceUsers. Its back "
            "end creates them at run time, so a stack cannot name them. Two of them have an "
            "expiration that the back end has set."
        )
        show_command(f"CHAT={self._chat}")
        self._show({})
        if not all(self._take(step) for step in STEPS):
            say("The service does not have what the policy promises: see the rows marked ✗.")
            return False
        say("After every step, every user had exactly the expected expiration.")
        return True

    def _take(self, step: PolicyStep) -> bool:
        say(step.title)
        self._chime.calls.clear()
        if step.command == "create":
            self._groups.append(NEW_GUEST)
            self._create_new_guest(step)
        else:
            self._run_cdk(step)
        show_call_counts(self._chime.calls.puts())
        return self._show(step.given)

    def _run_cdk(self, step: PolicyStep) -> None:
        policy = json.dumps(step.options)
        show_command(
            f"cdk {step.command} -c 'expirations={{}}' -c \\\n"
            f"""      'policies={{"'$CHAT'": {policy}}}'"""
        )
        if step is STEPS[0]:
            explain("'expirations={}' leaves out the users that cdk.json declares.")
            explain(
                f"The policy sets at most {CALLS_PER_SECOND} users per second here, so that you "
                "wait less. The default is 8: AWS documents no quota for this call, so 10 are "
                "assumed."
            )
        with waiting(step.activity, self._progress(step)) as show:
            self._cdk.run(
                step.command,
                *confirmation(step.command),
                "-c",
                "expirations={}",
                "-c",
                f'policies={{"{self._chat}": {policy}}}',
                "--progress",
                "events",
                on_line=show,
            )

    def _create_new_guest(self, step: PolicyStep) -> None:
        [user_id] = NEW_GUEST.user_ids
        response = self._service.create_app_instance_user(
            AppInstanceArn=self._chat, AppInstanceUserId=user_id, Name="A new guest"
        )
        arn = response["AppInstanceUserArn"]
        explain(f"CreateAppInstanceUser  {user_id}")
        deadline = time.monotonic() + _EVENT_SECONDS
        with waiting(step.activity):
            while not self._chime.calls.puts(arn) and time.monotonic() < deadline:
                time.sleep(0.1)

    def _progress(self, step: PolicyStep) -> Callable[[], str]:
        expected = self._expected(step.given)

        def progress() -> str:
            actual = self._actual()
            done = sum(actual.get(user_id) == days for user_id, days in expected.items())
            return f"{done} of {len(expected)} users as expected"

        return progress

    def _show(self, given: Mapping[Group, int]) -> bool:
        """Print expected and actual days; return whether they are the same for every user."""
        expected, actual = self._expected(given), self._actual()
        show_groups(self._groups, expected, actual)
        show_differences(expected, actual)
        return expected == actual

    def _expected(self, given: Mapping[Group, int]) -> dict[str, int | None]:
        return {
            user_id: given.get(group, group.own_days)
            for group in self._groups
            for user_id in group.user_ids
        }

    def _actual(self) -> dict[str, int | None]:
        """The days of all users of the AppInstance, by their ids."""
        return {
            user.arn.rpartition("/")[2]: self._chime.expiration_days(user.arn)
            for user in self._chime.users()
            if user.arn.startswith(f"{self._chat}/")
        }

    def _create_users(self, group: Group) -> None:
        for user_id in group.user_ids:
            arn = self._chime.create_user(
                self._chat, user_id, age_days=group.age_days, expiration_days=group.own_days
            )
            if group.are_admins:
                self._chime.make_admin(arn)
