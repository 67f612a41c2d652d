"""The Runtime API that Lambda puts beside a function, for one function and one event at a time.

"Using the Lambda runtime API for custom runtimes", AWS Lambda Developer Guide.
"""

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from localaws.standins.loopback_server import LoopbackHandler, LoopbackServer

_VERSION = "/2018-06-01/runtime"


@dataclass
class Invocation:
    """One event, when the runtime took it (``time.perf_counter``), and its result or error."""

    event: dict[str, Any]
    seconds: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    taken_at: float = 0
    result: Any = None
    error: dict[str, Any] | None = None
    done: threading.Event = field(default_factory=threading.Event)


class RuntimeApi(LoopbackServer):
    """Serves a runtime at ``address``. ``invoke`` gives it an event."""

    def __init__(self, region: str = "us-east-1") -> None:
        self.init_errors: list[dict[str, Any]] = []
        self._function_arn = f"arn:aws:lambda:{region}:111122223333:function:Handler"
        self._waiting: queue.Queue[Invocation | None] = queue.Queue()
        self._started: dict[str, Invocation] = {}
        api = self

        class Handler(LoopbackHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path != f"{_VERSION}/invocation/next":
                    self.respond(404)
                    return
                invocation = api._waiting.get()
                if invocation is None:
                    self.close_connection = True
                    return
                content = json.dumps(invocation.event).encode()
                invocation.taken_at = time.perf_counter()
                api._started[invocation.request_id] = invocation
                self.respond(200, content, api._headers(invocation))

            def do_POST(self) -> None:
                body = json.loads(self.body() or b"null")
                invocation = api._receive(self.path, body)
                self.respond(404 if invocation is None else 202)
                if invocation:
                    invocation.done.set()

        super().__init__(Handler)
        self.address = f"127.0.0.1:{self.port}"

    def invoke(self, event: dict[str, Any], seconds: float) -> Invocation:
        """Give the runtime an event; its deadline is ``seconds`` after the runtime takes it."""
        invocation = Invocation(event, seconds)
        self._waiting.put(invocation)
        return invocation

    def __exit__(self, *_: object) -> None:
        # Ends the request that waits for the next event.
        self._waiting.put(None)
        super().__exit__()

    def _headers(self, invocation: Invocation) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + invocation.seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self._function_arn,
            "Lambda-Runtime-Trace-Id": "Root=1-5e1b4151-5ac6c58f5ac6c58f5ac6c58f;Sampled=0",
        }

    def _receive(self, path: str, body: Any) -> Invocation | None:
        """Note a result or an error; return what it belongs to, None if that is unknown."""
        if path == f"{_VERSION}/init/error":
            self.init_errors.append(body)
            return Invocation({}, 0)
        request_id, _, kind = path.removeprefix(f"{_VERSION}/invocation/").partition("/")
        invocation = self._started.get(request_id)
        if invocation is None or kind not in ("response", "error"):
            return None
        if kind == "response":
            invocation.result = body
        else:
            invocation.error = body
        return invocation
