"""A package index on this machine, and installations from it."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def package_index(distributions: Path, folder: Path) -> Iterator[str]:
    """Serve the wheel and the sdist from a new ``folder``, and yield the address of the index."""
    # The list of a folder's files is what PEP 503 wants: links with their names.
    shutil.copytree(distributions, folder / "simple" / "cdk-chime-expiration")
    handler = partial(_QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple/"
        server.shutdown()


def install_from(index: str, python: Path, *arguments: str) -> None:
    """Install with pip into the environment of ``python``, from ``index`` and nowhere else."""
    # The settings of this machine can add other indexes.
    environment = {name: text for name, text in os.environ.items() if "PIP_" not in name}
    subprocess.run(
        [*pip_install(python), "--no-cache-dir", "--index-url", index, *arguments],
        env={**environment, "PIP_CONFIG_FILE": os.devnull},
        check=True,
    )


def pip_install(python: Path) -> list[str]:
    """The command that installs into the environment of ``python``, which needs no pip."""
    return [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
