"""A change to the handler that breaks one promise."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """In ``file`` of the handler, ``old`` is replaced by ``new``; ``breaks`` is the promise.

    ``tests`` are pytest's arguments for the tests that have to fail; empty for those of the
    lifecycle of a user.
    """

    name: str
    breaks: str
    file: str
    old: str
    new: str
    tests: str = ""

    def write(self, handler: Path, folder: Path) -> None:
        """Copy ``handler`` into ``folder`` and change the copy.

        Raises ValueError unless the old text is found exactly once: a mutant that changes nothing
        would look like one that survived.
        """
        copy = folder / handler.name
        shutil.copytree(handler, copy, ignore=shutil.ignore_patterns("__pycache__"))
        target = copy / self.file
        text = target.read_text()
        found = text.count(self.old)
        if found != 1:
            raise ValueError(
                f"{self.name}: found {found} times in {self.file}, expected once:\n{self.old}"
            )
        target.write_text(text.replace(self.old, self.new))
