"""The Runtime API that Lambda puts beside a function, for one process at a time."""

import json
import queue
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_INVOCATION = "/2018-06-01/runtime/invocation/"
# Too few for crhelper's sample to sleep two minutes on each Delete, as it does by default.
_FUNCTION_SECONDS = 60


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a process that has been measured is killed, its connections with it."""


class RuntimeApi:
    """Listens at `address` on the loopback interface until it is left."""

    def __init__(self) -> None:
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._handed_out: queue.Queue[float] = queue.Queue()
        self._done: queue.Queue[str] = queue.Queue()
        api = self

        class Endpoint(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            # Headers and body leave together, or the body waits for an acknowledgement.
            wbufsize = -1

            def do_GET(self) -> None:
                event = json.dumps(api._events.get()).encode()
                deadline = int((time.time() + _FUNCTION_SECONDS) * 1000)
                self._say(
                    200,
                    event,
                    {
                        "Content-Type": "application/json",
                        "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Trace-Id": "Root=1-5e1b4151-5ac6c58f5ac6c58f5ac6c58f",
                        "Lambda-Runtime-Invoked-Function-Arn": (
                            "arn:aws:lambda:us-east-1:111122223333:function:bench"
                        ),
                    },
                )
                api._handed_out.put(time.perf_counter())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                succeeded = self.path.startswith(_INVOCATION) and self.path.endswith("/response")
                self._say(202, b"", {})
                api._done.put("" if succeeded else body)

            def _say(self, status: int, content: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Listener(("127.0.0.1", 0), Endpoint)
        self.address = f"127.0.0.1:{self._server.server_port}"

    def put(self, event: dict[str, Any]) -> None:
        """Give the function an event as soon as it asks for one."""
        self._events.put(event)

    def handed_out(self) -> float:
        """When the event was handed out, on `time.perf_counter`."""
        return self._handed_out.get(timeout=60)

    def finish(self) -> None:
        """Wait until the runtime has reported the event as done; raises RuntimeError."""
        error = self._done.get(timeout=60)
        if error:
            raise RuntimeError(f"the function failed: {error}")

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
