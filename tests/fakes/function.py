"""The lifecycle as a function that CloudFormation invokes, in simulated time."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import RetryBudget
from chime_expiration_handler.user.lifecycle import Lifecycle, LifecycleError
from chime_expiration_handler.user.own_stack import OwnStack
from fakes.cloudformation_events import Event, sent_at
from fakes.own_stack_client import OwnStackClient
from localaws.chime import ChimeIdentity

FUNCTION_SECONDS = 300.0


@dataclass
class FunctionTime:
    """The simulated time of one invocation: to sleep only advances the clock.

    ``during_sleep`` is called in each sleep: what happens elsewhere in the meantime.
    """

    limit: float = FUNCTION_SECONDS
    elapsed: float = 0
    during_sleep: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds
        self.during_sleep()

    def now(self) -> float:
        return self.elapsed

    def remaining(self) -> float:
        return self.limit - self.elapsed


@dataclass
class Response:
    """The response to CloudFormation."""

    PhysicalResourceId: str = ""
    Data: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    reason: str = ""

    @property
    def succeeded(self) -> bool:
        return not self.reason


@dataclass
class Function:
    """The lifecycle, with boto3's real client against the local Chime."""

    client: Callable[[str], Any]
    chime: ChimeIdentity
    time: FunctionTime = field(default_factory=FunctionTime)
    stack: OwnStackClient = field(default_factory=OwnStackClient)
    stack_has_token_users: bool = False

    def run(self, event: Event) -> Response:
        """Have CloudFormation send ``event``, and handle it in an invocation of its own."""
        self.time.elapsed = 0
        return self.overtake(event)

    def overtake(self, event: Event) -> Response:
        """Do the same while another invocation waits: time goes on."""
        event = sent_at(event, self.now())
        started = self.stack.starts(event, self.now())
        response = self.handle(event)
        self.stack.ends(
            event,
            self.now(),
            response.PhysicalResourceId,
            since=started,
            succeeded=response.succeeded,
        )
        return response

    def handle(self, event: Event) -> Response:
        """Handle ``event``, whatever CloudFormation has done since it sent it."""
        retry_budget = RetryBudget(
            self.time.remaining, self.time.sleep, self.time.now, random.Random(1).uniform
        )
        lifecycle = Lifecycle(
            lambda region: IdentityService(self.client(region), retry_budget),
            lambda event: OwnStack(event, retry_budget, lambda _: self.stack),
            stack_has_token_users=self.stack_has_token_users,
            now=self.now,
        )
        response = Response()
        try:
            response.outcome = lifecycle.handle(event, response)
        except LifecycleError as error:
            response.reason = str(error)
        return response

    def now(self) -> datetime:
        """The time of the invocation: that of the service, and what was slept."""
        return self.chime.clock.now() + timedelta(seconds=self.time.elapsed)
