"""The service over HTTPS, on the loopback interface."""

import json
import os
import re
import select
import socket
import ssl
import struct
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from localaws.chime.control import LET_TIME_PASS, let_time_pass
from localaws.chime.errors import ChimeError
from localaws.chime.identity import ChimeIdentity, Reply, Request
from localaws.chime.parameters import read_parameters
from localaws.chime.routes import find_route, query_parameters

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/[^/]+/aws4_request")


class ChimeServer:
    """Serves a ``ChimeIdentity`` at ``url``, https on a free port of 127.0.0.1.

    Use it as a context manager, or call ``start`` and ``stop``. The certificate and its key are
    PEM files.
    """

    def __init__(self, chime: ChimeIdentity, *, certificate: Path, private_key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key)
        self._listener = _Listener(chime, context)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def chime(self) -> ChimeIdentity:
        """Return the served object, which can be replaced at any time."""
        return self._listener.chime

    @chime.setter
    def chime(self, chime: ChimeIdentity) -> None:
        self._listener.chime = chime

    @property
    def port(self) -> int:
        """Return the port."""
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """Return the endpoint URL for clients."""
        return f"https://localhost:{self.port}"

    def start(self) -> None:
        """Start to serve, in daemon threads."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; open connections of calls without a response are closed."""
        self._listener.stopping.set()
        if self._thread.is_alive():
            self._listener.shutdown()
        self._listener.server_close()

    def __enter__(self) -> "ChimeServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Listener(ThreadingHTTPServer):
    # A deployment of hundreds of resources may connect all at once.
    request_queue_size = 2048
    daemon_threads = True
    block_on_close = False

    def __init__(self, chime: ChimeIdentity, context: ssl.SSLContext) -> None:
        self.chime = chime
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        # Each connection does its handshake in its own thread, so that a slow client does not
        # block the others.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def server_bind(self) -> None:
        # HTTPServer.server_bind looks up the host name, which can take seconds.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: clients that disconnect or do not trust the certificate are expected."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Seconds for an idle connection and for the handshake.
    timeout = 120

    def log_message(self, *_: Any) -> None:
        """Print nothing: all calls are in the call log."""

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        # Always read the whole body, or its rest is parsed as the next request.
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            reply = self._reply(body)
        except ChimeError as error:
            reply = Reply(error.status, error.body(), error.name)
        if reply.delivery == "silence":
            self._wait_until_disconnected()
        elif reply.delivery == "reset":
            self._send_half_and_reset(self._message(reply))
        else:
            self.wfile.write(self._message(reply))

    def _reply(self, body: bytes) -> Reply:
        path, _, query = self.path.partition("?")
        if (self.command, path) == ("POST", LET_TIME_PASS):
            return let_time_pass(self.server.chime, body)
        route = find_route(self.command, path)
        if route is None:
            raise ChimeError(
                "UnknownOperationException", f"no operation answers {self.command} {path}"
            )
        credential = _CREDENTIAL.search(self.headers.get("Authorization", ""))
        if credential is None:
            raise ChimeError("MissingAuthenticationTokenException", "Missing Authentication Token")
        access_key, region = credential.groups()
        try:
            parameters = read_parameters(
                route.operation,
                labels=route.labels,
                query=query_parameters(query),
                headers=dict(self.headers),
                body=body,
            )
        except ChimeError as error:
            reply = Reply(error.status, error.body(), error.name)
            self.server.chime.log(Request(route.operation, {}, access_key, region), reply)
            return reply
        return self.server.chime.handle(Request(route.operation, parameters, access_key, region))

    def _message(self, reply: Reply) -> bytes:
        content = b"" if reply.status == 204 else json.dumps(reply.body).encode()
        headers = {
            "Content-Type": "application/json",
            "x-amzn-RequestId": str(uuid.uuid4()),
            "Date": self.date_time_string(),
        }
        if reply.status != 204:
            headers["Content-Length"] = str(len(content))
        if reply.error and self.server.chime.error_header:
            headers["x-amzn-ErrorType"] = reply.error
        reason = self.responses.get(reply.status, ("",))[0]
        head = [f"HTTP/1.1 {reply.status} {reason}", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*head, "", ""]).encode() + content

    def _send_half_and_reset(self, message: bytes) -> None:
        head, gap, content = message.partition(b"\r\n\r\n")
        self.wfile.write(head + gap + content[: len(content) // 2])
        # With a linger time of zero seconds, close sends a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def _wait_until_disconnected(self) -> None:
        while not self.server.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.05)
            if readable:
                break
        self.close_connection = True
