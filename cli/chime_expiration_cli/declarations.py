"""The expirations that a deployed stack declares."""

from dataclasses import dataclass
from datetime import datetime

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.declared_resources import (
    DeclaredResources,
    DeploymentState,
    other_identity,
)
from chime_expiration_cli.errors import UnresolvedError
from chime_expiration_handler.contract.arn import AppInstanceUserArn
from chime_expiration_handler.contract.days import expiration_days
from chime_expiration_handler.contract.physical_id import PhysicalId
from chime_expiration_handler.contract.properties import (
    ALLOW_IMMEDIATE_EXPIRATION,
    DAYS,
    MISSING_USER,
    RESOURCE_TYPE,
    USER_ARN,
    MissingUser,
    boolean,
)

__all__ = ["Declaration", "DeploymentState", "declarations_of"]


@dataclass(frozen=True, slots=True)
class Declaration:
    """One user and the days that a stack declares for it.

    ``user`` is in the physical id, or else in the template; it is unresolved if they differ.
    ``expected_days`` are in the stack's current template. Each is None if it is unresolved;
    ``unresolved`` has the reasons. The days are also None for a declaration that is or was removed.
    ``missing_user`` and ``allow_immediate_expiration`` are None if they are unresolved or not
    known. ``resource_status`` and ``updated_at`` are CloudFormation's, and None if the resource
    does not exist yet.
    """

    stack: DeployedStack
    logical_id: str
    deployment: DeploymentState
    user: AppInstanceUserArn | None
    expected_days: int | None
    unresolved: tuple[str, ...] = ()
    missing_user: MissingUser | None = None
    allow_immediate_expiration: bool | None = None
    resource_status: str | None = None
    updated_at: datetime | None = None


def declarations_of(stack: DeployedStack, cloudformation: CloudFormation) -> list[Declaration]:
    """The declarations of ``stack``, in the order of the template."""
    return _StackReader(stack, cloudformation).declarations()


class _StackReader:
    def __init__(self, stack: DeployedStack, cloudformation: CloudFormation) -> None:
        self._stack = stack
        self._declared = DeclaredResources(stack, cloudformation, RESOURCE_TYPE)

    def declarations(self) -> list[Declaration]:
        return [self._declaration(logical_id) for logical_id in self._declared.logical_ids()]

    def _declaration(self, logical_id: str) -> Declaration:
        resource = self._declared.resource(logical_id)
        known = PhysicalId.parse(resource.physical_id) if resource else None
        deployment = self._declared.deployment(logical_id, has_identity=known is not None)
        unresolved: list[str] = []
        user = days = None
        try:
            user = self._user(logical_id, known, deployment)
        except (UnresolvedError, ValueError) as error:
            unresolved.append(f"{USER_ARN}: {error}")
        if deployment in (DeploymentState.ACTIVE, DeploymentState.NOT_CREATED):
            try:
                days = expiration_days(self._declared.property(logical_id, DAYS))
            except (UnresolvedError, ValueError) as error:
                unresolved.append(f"{DAYS}: {error}")
        return Declaration(
            stack=self._stack,
            logical_id=logical_id,
            deployment=deployment,
            user=user,
            expected_days=days,
            unresolved=tuple(unresolved),
            missing_user=self._missing_user(logical_id),
            allow_immediate_expiration=self._allow_immediate_expiration(logical_id),
            resource_status=resource.status if resource else None,
            updated_at=resource.updated_at if resource else None,
        )

    def _user(
        self, logical_id: str, known: PhysicalId | None, deployment: DeploymentState
    ) -> AppInstanceUserArn:
        if known and deployment is not DeploymentState.ACTIVE:
            return known.user
        try:
            declared = AppInstanceUserArn.parse(str(self._declared.property(logical_id, USER_ARN)))
        except (UnresolvedError, ValueError):
            if known:
                return known.user
            raise
        if known and known.user != declared:
            raise UnresolvedError(other_identity(declared, known.user))
        return declared

    def _missing_user(self, logical_id: str) -> MissingUser | None:
        if logical_id not in self._declared.definitions:
            return None
        try:
            return MissingUser(self._declared.property(logical_id, MISSING_USER, MissingUser.FAIL))
        except (UnresolvedError, ValueError):
            return None

    def _allow_immediate_expiration(self, logical_id: str) -> bool | None:
        if logical_id not in self._declared.definitions:
            return None
        name = ALLOW_IMMEDIATE_EXPIRATION
        try:
            return boolean({name: self._declared.property(logical_id, name, False)}, name)
        except (UnresolvedError, ValueError):
            return None
