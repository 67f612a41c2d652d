"""The processes of a local AWS, as /proc shows them."""

import contextlib
import socket
import time
from pathlib import Path

_WAIT_SECONDS = 30


def processes_of(directory: Path) -> list[int]:
    """The ids of the processes of the local AWS whose files are in ``directory``.

    The main process has the directory in its command line; the others are in its process group.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(directory).encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    children = [int(p.name) for p in Path("/proc").glob("[0-9]*") if _group_of(p) in found]
    return sorted({*found, *children})


def wait_until_ended(directory: Path) -> None:
    """Wait until the processes have ended and the directory is removed. Raises AssertionError."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while (processes_of(directory) or directory.exists()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes_of(directory) == []
    assert not directory.exists()


def listening_addresses(pid: int) -> list[tuple[str, int]]:
    """The addresses and ports on which a process listens."""
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(descriptor.readlink()))
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links}
    found = []
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            # The state 0A is LISTEN. Addresses are words in the byte order of the machine.
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                host, _, port = fields[1].partition(":")
                words = [bytes.fromhex(host[at : at + 8])[::-1] for at in range(0, len(host), 8)]
                found.append((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return found


def _group_of(process: Path) -> int | None:
    with contextlib.suppress(OSError):
        status = (process / "stat").read_text().rpartition(")")[2].split()
        return int(status[2]) if status[0] != "Z" else None
    return None
