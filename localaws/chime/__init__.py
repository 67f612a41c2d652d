"""A small and strict Amazon Chime SDK Identity for tests and demonstrations."""

from localaws.chime.access import Access, Authorizer, Denial
from localaws.chime.calls import Call, CallLog
from localaws.chime.clock import Clock
from localaws.chime.errors import ChimeError
from localaws.chime.events import Event
from localaws.chime.faults import Fault, FaultScript
from localaws.chime.identity import ChimeIdentity, Request
from localaws.chime.limits import RateLimits
from localaws.chime.server import ChimeServer
from localaws.chime.users import AppInstance, AppInstanceUser, ExpirationSettings

__all__ = [
    "Access",
    "AppInstance",
    "AppInstanceUser",
    "Authorizer",
    "Call",
    "CallLog",
    "ChimeError",
    "ChimeIdentity",
    "ChimeServer",
    "Clock",
    "Denial",
    "Event",
    "ExpirationSettings",
    "Fault",
    "FaultScript",
    "RateLimits",
    "Request",
]
