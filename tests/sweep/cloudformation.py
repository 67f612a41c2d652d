"""CloudFormation as the policy's custom resource sees it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localaws.standins.virtual_time import Signal
from sweep.estate import APP_INSTANCE, STATE_MACHINE, TABLE, Estate

_SECONDS_BETWEEN_EVENTS = 3.0
_TIMEOUT_SECONDS = 3600.0

Properties = Mapping[str, Any]


class CloudFormation:
    """Deploys one policy, rolls back, and destroys.

    Where it cancels an event, it sends the next one while the function still works on the first,
    and ignores its answer. An event may be queued for a minute before the function starts, and may
    be delivered twice.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._physical_id = ""
        self._last_sent = float("-inf")
        self._answered = Signal(estate.time)
        self.believed: Properties | None = None

    def create(self, properties: Properties, cancelled_after: float | None = None) -> None:
        if self._send("Create", properties, cancelled_after):
            self.believed = properties
        else:
            self._undo_create(properties)

    def update(self, properties: Properties, cancelled_after: float | None = None) -> None:
        if self.believed is None:
            return self.create(properties, cancelled_after)
        before = self.believed
        if self._send("Update", properties, cancelled_after):
            self.believed = properties
        else:
            while not self._send("Update", before, None):
                self._estate.time.sleep(60)
        return None

    def cancel(self) -> None:
        """Cancel what is in progress, as where another resource fails."""
        self._answered.send()

    def delete(self) -> bool:
        """Delete the policy, again and again where that fails; False where there is none."""
        if self.believed is None:
            return False
        while not self._send("Delete", self.believed, None):
            self._estate.time.sleep(60)
        self.believed = None
        return True

    def _undo_create(self, properties: Properties) -> None:
        self._physical_id = self._physical_id or "made-up-by-CloudFormation"
        while not self._send("Delete", properties, None):
            self._estate.time.sleep(60)
        self._physical_id = ""

    def _send(self, kind: str, properties: Properties, cancelled_after: float | None) -> bool:
        estate = self._estate
        wait = self._last_sent + _SECONDS_BETWEEN_EVENTS - estate.time.now()
        if wait > 0:
            estate.time.sleep(wait)
        self._last_sent = estate.time.now()
        estate.log(f"{kind} {dict(properties)}")
        moment = datetime.fromtimestamp(estate.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        event: dict[str, Any] = {
            "RequestType": kind,
            "ResponseURL": f"https://bucket.invalid/response?X-Amz-Date={moment}",
            "ResourceProperties": {
                "AppInstanceArn": APP_INSTANCE,
                "TableName": TABLE,
                "StateMachineArn": STATE_MACHINE,
                **properties,
            },
        }
        if kind != "Create":
            event["PhysicalResourceId"] = self._physical_id
        answers: list[Any] = []
        answered = self._answered = Signal(estate.time)

        def answer(response: Any) -> None:
            answers.append(response)
            answered.send()

        deliveries = 2 if estate.troubles and estate.chance.random() < 0.05 else 1
        for _ in range(deliveries):
            is_queued = estate.troubles and estate.chance.random() < 0.15
            estate.time.start(
                lambda: estate.invoke_lifecycle(event, answer),
                after=estate.chance.uniform(0, 60 if is_queued else 0.2),
            )
        answered.wait(cancelled_after or _TIMEOUT_SECONDS)
        if not answers:
            estate.log(f"{kind} is cancelled")
            return False
        response = answers[0]
        estate.log(f"{kind}: {response}")
        if kind == "Create" or response.failure is None:
            self._physical_id = response.PhysicalResourceId
        return response.failure is None
