"""The rates, and how long calls take: what is assumed of AWS."""

from localaws.chime import RateLimits
from localaws.standins.virtual_time import VirtualTime

# Amazon Chime SDK endpoints and quotas, AWS General Reference. The first has no line of its own: it
# gets the rate of the other calls that change a user.
_QUOTAS = {
    "PutAppInstanceUserExpirationSettings": 10.0,
    "DescribeAppInstanceUser": 20.0,
    "ListAppInstanceUsers": 10.0,
    "ListAppInstanceAdmins": 10.0,
}
_ALL_CALLS_PER_SECOND = 50.0

CALLS_PER_SECOND = 8.0
"""The default of the policy."""

# As in the measurement of 490 declarations.
IDENTITY_CALL_SECONDS = 0.05
TABLE_CALL_SECONDS = 0.01
STATE_TRANSITION_SECONDS = 0.1
LAMBDA_SECONDS = 900.0


def documented_limits(time: VirtualTime) -> RateLimits:
    """The quotas of an account that has requested no increase."""
    return RateLimits(
        per_operation=dict(_QUOTAS), total_per_second=_ALL_CALLS_PER_SECOND, monotonic=time.now
    )
