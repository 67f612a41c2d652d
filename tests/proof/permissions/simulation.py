"""Asks IAM whether a user or a role is allowed what a run does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from proof.permissions.permission import Permission

_ACTIONS_IN_A_CALL = 100

_DENIALS = {
    "implicitDeny": "no policy of the caller allows it",
    "explicitDeny": "a policy of the caller denies it",
}


class Result(StrEnum):
    """What IAM says."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Decision:
    """``reason`` can be published. ``detail`` is the text of an error, which names the caller."""

    result: Result
    reason: str = ""
    detail: str = ""

    @property
    def explanation(self) -> str:
        """Return the reason for the caller."""
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


ALLOWED = Decision(Result.ALLOWED)


def not_known(reason: str, detail: str = "") -> Decision:
    """Return that it is not known, and why."""
    return Decision(Result.NOT_KNOWN, reason, detail)


Decisions = dict[Permission, Decision]


def simulate(iam: Any, principal: str, permissions: Sequence[Permission]) -> Decisions:
    """Return a decision for each permission. A simulation that fails is a decision too."""
    found: Decisions = {}
    for batch in _batches(permissions):
        try:
            found |= _simulate_batch(iam, principal, batch)
        except (BotoCoreError, ClientError) as error:
            if not _is_about_the_actions(error):
                # The next call would fail too.
                failure = _failure(error)
                return {each: found.get(each, failure) for each in permissions}
            found |= _simulate_one_by_one(iam, principal, batch)
    return {each: found[each] for each in permissions}


def _batches(permissions: Sequence[Permission]) -> Iterator[list[Permission]]:
    """Yield permissions on one resource: IAM decides on each action with each resource."""
    by_resource: dict[str, list[Permission]] = {}
    for permission in permissions:
        by_resource.setdefault(permission.example, []).append(permission)
    for group in by_resource.values():
        for start in range(0, len(group), _ACTIONS_IN_A_CALL):
            yield group[start : start + _ACTIONS_IN_A_CALL]


def _simulate_one_by_one(iam: Any, principal: str, batch: Sequence[Permission]) -> Decisions:
    """Simulate actions that IAM does not take together."""
    found: Decisions = {}
    for permission in batch:
        try:
            found |= _simulate_batch(iam, principal, [permission])
        except (BotoCoreError, ClientError) as error:
            found[permission] = _failure(error)
    return found


def _simulate_batch(iam: Any, principal: str, batch: Sequence[Permission]) -> Decisions:
    resource = batch[0].example
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=principal,
        ActionNames=[each.action for each in batch],
        ResourceArns=[resource],
    )
    results = [result for page in pages for result in page["EvaluationResults"]]
    by_action = {str(result["EvalActionName"]).lower(): result for result in results}
    return {each: _decision(by_action.get(each.action.lower()), each.example) for each in batch}


def _decision(result: Mapping[str, Any] | None, resource: str) -> Decision:
    if result is None:
        return not_known("IAM has returned no decision on this action")
    specific = _on_resource(result, resource)
    if _is_forbidden(result, specific, "OrganizationsDecisionDetail", "AllowedByOrganizations"):
        return Decision(
            Result.DENIED, "a service control policy of the organization does not allow it"
        )
    missing = {
        *result.get("MissingContextValues", []),
        *specific.get("MissingContextValues", []),
    }
    if missing:
        return not_known(
            f"a policy of the caller depends on {', '.join(sorted(missing))}, "
            "which a simulation does not have"
        )
    if _is_forbidden(
        result, specific, "PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary"
    ):
        return Decision(Result.DENIED, "the permissions boundary of the caller does not allow it")
    decision = str(specific.get("EvalResourceDecision") or result.get("EvalDecision"))
    if decision == "allowed":
        return ALLOWED
    if decision in _DENIALS:
        return Decision(Result.DENIED, _DENIALS[decision])
    return not_known(f"IAM has returned the decision {decision!r}")


def _on_resource(result: Mapping[str, Any], resource: str) -> Mapping[str, Any]:
    """Return the result for a resource. Without one, that for all resources holds for it."""
    for each in result.get("ResourceSpecificResults", []):
        if each["EvalResourceName"] == resource:
            return dict(each)
    return {}


def _is_forbidden(
    result: Mapping[str, Any], specific: Mapping[str, Any], detail: str, member: str
) -> bool:
    return any(each.get(detail, {}).get(member) is False for each in (result, specific))


def _is_about_the_actions(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in (
        "InvalidInput",
        "PolicyEvaluation",
        "ValidationError",
    )


def _failure(error: Exception) -> Decision:
    code = (
        error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    )
    return not_known(f"iam:SimulatePrincipalPolicy has failed: {code}", str(error))
