"""The memory of a sweep."""

import gc
import json
import sqlite3
import tracemalloc
from collections.abc import Iterator, MutableMapping
from typing import Any

from bench.policy.estate import Estate


def peak_bytes(users: int) -> int:
    """The most memory that a sweep which sets so many users has in use at a time.

    What the stand-ins remember does not grow in it, or is not counted: so it is the function's.
    """
    estate = Estate(_OutsidePython())
    estate.create(users)
    estate.declare()
    estate.sweep()
    estate.declare(ExpirationDays="60")
    # The garbage collector of the function does not wait longer because a stand-in is large.
    gc.freeze()
    gc.collect()
    tracemalloc.start()
    estate.sweep()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    return peak


class _OutsidePython(MutableMapping[str, Any]):
    """Items in SQLite, whose memory ``tracemalloc`` does not count."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("CREATE TABLE items (key TEXT PRIMARY KEY, item TEXT)")

    def __getitem__(self, key: str) -> Any:
        found = self._database.execute("SELECT item FROM items WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise KeyError(key)
        return json.loads(found[0])

    def __setitem__(self, key: str, item: Any) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO items VALUES (?, ?)", (key, json.dumps(item))
        )

    def __delitem__(self, key: str) -> None:
        self._database.execute("DELETE FROM items WHERE key = ?", (key,))

    def __iter__(self) -> Iterator[str]:
        return (key for (key,) in self._database.execute("SELECT key FROM items"))

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM items").fetchone()[0])
