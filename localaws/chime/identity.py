"""The service: checks and performs calls in the same order as AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from localaws.chime.access import Access, Authorizer
from localaws.chime.answers import Answers
from localaws.chime.arns import user_arn
from localaws.chime.calls import Call, CallLog
from localaws.chime.clock import Clock
from localaws.chime.directory import Directory
from localaws.chime.errors import ChimeError
from localaws.chime.events import EventReceiver, api_call_event, expiration_event
from localaws.chime.faults import Fault, FaultScript
from localaws.chime.limits import RateLimits
from localaws.chime.model import operation_model
from localaws.chime.operations import Answer, Operations, Parameters
from localaws.chime.parameters import check_parameters

_RECORDED_OPERATIONS = {"CreateAppInstanceUser"}


@dataclass(frozen=True)
class Request:
    """A call with its caller and the region it was signed for."""

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    access_key: str = "test"
    region: str = "us-east-1"


@dataclass(frozen=True)
class Reply:
    """The response, and how much of it is sent."""

    status: int
    body: Answer
    error: str | None = None
    delivery: Literal["answer", "reset", "silence"] = "answer"


class ChimeIdentity(Directory):
    """An Amazon Chime SDK Identity without HTTP; ``ChimeServer`` adds that.

    A call is validated, authorized by ``authorizer`` (None allows everything), checked against
    ``limits`` and ``faults``, and then performed. All calls are in ``calls``. ``error_header`` is
    whether errors have the header ``x-amzn-ErrorType``: without it, boto3 reports the code in the
    body, such as ``Forbidden`` for ForbiddenException.

    ``trail`` gets the events of calls that create a user and of users that expired, as EventBridge
    delivers them. The methods of this class that change the state are no calls, so ``create_user``
    sends no event.
    """

    def __init__(
        self,
        *,
        account: str = "111122223333",
        clock: Clock | None = None,
        answers: Answers | None = None,
    ) -> None:
        super().__init__(account=account, clock=clock, answers=answers)
        self.calls = CallLog()
        self.faults = FaultScript()
        self.limits: RateLimits | None = None
        self.authorizer: Authorizer | None = None
        self.trail: EventReceiver | None = None
        self.error_header = True
        self._operations = Operations(self)

    def handle(self, request: Request) -> Reply:
        """Perform a call if it is allowed, and log it."""
        progress = _Progress()
        try:
            self._admit(request)
            reply = self._carry_out(request, progress)
        except ChimeError as error:
            reply = _error_reply(error)
        self.log(request, reply, applied=progress.response is not None)
        self._send_event(request, reply, progress.response)
        return reply

    def log(self, request: Request, reply: Reply, *, applied: bool = False) -> None:
        """Add a call to the log."""
        self.calls.record(
            Call(
                operation=request.operation,
                arn=_arn_of(request.parameters, reply.body),
                parameters=dict(request.parameters),
                access_key=request.access_key,
                region=request.region,
                time=self.clock.now(),
                status=None if reply.delivery == "silence" else reply.status,
                error=reply.error,
                applied=applied,
                delivery=reply.delivery,
            )
        )

    def delete_expired_users(self) -> list[str]:
        """Delete the users that have expired, send their events, and return their ARNs."""
        expired = super().delete_expired_users()
        if self.trail:
            for arn in expired:
                self.trail(
                    expiration_event(
                        arn,
                        account=self.account,
                        time=self.clock.now(),
                        source=self.answers.expiration_source,
                    )
                )
        return expired

    def _admit(self, request: Request) -> None:
        check_parameters(request.operation, request.parameters)
        for action, resource in _needed_actions(request):
            self._authorize(Access(request.access_key, action, resource))
        if self.limits and not self.limits.admit(request.operation, request.region):
            raise ChimeError("ThrottledClientException", "Rate exceeded")

    def _send_event(self, request: Request, reply: Reply, response: Answer | None) -> None:
        # A call that the model rejects has parameters that no record can have.
        invalid = reply.error == "BadRequestException"
        if self.trail is None or request.operation not in _RECORDED_OPERATIONS or invalid:
            return
        failed = response is None and reply.error is not None
        self.trail(
            api_call_event(
                request.operation,
                request.parameters,
                response,
                (str(reply.error), str(reply.body["Message"])) if failed else None,
                account=self.account,
                region=request.region,
                access_key=request.access_key,
                time=self.clock.now(),
                answer=self.answers.creation_event,
            )
        )

    def _authorize(self, access: Access) -> None:
        denial = self.authorizer(access) if self.authorizer else None
        if denial is not None:
            denied = self.answers.denied_call
            raise ChimeError(denial.error or denied.error, denial.sentence(access, denied.message))

    def _carry_out(self, request: Request, progress: "_Progress") -> Reply:
        fault = self.faults.take(request.operation, request.parameters)
        if fault is None:
            return self._success(request, progress)
        reply = self._success(request, progress) if fault.effect else _nothing_done(fault)
        if fault.error_name is not None:
            reply = _error_reply(ChimeError(fault.error_name, fault.error_message))
        return Reply(reply.status, reply.body, reply.error, fault.then)

    def _success(self, request: Request, progress: "_Progress") -> Reply:
        body = self._operations.perform(request.operation, request.parameters, request.region)
        progress.response = body
        return Reply(int(operation_model(request.operation).http.get("responseCode", 200)), body)


@dataclass
class _Progress:
    response: Answer | None = None


def _nothing_done(fault: Fault) -> Reply:
    return _error_reply(ChimeError("ServiceFailureException", fault.error_message))


def _error_reply(error: ChimeError) -> Reply:
    return Reply(error.status, error.body(), error.name)


def _needed_actions(request: Request) -> list[tuple[str, str]]:
    """Return the IAM actions that a call needs, each with its resource."""
    parameters = request.parameters
    resource = parameters.get("AppInstanceUserArn") or parameters.get("AppInstanceArn") or "*"
    needed = [(f"chime:{request.operation}", resource)]
    if request.operation in ("ListAppInstanceAdmins", "ListAppInstanceUsers"):
        # The Service Authorization Reference names the users as a resource of both lists, and the
        # app instance of one only. A policy that allows both is right either way.
        needed.append((f"chime:{request.operation}", user_arn(resource, "*")))
    if "AppInstanceAdminArn" in parameters:
        needed.append((f"chime:{request.operation}", parameters["AppInstanceAdminArn"]))
    if request.operation == "CreateAppInstanceUser" and parameters.get("ExpirationSettings"):
        user = user_arn(parameters["AppInstanceArn"], parameters["AppInstanceUserId"])
        needed.append(("chime:PutAppInstanceUserExpirationSettings", user))
    return needed


def _arn_of(parameters: Parameters, body: Answer) -> str | None:
    for source in (parameters, body):
        for member in ("AppInstanceUserArn", "AppInstanceAdminArn", "AppInstanceArn"):
            if isinstance(source.get(member), str):
                return str(source[member])
    return None
