"""The role of an access key, and the decision of IAM for it."""

from collections.abc import Iterator
from typing import Any

from localaws.chime import Access
from localaws.iam import RoleAuthorizer, session_key

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:provider"
ROLE = "arn:aws:iam::111122223333:role/service-role/provider-role"
USER = "arn:aws:chime:us-east-1:111122223333:app-instance/a/user/guest"
PUT = "chime:PutAppInstanceUserExpirationSettings"


class Account:
    """The IAM and Lambda clients of an account with one function in eu-west-1."""

    def __init__(self) -> None:
        self.allowed: set[tuple[str, str, str]] = set()
        self.searched: list[str] = []

    def client(self, service: str, region: str) -> Any:
        return self if service == "iam" else Functions(self, region)

    def simulate_principal_policy(
        self,
        PolicySourceArn: str,
        ActionNames: list[str],
        ResourceArns: list[str],
    ) -> dict[str, Any]:
        allowed = (PolicySourceArn, ActionNames[0], ResourceArns[0]) in self.allowed
        return {"EvaluationResults": [{"EvalDecision": "allowed" if allowed else "implicitDeny"}]}


class Functions:
    def __init__(self, account: Account, region: str) -> None:
        self.account = account
        self.region = region

    def get_paginator(self, _: str) -> "Functions":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        self.account.searched.append(self.region)
        function = {"FunctionName": "provider", "FunctionArn": FUNCTION, "Role": ROLE}
        yield {"Functions": [function] if self.region == "eu-west-1" else []}


def authorizer(account: Account) -> RoleAuthorizer:
    regions = ["us-east-1", "eu-west-1", "eu-central-1"]
    return RoleAuthorizer(account.client, administrators={"ADMIN"}, regions=regions)


def test_a_function_may_make_the_calls_that_its_role_allows_at_that_moment() -> None:
    # GIVEN a function whose role allows nothing
    account = Account()
    authorize = authorizer(account)
    access = Access(session_key(FUNCTION, ROLE), PUT, USER)

    # THEN it is denied, with the ARN of its session
    denial = authorize(access)
    assert denial is not None
    assert denial.principal == "arn:aws:sts::111122223333:assumed-role/provider-role/provider"

    # WHEN the role changes / THEN the decision changes
    grant = ("arn:aws:iam::111122223333:role/provider-role", PUT, USER)
    account.allowed.add(grant)
    assert authorize(access) is None
    account.allowed.remove(grant)
    assert authorize(access) is not None


def test_a_role_is_looked_up_once() -> None:
    # GIVEN a function that has called
    account = Account()
    authorize = authorizer(account)
    access = Access(session_key(FUNCTION, ROLE), PUT, USER)
    authorize(access)

    # WHEN it calls again / THEN no region is searched again
    authorize(access)
    assert account.searched == ["us-east-1", "eu-west-1"]


def test_an_administrator_may_do_everything() -> None:
    account = Account()
    assert authorizer(account)(Access("ADMIN", PUT, USER)) is None
    assert account.searched == []


def test_an_unknown_access_key_is_rejected() -> None:
    # WHEN
    denial = authorizer(Account())(Access("ASIAUNKNOWN", PUT, USER))

    # THEN
    assert denial is not None
    assert denial.error == "UnrecognizedClientException"
