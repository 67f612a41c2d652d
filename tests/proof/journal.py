"""The record of a run on this machine, from before its first resource until nothing is left."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from proof.run import Run

_LOCK_SECONDS = 3.0
"""A command of a killed run ends within a quarter of a second, and holds the lock until then."""


class JournalError(Exception):
    """A record cannot be used. The message says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """One run. ``endpoint`` is that of a local AWS, and None on AWS."""

    id: str
    account: str
    region: str
    started: str
    endpoint: str | None = None

    @classmethod
    def of(cls, run: Run, started: datetime, endpoint: str | None) -> Self:
        """Return the entry of a run."""
        return cls(run.id, run.account, run.region, started.isoformat(), endpoint)

    @property
    def run(self) -> Run:
        """Return the run."""
        return Run(self.id, self.account, self.region)


class Journal:
    """The records in one folder, a file for each run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, entry: Entry) -> None:
        """Write a record to the disk, and return when it is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.path(entry.id).open("w", encoding="utf-8") as file:
            json.dump(asdict(entry), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            # The name of a new file is part of its folder.
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, run_id: str) -> Entry:
        """Return the record of a run. Raises JournalError."""
        path = self.path(run_id)
        try:
            return Entry(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            known = ", ".join(self.ids()) or "none"
            raise JournalError(
                f"no record of a run {run_id!r} in {self._folder}: the runs there are {known}"
            ) from None
        except (TypeError, ValueError) as error:
            raise JournalError(
                f"{path} is not the record of a run ({error}): look in the account for stacks "
                f"whose names begin with chime-proof-{run_id}-, delete them, then delete this file"
            ) from error

    def ids(self) -> list[str]:
        """Return the ids of the runs that may have left something."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def remove(self, run_id: str) -> None:
        """Remove a record."""
        self.path(run_id).unlink(missing_ok=True)

    def path(self, run_id: str) -> Path:
        """Return the file of a run."""
        return self._folder / f"{run_id}.json"

    @contextmanager
    def locked(self, run_id: str) -> Iterator[int]:
        """Hold a lock on a record while it is worked on; yield its file descriptor.

        A killed process releases its lock. Raises JournalError if another process has it.
        """
        with self.path(run_id).open("rb") as file:
            deadline = time.monotonic() + _LOCK_SECONDS
            while not _lock(file.fileno()):
                if time.monotonic() > deadline:
                    raise JournalError(
                        f"run {run_id} is still in progress in another process: "
                        "end that process first, it then cleans up itself"
                    )
                time.sleep(0.1)
            yield file.fileno()


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
