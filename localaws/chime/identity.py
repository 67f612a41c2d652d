"""The service: a call comes in, is checked, and is carried out, in the order AWS does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from localaws.chime.access import Access, Authorizer
from localaws.chime.arns import user_arn
from localaws.chime.calls import Call, CallLog
from localaws.chime.clock import Clock
from localaws.chime.directory import Answer, Directory, Parameters
from localaws.chime.errors import ChimeError
from localaws.chime.faults import Fault, FaultScript
from localaws.chime.limits import RateLimits
from localaws.chime.model import operation_model
from localaws.chime.parameters import check_parameters


@dataclass(frozen=True)
class Request:
    """A call whose sender is known: what it wants, and for which region it was signed."""

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    access_key: str = "test"
    region: str = "us-east-1"


@dataclass(frozen=True)
class Reply:
    """What to send back, and how much of it."""

    status: int
    body: Answer
    error: str | None = None
    delivery: Literal["answer", "reset", "silence"] = "answer"


class ChimeIdentity(Directory):
    """An Amazon Chime SDK Identity without HTTP: `ChimeServer` puts it on the wire.

    A call is validated, then authorized by `authorizer` (None allows everything), then held
    against `limits` and `faults`, and only then carried out. Every call ends up in `calls`.
    `error_header` says whether errors carry `x-amzn-ErrorType`: without it boto3 reports the code
    in the body, such as `Forbidden` for ForbiddenException.
    """

    def __init__(self, *, account: str = "111122223333", clock: Clock | None = None) -> None:
        super().__init__(account=account, clock=clock)
        self.calls = CallLog()
        self.faults = FaultScript()
        self.limits: RateLimits | None = None
        self.authorizer: Authorizer | None = None
        self.error_header = True

    def handle(self, request: Request) -> Reply:
        """Carry out a call, unless something is in the way, and log it."""
        progress = _Progress()
        try:
            self._admit(request)
            reply = self._carry_out(request, progress)
        except ChimeError as error:
            reply = _error_reply(error)
        self.log(request, reply, applied=progress.applied)
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

    def _admit(self, request: Request) -> None:
        check_parameters(request.operation, request.parameters)
        for action, resource in _wanted(request):
            self._authorize(Access(request.access_key, action, resource))
        if self.limits and not self.limits.admit(request.operation, request.region):
            raise ChimeError("ThrottledClientException", "Rate exceeded")

    def _authorize(self, access: Access) -> None:
        denial = self.authorizer(access) if self.authorizer else None
        if denial is not None:
            raise ChimeError(denial.error, denial.sentence(access))

    def _carry_out(self, request: Request, progress: "_Progress") -> Reply:
        fault = self.faults.take(request.operation, request.parameters)
        if fault is None:
            return self._success(request, progress)
        reply = self._success(request, progress) if fault.effect else _nothing_done(fault)
        if fault.error_name is not None:
            reply = _error_reply(ChimeError(fault.error_name, fault.error_message))
        return Reply(reply.status, reply.body, reply.error, fault.then)

    def _success(self, request: Request, progress: "_Progress") -> Reply:
        body = self.perform(request.operation, request.parameters, request.region)
        progress.applied = True
        return Reply(int(operation_model(request.operation).http.get("responseCode", 200)), body)


@dataclass
class _Progress:
    applied: bool = False


def _nothing_done(fault: Fault) -> Reply:
    return _error_reply(ChimeError("ServiceFailureException", fault.error_message))


def _error_reply(error: ChimeError) -> Reply:
    return Reply(error.status, error.body(), error.name)


def _wanted(request: Request) -> list[tuple[str, str]]:
    """Return the IAM actions a call needs, each with its resource."""
    parameters = request.parameters
    resource = parameters.get("AppInstanceUserArn") or parameters.get("AppInstanceArn") or "*"
    wanted = [(f"chime:{request.operation}", resource)]
    if request.operation == "CreateAppInstanceUser" and parameters.get("ExpirationSettings"):
        user = user_arn(parameters["AppInstanceArn"], parameters["AppInstanceUserId"])
        wanted.append(("chime:PutAppInstanceUserExpirationSettings", user))
    return wanted


def _arn_of(parameters: Parameters, body: Answer) -> str | None:
    for source in (parameters, body):
        for member in ("AppInstanceUserArn", "AppInstanceArn"):
            if isinstance(source.get(member), str):
                return str(source[member])
    return None
