"""CloudFormation's side of a ResponseURL: takes answers, and notes when each was there."""

import json
import queue
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from localaws.certificates import Certificates

Answer = tuple[float, dict[str, Any]]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a process that has been measured is killed, its connections with it."""


class Answers:
    """Listens on the loopback interface, over TLS, until it is left."""

    def __init__(self, certificates: Certificates) -> None:
        self._received: queue.Queue[Answer] = queue.Queue()
        received = self._received

        class Bucket(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                received.put((time.perf_counter(), json.loads(body)))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Listener(("127.0.0.1", 0), Bucket)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.private_key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"https://localhost:{self.port}/answer?X-Amz-Signature=secret"

    def next(self, seconds: float = 20) -> Answer:
        """The next answer, and the time on `time.perf_counter` when it had come.

        Raises TimeoutError.
        """
        try:
            return self._received.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"no answer within {seconds:g} seconds") from None

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
