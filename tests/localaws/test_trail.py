"""Events on their way to EventBridge: delivered, lost, repeated and delayed."""

import logging
from collections.abc import Iterator

import pytest
from botocore.exceptions import EndpointConnectionError

from localaws.chime import Event
from localaws.trail import Trail


class Bus:
    """Keeps the ids of the delivered events. It is not available for one batch if wanted."""

    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.available = True

    def deliver(self, events: list[Event]) -> None:
        if not self.available:
            self.available = True
            raise EndpointConnectionError(endpoint_url="https://localhost")
        self.delivered.extend(event["id"] for event in events)


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def trail(bus: Bus) -> Iterator[Trail]:
    with Trail(bus.deliver) as trail:
        yield trail


def test_each_event_is_delivered_once_and_in_order(bus: Bus, trail: Trail) -> None:
    # WHEN
    for number in range(200):
        trail.send({"id": number})
    trail.wait_until_delivered()

    # THEN
    assert bus.delivered == list(range(200))


def test_events_can_be_lost_and_repeated(bus: Bus, trail: Trail) -> None:
    # WHEN
    for number, copies in enumerate((0, 3, 1)):
        trail.copies = copies
        trail.send({"id": number})
    trail.wait_until_delivered()

    # THEN
    assert bus.delivered == [1, 1, 1, 2]


def test_a_delayed_event_is_overtaken(bus: Bus, trail: Trail) -> None:
    # GIVEN an event that is delayed by an hour
    trail.delay_seconds = 3600
    trail.send({"id": 1})

    # WHEN another one is sent without delay
    trail.delay_seconds = 0
    trail.send({"id": 2})
    with pytest.raises(TimeoutError, match="1 events are pending"):
        trail.wait_until_delivered(timeout_seconds=0.5)

    # THEN
    assert bus.delivered == [2]


def test_a_delayed_event_is_delivered(bus: Bus, trail: Trail) -> None:
    # WHEN
    trail.delay_seconds = 0.05
    trail.send({"id": 1})
    trail.wait_until_delivered()

    # THEN
    assert bus.delivered == [1]


def test_events_are_delivered_after_a_failure_of_eventbridge(
    bus: Bus, trail: Trail, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN
    bus.available = False

    # WHEN
    with caplog.at_level(logging.WARNING):
        trail.send({"id": 1})
        trail.wait_until_delivered()
    trail.send({"id": 2})
    trail.wait_until_delivered()

    # THEN the failure is logged
    assert bus.delivered == [2]
    assert "1 events not delivered: Could not connect" in caplog.text
