"""DynamoDB's protocol for the reads of one table, on the loopback interface."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from localaws.standins.dynamodb_table import DynamoDBTable

# Assumptions: the time of any call, and what DynamoDB needs for each item of a scan in addition.
CALL_SECONDS = 0.01
SECONDS_FOR_1000_ITEMS = 0.03


@contextlib.contextmanager
def serve(table: DynamoDBTable) -> Iterator[str]:
    """Serve the table, which must not change, at the URL."""
    server = _Server(table)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, table: DynamoDBTable) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page_size = table.page_size
        self._table = table
        self._lock = threading.Lock()
        self._responses: dict[bytes, bytes] = {}

    def response(self, operation: str, body: bytes) -> bytes:
        """The same bytes for the same request: the work of the stand-in is not measured twice."""
        with self._lock:
            if body not in self._responses:
                parameters: dict[str, Any] = json.loads(body)
                is_scan = operation.endswith("Scan")
                read = self._table.scan if is_scan else self._table.get_item
                result = read(**parameters)
                self._responses[body] = json.dumps(result).encode()
            return self._responses[body]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"]
        payload = self.server.response(operation, body)
        time.sleep(CALL_SECONDS)
        if operation.endswith("Scan"):
            items = json.loads(body).get("Limit", self.server.page_size)
            time.sleep(SECONDS_FOR_1000_ITEMS * items / 1000)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)
