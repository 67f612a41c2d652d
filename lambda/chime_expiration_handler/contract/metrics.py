"""The metrics that the functions write, and the dimension that tells whose they are."""

NAMESPACE = "ChimeExpiration"

POLICY_TABLE = "PolicyTable"
"""The dimension of a policy's metrics: the name of its table. One value per chunk of a sweep."""

USERS_SET = "UsersSet"
USERS_CLEARED = "UsersCleared"
USERS_FAILED = "UsersFailed"
USERS_OVERDUE = "UsersOverdue"
USERS_LEFT_ALONE = "UsersLeftAlone"

SWEEPS_FINISHED = "SweepsFinished"
"""1 for each sweep that has ended well, and 0 for each deployment, which starts one.

So the sum is the number of sweeps, and no value at all for days means that no sweep ends.
"""

STACK_NAME = "StackName"
"""The dimension of the metrics of all declarations of a stack. One value per event."""

FAILURES = "Failures"
REFUSED = "Refused"
CLEAN_UP_FAILURES = "CleanUpFailures"
