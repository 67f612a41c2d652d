"""Where a run takes place, as the questions and the story see it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from proof.run import Run


@dataclass(frozen=True)
class Fixtures:
    """What the fixtures stack created for the run."""

    app_instance_arn: str
    queue_url: str
    """An SQS queue with every EventBridge event of the AppInstance's account and region that is
    about Chime SDK, as EventBridge delivers it."""
    role_without_permissions_arn: str
    """A role that this account may assume and that allows nothing."""
    asset_bucket: str


class Place(Protocol):
    """An account and a region."""

    run: Run
    fixtures: Fixtures
    is_local: bool

    def client(self, service: str, **settings: Any) -> Any:
        """Return a boto3 client with the caller's credentials.

        ``settings`` are settings of botocore's ``Config``.
        """

    def wait(self, seconds: float) -> None:
        """Wait."""

    def let_days_pass(self, time: timedelta) -> None:
        """Wait for days. A local AWS makes its users older instead."""
