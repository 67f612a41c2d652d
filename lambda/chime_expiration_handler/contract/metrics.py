"""The metrics that a policy writes: one value per chunk of a sweep."""

NAMESPACE = "ChimeExpiration"
DIMENSION = "PolicyTable"
"""Its value is the name of the policy's table."""

USERS_SET = "UsersSet"
USERS_CLEARED = "UsersCleared"
USERS_FAILED = "UsersFailed"
USERS_OVERDUE = "UsersOverdue"
USERS_LEFT_ALONE = "UsersLeftAlone"
