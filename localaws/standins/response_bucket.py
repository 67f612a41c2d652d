"""The bucket behind a ResponseURL, which CloudFormation reads."""

import json
import queue
import time
from typing import Any

from localaws.certificates import Certificates
from localaws.standins.loopback_server import LoopbackHandler, LoopbackServer

Response = dict[str, Any]


class ResponseBucket(LoopbackServer):
    """Takes responses that are PUT to ``url``, over TLS. ``received`` has all of them.

    The next requests get the statuses in ``refusals``; None closes the connection instead.
    ``headers`` are those of each request.
    """

    def __init__(self, certificates: Certificates) -> None:
        self.received: list[Response] = []
        self.refusals: list[int | None] = []
        self.headers: list[dict[str, str]] = []
        self._arrivals: queue.Queue[tuple[float, Response]] = queue.Queue()
        bucket = self

        class Handler(LoopbackHandler):
            def do_PUT(self) -> None:
                body = self.body()
                arrived = time.perf_counter()
                bucket.headers.append(dict(self.headers))
                status = bucket.refusals.pop(0) if bucket.refusals else 200
                if status is None:
                    self.close_connection = True
                    return
                if status == 200:
                    response = json.loads(body)
                    bucket.received.append(response)
                    bucket._arrivals.put((arrived, response))
                self.respond(status)

        super().__init__(Handler, certificates)
        # However slow the machine is, no event is late, so nothing asks CloudFormation.
        query = "X-Amz-Date=20991231T235959Z&X-Amz-Signature=secret"
        self.url = f"https://localhost:{self.port}/response?{query}"

    def next(self, seconds: float = 20) -> tuple[float, Response]:
        """Wait for the next response; return its time of arrival on ``time.perf_counter`` and it.

        Raises TimeoutError.
        """
        try:
            return self._arrivals.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"no response within {seconds:g} seconds") from None
