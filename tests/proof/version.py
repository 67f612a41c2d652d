"""What the app of a run declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Version:
    """What the app declares. ``declared`` are days by user id.

    The user of one more declaration is a parameter of the stack: CloudFormation does not know
    that another user replaces the resource until our function responds. ``missing`` is a user that
    does not exist, so that its declaration fails; all else is deployed before it.
    """

    declared: Mapping[str, int]
    named_by_parameter: str
    days_of_parameter: int
    policy_days: int
    missing: str | None = None
    missing_days: int = 30
    construct_names: Mapping[str, str] = field(default_factory=dict)
    """The ids of constructs by user id, where they are not the user id."""
