"""The exit statuses of the command line."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a command reports to the shell.

    Python itself ends with 1 for an exception that nobody catches. ``main`` catches them all, so
    that 1 always means drift.
    """

    IN_SYNC = 0
    DRIFT = 1
    ERROR = 2
    NOT_CHECKED = 3
    INTERNAL_ERROR = 4
    # 128 + SIGINT and 128 + SIGPIPE, as shells report them.
    INTERRUPTED = 130
    BROKEN_PIPE = 141
