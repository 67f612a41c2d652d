"""Takes the steps on a local AWS, and compares declared with actual after each one."""

from datetime import datetime, timedelta

from localaws import LocalAws
from localaws.cdk_cli import CdkCli
from localaws.demo.steps import STEPS, USERS, Step, confirmation
from localaws.demo.terminal import (
    say,
    show_calls,
    show_command,
    show_users,
    waiting,
)

Expirations = dict[str, tuple[int | None, datetime | None]]
"""Days and time of expiration, by user id."""


class Walkthrough:
    """All steps on one local AWS. Set ``app_instance_id`` for output that is always the same."""

    def __init__(
        self, local_aws: LocalAws, cdk: CdkCli, app_instance_id: str | None = None
    ) -> None:
        self.local_aws = local_aws
        self._chat = local_aws.chime.create_app_instance("chat", app_instance_id=app_instance_id)
        self._users = {user: local_aws.chime.create_user(self._chat, user) for user in USERS}
        self._cdk = cdk
        self._calls = local_aws.chime.calls
        self._service = local_aws.client("chime-sdk-identity")

    def prepare(self) -> None:
        """Show the users, and bootstrap the account. Raises CdkError."""
        say("A local AWS is running, with its own Chime SDK Identity.")
        say("A chat application has three AppInstanceUsers. They never expire.")
        show_command(f"CHAT={self._chat}")
        show_users({}, self._actual())
        say("The account is bootstrapped for the CDK, once.")
        show_command("cdk bootstrap")
        self._run_cdk("bootstrapping", "bootstrap")

    def run(self) -> bool:
        """Take all steps; return whether the service always had what was declared.

        Stops at the first difference. Raises CdkError.
        """
        if not all(self._take(step) for step in STEPS):
            say("The service does not have what was declared: see the rows marked ✗.")
            return False
        say("After every step, the service had exactly what was declared.")
        return True

    def _take(self, step: Step) -> bool:
        say(step.title)
        # `cdk destroy` synthesizes the app too, so the app still has to declare something.
        users = (step.declared or STEPS[-2].declared).items()
        context = "expirations=" + ", ".join(
            f"$CHAT/user/{user}={days} days" for user, days in users
        )
        show_command(f'cdk {step.command} -c "{context}"')
        self._calls.clear()
        self._run_cdk(
            step.activity,
            step.command,
            *confirmation(step.command),
            "-c",
            context.replace("$CHAT", self._chat),
        )
        show_calls(self._calls.puts())
        actual = self._actual()
        show_users(step.declared, actual)
        return all(days == step.declared.get(user) for user, (days, _) in actual.items())

    def _run_cdk(self, activity: str, *arguments: str) -> None:
        with waiting(activity) as show:
            self._cdk.run(*arguments, "--progress", "events", on_line=show)

    def _actual(self) -> Expirations:
        """What the service reports to any client."""
        actual: Expirations = {}
        for user, arn in self._users.items():
            response = self._service.describe_app_instance_user(AppInstanceUserArn=arn)
            described = response["AppInstanceUser"]
            settings = described.get("ExpirationSettings")
            days = settings["ExpirationDays"] if settings else None
            expires = described["CreatedTimestamp"] + timedelta(days=days) if days else None
            actual[user] = (days, expires)
        return actual
