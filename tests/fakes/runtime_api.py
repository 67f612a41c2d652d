"""The Runtime API that Lambda puts beside a function, for one function and one event at a time.

"Using the Lambda runtime API for custom runtimes", AWS Lambda Developer Guide.
"""

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_VERSION = "/2018-06-01/runtime"
_ARN = "arn:aws:lambda:eu-west-3:111122223333:function:Expirations-Handler"


@dataclass
class Invocation:
    """One event, and what the runtime said of it: its result, or its error."""

    event: dict[str, Any]
    seconds: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    deadline: float = 0
    result: Any = None
    error: dict[str, Any] | None = None
    done: threading.Event = field(default_factory=threading.Event)


class RuntimeApi:
    """Answers a runtime at `address`; events are given to it with `invoke`."""

    def __init__(self) -> None:
        self.init_errors: list[dict[str, Any]] = []
        self._waiting: queue.Queue[Invocation | None] = queue.Queue()
        self._begun: dict[str, Invocation] = {}
        api = self

        class Endpoint(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path != f"{_VERSION}/invocation/next":
                    self._say(404)
                    return
                invocation = api._next()
                if invocation is None:
                    self.close_connection = True
                    return
                self._say(200, invocation.event, _headers(invocation))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                self._say(202 if api._take(self.path, json.loads(body or b"null")) else 404)

            def log_message(self, *_: object) -> None:
                pass

            def _say(
                self, status: int, body: object = None, headers: dict[str, str] | None = None
            ) -> None:
                content = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"

    def invoke(self, event: dict[str, Any], seconds: float) -> Invocation:
        """Have `event` handled, in so many seconds from when the runtime takes it."""
        invocation = Invocation(event, seconds)
        self._waiting.put(invocation)
        return invocation

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _next(self) -> Invocation | None:
        invocation = self._waiting.get()
        if invocation is not None:
            invocation.deadline = time.time() + invocation.seconds
            self._begun[invocation.request_id] = invocation
        return invocation

    def _take(self, path: str, body: Any) -> bool:
        if path == f"{_VERSION}/init/error":
            self.init_errors.append(body)
            return True
        request_id, _, kind = path.removeprefix(f"{_VERSION}/invocation/").partition("/")
        invocation = self._begun.get(request_id)
        if invocation is None or kind not in ("response", "error"):
            return False
        if kind == "response":
            invocation.result = body
        else:
            invocation.error = body
        invocation.done.set()
        return True


def _headers(invocation: Invocation) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": _ARN,
        "Lambda-Runtime-Trace-Id": "Root=1-5e1b4151-5ac6c58f5ac6c58f5ac6c58f;Sampled=0",
    }
