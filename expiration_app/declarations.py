"""Reads declarations from the CDK context.

In ``cdk.json``, grouped by AppInstance or one user at a time::

    "expirations": {
      "arn:aws:chime:us-east-1:111122223333:app-instance/ID": {
        "guest-42": "30 days",
        "load-test": {"expireAfter": "2 days", "removalPolicy": "retain"},
        "trial-3": {"expireAfter": "7 days", "missingUser": "ignore"}
      },
      "arn:aws:chime:us-east-1:111122223333:app-instance/ID/user/trial-7": "90 days"
    }

On the command line, which replaces the declarations in ``cdk.json``::

    cdk deploy -c 'expirations=arn:aws:chime:…/user/guest-42=30 days, arn:aws:chime:…/user/b=7 days'
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy

from chime_expiration import MissingUser
from expiration_app import context as values
from expiration_app.context import REMOVAL_POLICIES, ContextError

CONTEXT_KEY = "expirations"

_EXPECTED = (
    f"declare users in cdk.json, or with -c '{CONTEXT_KEY}=USER_ARN=30 days, USER_ARN=90 days'"
)
_MISSING_USERS = {"fail": MissingUser.FAIL, "ignore": MissingUser.IGNORE}
_OPTIONS = ("expireAfter", "allowImmediateExpiration", "missingUser", "removalPolicy")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One user and its expiration; ``place`` says where in the context it is declared."""

    place: str
    app_instance_user_arn: str
    expire_after: Duration
    allow_immediate_expiration: bool = False
    missing_user: MissingUser = MissingUser.FAIL
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY


def read_declarations(context: object) -> list[Declaration]:
    """The declarations in the value of the context key ``expirations``, None if it is missing.

    Raises ContextError with the place, the value, what is allowed and the fix.
    """
    places: dict[str, str] = {}
    declarations = []
    for place, arn, value in _users(context):
        if arn in places:
            raise ContextError(
                f"{place} declares the same user as {places[arn]}: keep one of the two"
            )
        places[arn] = place
        declarations.append(_declaration(place, arn, value))
    return declarations


def _users(context: object) -> Iterator[tuple[str, str, object]]:
    for name, value in values.mapping(CONTEXT_KEY, context, _EXPECTED).items():
        place = f"{CONTEXT_KEY}[{name!r}]"
        if "/user/" in name or not isinstance(value, Mapping):
            yield place, name, value
            continue
        for user_id, of_user in value.items():
            yield f"{place}[{user_id!r}]", f"{name}/user/{user_id}", of_user


def _declaration(place: str, arn: str, value: object) -> Declaration:
    options = values.options_of(place, value, _OPTIONS)
    return Declaration(
        place=place,
        app_instance_user_arn=arn,
        expire_after=values.days(place, "expireAfter", options.get("expireAfter")),
        allow_immediate_expiration=values.boolean(
            place, "allowImmediateExpiration", options.get("allowImmediateExpiration", False)
        ),
        missing_user=values.choice(
            place, "missingUser", options.get("missingUser", "fail"), _MISSING_USERS
        ),
        removal_policy=values.choice(
            place, "removalPolicy", options.get("removalPolicy", "destroy"), REMOVAL_POLICIES
        ),
    )
