"""The handler's logic as a function that can be run, in a time that costs nothing."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chime_expiration_handler.identity_service import IdentityService
from chime_expiration_handler.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.patience import Patience
from fakes.cloudformation_events import Event
from localaws.chime import ChimeIdentity


@dataclass
class FunctionTime:
    """The time of one invocation, in which waiting takes none of ours."""

    limit: float = 300
    elapsed: float = 0

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds

    def now(self) -> float:
        return self.elapsed

    def remaining(self) -> float:
        return self.limit - self.elapsed


@dataclass
class Told:
    """What CloudFormation was told."""

    PhysicalResourceId: str = ""
    Data: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    reason: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.reason is None


@dataclass
class Function:
    """The logic of the handler, with boto3's real client against the local Chime."""

    client: Callable[[str], Any]
    chime: ChimeIdentity
    time: FunctionTime = field(default_factory=FunctionTime)

    def run(self, event: Event) -> Told:
        self.time.elapsed = 0
        patience = Patience(
            self.time.remaining, self.time.sleep, self.time.now, random.Random(1).uniform
        )
        lifecycle = Lifecycle(
            lambda region: IdentityService(self.client(region), patience),
            now=self.chime.clock.now,
        )
        told = Told()
        try:
            told.outcome = getattr(lifecycle, event["RequestType"].lower())(event, told)
        except LifecycleError as error:
            told.reason = str(error)
        return told
