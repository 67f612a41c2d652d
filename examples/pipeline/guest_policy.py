"""What each stage deploys: when the guests of one chat expire."""

from typing import Any

from aws_cdk import Duration, Stack, Stage
from constructs import Construct

from chime_expiration import AppInstanceUserExpiration


class GuestPolicy(Stack):
    """One declaration for each guest."""

    def __init__(
        self, scope: Construct, id: str, *, guests: list[str], days: int, **kwargs: Any
    ) -> None:
        super().__init__(scope, id, **kwargs)
        for arn in guests:
            AppInstanceUserExpiration(
                self, arn, app_instance_user_arn=arn, expire_after=Duration.days(days)
            )


class ChatStage(Stage):
    """The expirations of one chat, in the account and region of the chat."""

    def __init__(
        self, scope: Construct, id: str, *, guests: list[str], days: int, **kwargs: Any
    ) -> None:
        super().__init__(scope, id, **kwargs)
        GuestPolicy(self, "GuestPolicy", guests=guests, days=days)
