"""Goes through the story on a stage, and holds the service against it after each step."""

from datetime import datetime, timedelta

from demo.story import STORY, USERS, Step
from demo.terminal import conclude, say, show_calls, show_command, show_users, waiting
from localaws import Stage
from localaws.cdk_cli import CdkCli

Held = dict[str, tuple[int | None, datetime | None]]


class Demo:
    """The story, on one stage. ``app_instance_id`` is for a picture that stays the same."""

    def __init__(self, stage: Stage, cdk: CdkCli, app_instance_id: str | None = None) -> None:
        self.stage = stage
        self._chat = stage.chime.create_app_instance("chat", app_instance_id=app_instance_id)
        self._users = {user: stage.chime.create_user(self._chat, user) for user in USERS}
        self._cdk = cdk
        self._calls = stage.chime.calls
        self._service = stage.client("chime-sdk-identity")

    def prepare(self) -> None:
        """Show who is there, and bootstrap the account. Raises CdkError."""
        say("An AWS has been started on this machine, with a Chime SDK Identity in it.")
        say("A chat application has three AppInstanceUsers, and they never expire.")
        show_command(f"CHAT={self._chat}")
        show_users({}, self._held())
        say("The account is prepared for the CDK, once.")
        show_command("cdk bootstrap")
        self._wait_for("bootstrapping", "bootstrap")

    def tell(self) -> bool:
        """Go through the story; answer whether the service held what was declared throughout.

        Raises CdkError.
        """
        if not all(self._take(step) for step in STORY):
            say("The service does not hold what was declared: see the rows marked ✗.")
            return False
        say("After every step the service held exactly what was declared.")
        conclude()
        return True

    def _take(self, step: Step) -> bool:
        say(step.title)
        # To destroy a stack its app is synthesized too, so it still has to declare something.
        users = (step.declared or STORY[-2].declared).items()
        context = "expirations=" + ", ".join(
            f"$CHAT/user/{user}={days} days" for user, days in users
        )
        show_command(f'cdk {step.command} -c "{context}"')
        self._calls.clear()
        self._wait_for(
            step.doing, step.command, *step.confirmed, "-c", context.replace("$CHAT", self._chat)
        )
        show_calls(self._calls.puts())
        held = self._held()
        show_users(step.declared, held)
        return all(days == step.declared.get(user) for user, (days, _) in held.items())

    def _wait_for(self, doing: str, *arguments: str) -> None:
        with waiting(doing) as show:
            self._cdk.run(*arguments, "--progress", "events", on_line=show)

    def _held(self) -> Held:
        """What the service says, asked like any client would."""
        held: Held = {}
        for user, arn in self._users.items():
            answer = self._service.describe_app_instance_user(AppInstanceUserArn=arn)
            described = answer["AppInstanceUser"]
            settings = described.get("ExpirationSettings")
            days = settings["ExpirationDays"] if settings else None
            expires = described["CreatedTimestamp"] + timedelta(days=days) if days else None
            held[user] = (days, expires)
        return held
