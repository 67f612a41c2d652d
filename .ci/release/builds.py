"""The wheel and the sdist of a commit, built twice in surroundings that differ."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from release.checkout import Checkout
from release.errors import ReleaseError

# The second build: what must not have an effect on the bytes is different.
_ELSEWHERE = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
_UMASK = 0o022
_OTHER_UMASK = 0o077
_OTHER_TIME = 1_000_000_000


def build_twice(checkout: Checkout, folder: Path) -> dict[str, str]:
    """Build the commit of ``checkout`` twice, and put the files into a new ``folder``.

    Returns the SHA-256 of each file. Raises ReleaseError if the builds differ.
    """
    with tempfile.TemporaryDirectory() as temporary:
        first = _build(checkout, Path(temporary, "first"), {}, _UMASK)
        second = _build(
            checkout, Path(temporary, "a second folder"), _ELSEWHERE, _OTHER_UMASK, _OTHER_TIME
        )
        hashes, others = sha256_of(first), sha256_of(second)
        if hashes != others:
            raise ReleaseError(
                [
                    f"two builds of {name} differ, {hashes.get(name)} and {others.get(name)}: "
                    "find what depends on the folder, the time or the environment"
                    for name in sorted({*hashes, *others})
                    if hashes.get(name) != others.get(name)
                ]
            )
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(first, folder)
    return hashes


def sha256_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file in ``folder``, by its name."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
    }


def _build(
    checkout: Checkout,
    folder: Path,
    environment: dict[str, str],
    umask: int,
    modified: int | None = None,
) -> Path:
    """Build an export of the commit in ``folder``; ``modified`` is the time of its files."""
    source, output = folder / "source", folder / "dist"
    source.mkdir(parents=True)
    # An export of the commit: files that git ignores, and changes, cannot get in.
    exported = folder / "source.tar"
    checkout.git("archive", f"--output={exported}", "HEAD")
    with tarfile.open(exported) as archive:
        # Python 3.11 has filters since 3.11.4. git has made the archive, from our own files.
        if hasattr(tarfile, "data_filter"):
            archive.extractall(source, filter="data")
        else:
            archive.extractall(source)
    if modified is not None:
        for path in source.rglob("*"):
            os.utime(path, (modified, modified))
            path.chmod(path.stat().st_mode & ~_OTHER_UMASK)
    built = subprocess.run(
        # The pinned hatchling, not the newest that pyproject.toml allows.
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(output), str(source)],
        env={**os.environ, **environment, "SOURCE_DATE_EPOCH": _commit_time(checkout)},
        umask=umask,
        capture_output=True,
        text=True,
    )
    if built.returncode:
        raise ReleaseError([f"the build failed: {(built.stdout + built.stderr).strip()}"])
    return output


def _commit_time(checkout: Checkout) -> str:
    """The seconds since 1970 at which the commit was made."""
    return checkout.git("log", "-1", "--format=%ct", "HEAD")
