"""A terminal in memory."""

import io


class Terminal(io.StringIO):
    """Keeps what is printed; rich recognizes it as a terminal."""

    def isatty(self) -> bool:
        return True
