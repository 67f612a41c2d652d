"""What is made of the answers of IAM. No process, no service."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from proof.permissions.needed import needed
from proof.permissions.permission import Permission
from proof.permissions.principal import Entity, RootUser, Unknown, principal_of
from proof.permissions.simulation import ALLOWED, Decision, Result, simulate
from proof.run import Run

RUN = Run("0a1b2c3d", "111122223333", "us-east-1")
USER = "arn:aws:iam::111122223333:user/team/maria"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:chime-proof-0a1b2c3d-*"
CREATE, DELETE, READ = (
    Permission(f"sqs:{name}", QUEUE, "have a queue")
    for name in ("CreateQueue", "DeleteQueue", "GetQueueUrl")
)

Answer = Callable[[str, str], dict[str, Any]]


def error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SimulatePrincipalPolicy")


def allow(action: str, resource: str) -> dict[str, Any]:
    """As IAM answers: a decision on the action, and one on the resource."""
    return {
        "EvalActionName": action,
        "EvalResourceName": "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}",
        "EvalDecision": "allowed",
        "ResourceSpecificResults": [
            {"EvalResourceName": resource, "EvalResourceDecision": "allowed"}
        ],
    }


class Iam:
    """IAM, which answers in pages of ``page_size``. ``answer`` is its decision on an action."""

    def __init__(
        self,
        answer: Answer = allow,
        *,
        page_size: int = 100,
        refuses: Callable[[Sequence[str]], Exception | None] = lambda _: None,
        roles: Mapping[str, str] | None = None,
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self._answer = answer
        self._page_size = page_size
        self._refuses = refuses
        self._roles = roles

    def get_paginator(self, operation: str) -> "Iam":
        assert operation == "simulate_principal_policy"
        return self

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        self.calls.append(parameters)
        if refusal := self._refuses(parameters["ActionNames"]):
            raise refusal
        results = [
            self._answer(action, resource)
            for action in parameters["ActionNames"]
            for resource in parameters["ResourceArns"]
        ]
        for start in range(0, len(results), self._page_size):
            yield {"EvaluationResults": results[start : start + self._page_size]}

    def get_role(self, RoleName: str) -> dict[str, Any]:
        if self._roles is None:
            raise error("AccessDenied")
        return {"Role": {"Arn": self._roles[RoleName]}}


def decision_on(**answer: Any) -> Decision:
    iam = Iam(lambda action, _: {"EvalActionName": action, **answer})
    return simulate(iam, USER, [CREATE])[CREATE]


def test_everything_is_asked_with_a_few_calls() -> None:
    # GIVEN
    permissions = needed(RUN)
    iam = Iam(page_size=7)

    # WHEN
    decisions = simulate(iam, USER, permissions)

    # THEN
    assert decisions == dict.fromkeys(permissions, ALLOWED)
    assert len(iam.calls) == len({each.example for each in permissions}) < 20
    for call in iam.calls:
        assert call["PolicySourceArn"] == USER
        assert len(call["ActionNames"]) * len(call["ResourceArns"]) <= 100


def test_a_call_has_at_most_a_hundred_actions() -> None:
    # GIVEN
    permissions = [Permission(f"sqs:Action{number}", QUEUE, "count") for number in range(250)]
    iam = Iam()

    # WHEN
    decisions = simulate(iam, USER, permissions)

    # THEN
    assert len(decisions) == 250
    assert [len(call["ActionNames"]) for call in iam.calls] == [100, 100, 50]


def test_iam_is_asked_about_a_resource_that_can_exist() -> None:
    # GIVEN
    iam = Iam()

    # WHEN
    simulate(iam, USER, needed(RUN))

    # THEN
    asked = [arn for call in iam.calls for arn in call["ResourceArns"]]
    assert [arn for arn in asked if "*" in arn] == ["*"]
    begins_with_its_name = "arn:aws:logs:us-east-1:111122223333:log-group:chime-proof-0a1b2c3d-"
    assert [arn for arn in asked if arn.startswith(begins_with_its_name)] != []


@pytest.mark.parametrize(
    ("answer", "result", "words"),
    [
        ({"EvalDecision": "allowed"}, Result.ALLOWED, ""),
        ({"EvalDecision": "implicitDeny"}, Result.DENIED, "no policy"),
        ({"EvalDecision": "explicitDeny"}, Result.DENIED, "denies it"),
        ({"EvalDecision": "perhaps"}, Result.NOT_KNOWN, "'perhaps'"),
        ({}, Result.NOT_KNOWN, "None"),
        (
            {
                "EvalDecision": "allowed",
                "ResourceSpecificResults": [
                    {"EvalResourceName": CREATE.example, "EvalResourceDecision": "implicitDeny"}
                ],
            },
            Result.DENIED,
            "no policy",
        ),
        (
            {
                "EvalDecision": "implicitDeny",
                "ResourceSpecificResults": [
                    {"EvalResourceName": "another", "EvalResourceDecision": "implicitDeny"},
                    {"EvalResourceName": CREATE.example, "EvalResourceDecision": "allowed"},
                ],
            },
            Result.ALLOWED,
            "",
        ),
        (
            {
                "EvalDecision": "implicitDeny",
                "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
            },
            Result.DENIED,
            "service control policy",
        ),
        (
            {
                "EvalDecision": "allowed",
                "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
                "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": True},
            },
            Result.ALLOWED,
            "",
        ),
        (
            {
                "EvalDecision": "implicitDeny",
                "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False},
            },
            Result.DENIED,
            "permissions boundary",
        ),
        (
            {
                "EvalDecision": "allowed",
                "ResourceSpecificResults": [
                    {
                        "EvalResourceName": CREATE.example,
                        "EvalResourceDecision": "implicitDeny",
                        "PermissionsBoundaryDecisionDetail": {
                            "AllowedByPermissionsBoundary": False
                        },
                    }
                ],
            },
            Result.DENIED,
            "permissions boundary",
        ),
        (
            {
                "EvalDecision": "allowed",
                "MissingContextValues": ["aws:SourceIp", "aws:MultiFactorAuthPresent"],
            },
            Result.NOT_KNOWN,
            "aws:MultiFactorAuthPresent, aws:SourceIp",
        ),
        (
            {
                "EvalDecision": "explicitDeny",
                "ResourceSpecificResults": [
                    {
                        "EvalResourceName": CREATE.example,
                        "EvalResourceDecision": "explicitDeny",
                        "MissingContextValues": ["aws:MultiFactorAuthPresent"],
                    }
                ],
            },
            Result.NOT_KNOWN,
            "aws:MultiFactorAuthPresent",
        ),
        (
            {
                "EvalDecision": "implicitDeny",
                "MissingContextValues": ["aws:SourceIp"],
                "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
            },
            Result.DENIED,
            "service control policy",
        ),
    ],
)
def test_an_answer_is_a_decision_with_a_reason(
    answer: dict[str, Any], result: Result, words: str
) -> None:
    # WHEN
    decision = decision_on(**answer)

    # THEN
    assert decision.result is result
    assert words in decision.reason
    assert (decision.reason == "") is (result is Result.ALLOWED)


def test_an_action_without_an_answer_is_not_known() -> None:
    # GIVEN
    iam = Iam(lambda _, resource: allow("sqs:CreateQueue", resource))

    # WHEN
    decisions = simulate(iam, USER, [CREATE, DELETE])

    # THEN
    assert decisions[CREATE] == ALLOWED
    assert decisions[DELETE].result is Result.NOT_KNOWN
    assert "no decision" in decisions[DELETE].reason


def test_the_names_of_actions_have_no_case() -> None:
    # GIVEN
    iam = Iam(lambda action, resource: allow(action.upper(), resource))

    # WHEN
    decisions = simulate(iam, USER, [CREATE])

    # THEN
    assert decisions[CREATE] == ALLOWED


@pytest.mark.parametrize(
    "failure",
    [
        error("AccessDenied", f"{USER} is not authorized"),
        error("NoSuchEntity"),
        error("Throttling"),
        EndpointConnectionError(endpoint_url="https://iam.amazonaws.com"),
    ],
)
def test_a_simulation_that_fails_is_not_tried_again(failure: Exception) -> None:
    # GIVEN
    permissions = needed(RUN)
    iam = Iam(refuses=lambda _: failure)

    # WHEN
    decisions = simulate(iam, USER, permissions)

    # THEN
    assert len(iam.calls) == 1
    [decision] = set(decisions.values())
    assert decisions.keys() == set(permissions)
    assert decision.result is Result.NOT_KNOWN
    assert "iam:SimulatePrincipalPolicy has failed" in decision.reason
    # The report has the reason. The caller is named in the rest.
    assert USER not in decision.reason
    assert str(failure) in decision.explanation


def test_what_was_decided_before_a_failure_stays_decided() -> None:
    # GIVEN
    other = Permission("iam:GetRole", "arn:aws:iam::111122223333:role/x", "read a role")
    iam = Iam(refuses=lambda actions: error("Throttling") if "iam:GetRole" in actions else None)

    # WHEN
    decisions = simulate(iam, USER, [CREATE, other])

    # THEN
    assert decisions[CREATE] == ALLOWED
    assert decisions[other].result is Result.NOT_KNOWN


def test_actions_that_iam_does_not_take_together_are_simulated_one_by_one() -> None:
    # GIVEN an IAM that also does not know one of the actions
    def refuse(actions: Sequence[str]) -> Exception | None:
        return error("InvalidInput") if len(actions) > 1 or READ.action in actions else None

    # WHEN
    decisions = simulate(Iam(refuses=refuse), USER, [CREATE, DELETE, READ])

    # THEN
    assert (decisions[CREATE], decisions[DELETE]) == (ALLOWED, ALLOWED)
    assert decisions[READ].result is Result.NOT_KNOWN
    assert "InvalidInput" in decisions[READ].reason


SESSION = "arn:aws:sts::111122223333:assumed-role/Deployer/maria"
SIGN_ON_ROLE = "AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b"
SIGN_ON = f"arn:aws:sts::111122223333:assumed-role/{SIGN_ON_ROLE}/maria"


@pytest.mark.parametrize(
    ("caller", "roles", "arn"),
    [
        (USER, None, USER),
        (
            SESSION,
            {"Deployer": "arn:aws:iam::1:role/ci/Deployer"},
            "arn:aws:iam::1:role/ci/Deployer",
        ),
        (SESSION, None, "arn:aws:iam::111122223333:role/Deployer"),
        (
            SIGN_ON,
            None,
            f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/{SIGN_ON_ROLE}",
        ),
    ],
)
def test_the_policies_of_a_user_or_a_role_are_simulated(
    caller: str, roles: dict[str, str] | None, arn: str
) -> None:
    # WHEN
    principal = principal_of(caller, Iam(roles=roles))

    # THEN
    assert isinstance(principal, Entity)
    assert principal.arn == arn
    assert ("session" in principal.note) is (caller != USER)


def test_no_policy_limits_the_root_user() -> None:
    assert isinstance(principal_of("arn:aws:iam::111122223333:root", Iam()), RootUser)


@pytest.mark.parametrize(
    "caller",
    [
        "arn:aws:sts::111122223333:federated-user/maria",
        "arn:aws:sts::111122223333:self",
        "arn:aws:iam::111122223333:group/team",
    ],
)
def test_other_callers_are_not_known(caller: str) -> None:
    # WHEN
    principal = principal_of(caller, Iam())

    # THEN
    assert isinstance(principal, Unknown)
    assert "use a user or a role" in principal.reason
