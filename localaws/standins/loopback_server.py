"""An HTTP server on the loopback interface, for one ``with`` block."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from localaws.certificates import Certificates


class LoopbackServer:
    """Serves ``handler`` on a free ``port`` of 127.0.0.1; over TLS if there are certificates."""

    def __init__(
        self, handler: type[BaseHTTPRequestHandler], certificates: Certificates | None = None
    ) -> None:
        self._listener = _Listener(("127.0.0.1", 0), handler)
        self.port = self._listener.server_port
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates.certificate, certificates.private_key)
            self._listener.socket = context.wrap_socket(self._listener.socket, server_side=True)

    def __enter__(self) -> Self:
        threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()


class LoopbackHandler(BaseHTTPRequestHandler):
    """A request handler without log and without delay."""

    disable_nagle_algorithm = True
    # Buffered, so that headers and body are sent together.
    wbufsize = -1

    def body(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def respond(
        self, status: int, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        """Send a response."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a process that is killed breaks its connections."""
