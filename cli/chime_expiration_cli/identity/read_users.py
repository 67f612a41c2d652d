"""Reads many users at the same time."""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from queue import SimpleQueue
from threading import Thread

from chime_expiration_cli.identity.reading import Reading
from chime_expiration_cli.identity.user_reader import UserReader
from chime_expiration_handler.contract.arn import AppInstanceUserArn

_Results = SimpleQueue[tuple[AppInstanceUserArn, Reading | Exception]]


def read_users(
    users: Collection[AppInstanceUserArn],
    reader_for: Callable[[str], UserReader],
    threads_per_region: int,
    on_read: Callable[[], None] = lambda: None,
) -> dict[AppInstanceUserArn, Reading]:
    """Read each user in the region of its ARN, all regions at the same time.

    ``reader_for`` returns the reader of a region; ``on_read`` is called after each user.
    """
    by_region = _by_region(users)
    readers = {region: reader_for(region) for region in by_region}
    results: _Results = SimpleQueue()
    for region, unread in by_region.items():
        for _ in range(threads_per_region):
            # Daemons: Ctrl-C ends the process although a thread waits for its turn, or for a
            # response. A ThreadPoolExecutor would wait for its threads.
            Thread(target=_read_all, args=(readers[region], unread, results), daemon=True).start()
    readings: dict[AppInstanceUserArn, Reading] = {}
    for _ in range(len(set(users))):
        user, result = results.get()
        if isinstance(result, Exception):
            raise result
        readings[user] = result
        on_read()
    return readings


def _read_all(reader: UserReader, unread: deque[AppInstanceUserArn], results: _Results) -> None:
    while True:
        try:
            user = unread.popleft()
        except IndexError:
            return
        try:
            results.put((user, reader.read(user)))
        except Exception as error:  # noqa: BLE001 - raised again in the main thread, which waits
            results.put((user, error))


def _by_region(users: Iterable[AppInstanceUserArn]) -> dict[str, deque[AppInstanceUserArn]]:
    by_region: dict[str, deque[AppInstanceUserArn]] = {}
    for user in dict.fromkeys(users):
        by_region.setdefault(user.region, deque()).append(user)
    return by_region
