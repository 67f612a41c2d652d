"""Denies calls to the local Chime that the caller's policies do not allow.

MiniStack enforces IAM on calls to its own services only. It does answer
``iam:SimulatePrincipalPolicy`` from the current policies.
"""

import hashlib
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass

from localaws.chime import Access, Denial
from localaws.clients import ClientFor


@dataclass(frozen=True)
class _FunctionRole:
    function_name: str
    role_arn: str

    @property
    def session_arn(self) -> str:
        """Return the ARN of the function's session with its role."""
        account = self.role_arn.split(":")[4]
        role_name = self.role_arn.rsplit("/", 1)[-1]
        return f"arn:aws:sts::{account}:assumed-role/{role_name}/{self.function_name}"

    @property
    def policy_source(self) -> str:
        """Return the role's ARN without its path, which MiniStack takes for the role name."""
        prefix = self.role_arn.partition(":role/")[0]
        return f"{prefix}:role/{self.role_arn.rsplit('/', 1)[-1]}"


@dataclass(frozen=True)
class _Principal:
    """A user of IAM, or a session of a role."""

    session_arn: str

    @property
    def policy_source(self) -> str:
        """Return the ARN whose policies decide: of the user, or of the session's role."""
        if ":assumed-role/" not in self.session_arn:
            return self.session_arn
        account = self.session_arn.split(":")[4]
        return f"arn:aws:iam::{account}:role/{self.session_arn.split('/')[1]}"


class RoleAuthorizer:
    """Asks IAM at every call whether the role of the caller allows it.

    ``administrators`` are access keys that may make all calls. ``regions`` are searched for the
    calling function, in this order. ``principal_of`` returns the ARN of the user or session that
    has an access key, or None.
    """

    def __init__(
        self,
        client: ClientFor,
        *,
        administrators: Collection[str],
        regions: Collection[str],
        principal_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._client = client
        self._principal_of = principal_of
        self._principals: dict[str, _Principal] = {}
        self._administrators = frozenset(administrators)
        self._regions = list(regions)
        self._roles: dict[str, _FunctionRole] = {}
        self._lock = threading.Lock()

    def __call__(self, access: Access) -> Denial | None:
        """Return why the access is denied, or None if it is allowed."""
        if access.access_key in self._administrators:
            return None
        caller = self._caller(access.access_key)
        if caller is None:
            return Denial(
                principal=access.access_key,
                error="UnrecognizedClientException",
                message="The security token included in the request is invalid.",
            )
        return None if self._allows(caller, access) else Denial(caller.session_arn)

    def _allows(self, caller: _FunctionRole | _Principal, access: Access) -> bool:
        iam = self._client("iam", self._regions[0])
        answer = iam.simulate_principal_policy(
            PolicySourceArn=caller.policy_source,
            ActionNames=[access.action],
            ResourceArns=[access.resource],
        )
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")

    def _caller(self, access_key: str) -> _FunctionRole | _Principal | None:
        with self._lock:
            if access_key in self._principals:
                return self._principals[access_key]
            if access_key not in self._roles and (arn := self._principal_of(access_key)):
                self._principals[access_key] = _Principal(arn)
                return self._principals[access_key]
            for region in self._regions:
                if access_key in self._roles:
                    break
                self._add_roles(region)
            return self._roles.get(access_key)

    def _add_roles(self, region: str) -> None:
        pages = self._client("lambda", region).get_paginator("list_functions")
        for page in pages.paginate(FunctionVersion="ALL"):
            for function in page["Functions"]:
                role = _FunctionRole(function["FunctionName"], function["Role"])
                self._roles[session_key(function["FunctionArn"], function["Role"])] = role


def session_key(function_arn: str, role_arn: str) -> str:
    """Return the access key that MiniStack derives from function and role."""
    digest = hashlib.sha256(f"{function_arn}:{role_arn}".encode()).hexdigest()
    return f"ASIA{digest[:16].upper()}"
