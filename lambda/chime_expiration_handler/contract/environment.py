"""The environment variables of the function that the template sets."""

STACK_HAS_TOKEN_USERS = "STACK_HAS_TOKEN_USERS"
"""``true`` where a declaration of the stack has a token for its user.

Such a user can be the same one as that of another declaration, which is known only at deployment.
"""

POLICY_TABLE = "POLICY_TABLE"
"""The name of the policy's table."""
