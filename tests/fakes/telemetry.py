"""The log as Lambda reads it from a managed runtime: records in frames, over a pipe.

Without the pipe the runtime writes to stdout, where crhelper's records have no line ends.
"""

import os
import struct
import threading

_HEADER = struct.Struct(">IIQ")
_FRAME_TYPE_OF_LOGS = 0xA55A0000


class Telemetry:
    """Collects the records; ``write_end`` is for the runtime."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self._read_end, self.write_end = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def finish(self) -> None:
        """Wait for the last record; the runtime must have ended."""
        os.close(self.write_end)
        self._reader.join(timeout=5)
        if self._reader.is_alive():
            raise RuntimeError("somebody still holds the log open")

    def _read(self) -> None:
        with os.fdopen(self._read_end, "rb") as pipe:
            while header := pipe.read(_HEADER.size):
                kind, length, _ = _HEADER.unpack(header)
                if kind & 0xFFFF0000 != _FRAME_TYPE_OF_LOGS:
                    raise ValueError(f"not a frame of a log: {kind:#x}")
                self.records.append(pipe.read(length).decode())
