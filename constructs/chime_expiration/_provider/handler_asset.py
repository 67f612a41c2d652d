"""The code of the functions, collected from where it is installed."""

import base64
import hashlib
import shutil
from importlib.metadata import PackageNotFoundError, PackagePath, distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_HANDLER = "chime_expiration_handler"
_CRHELPER = "crhelper"
_REINSTALL = "run pip install --force-reinstall --no-deps crhelper"


def copy_handler_to(folder: Path) -> None:
    """Fill ``folder`` with what the functions need beside Lambda's own boto3.

    These are the handler and crhelper, copied from their installation: no pip, no network. Only
    files that are the same on every machine are copied, since their content makes the asset's hash.

    Raises RuntimeError where a file is missing or differs from what its package was installed with.
    """
    shutil.rmtree(folder, ignore_errors=True)
    # Not through `__file__`: a package can be imported from a zip archive.
    _copy_package(files(_HANDLER), folder / _HANDLER)
    for file in _crhelper_files():
        _write(_checked(file), folder / file)
    # Lambda cannot import what only its owner may read, and the umask of the machine that deploys
    # decides about that.
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _copy_package(source: Traversable, target: Path) -> None:
    for entry in source.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            _copy_package(entry, target / entry.name)
        elif entry.name.endswith(".py"):
            _write(entry.read_bytes(), target / entry.name)


def _crhelper_files() -> list[PackagePath]:
    try:
        recorded = distribution(_CRHELPER).files
    except PackageNotFoundError:
        raise RuntimeError(f"crhelper is not installed: {_REINSTALL}") from None
    found = [file for file in recorded or () if _is_crhelper_code_or_licence(file)]
    if not any(file.parts[0] == _CRHELPER for file in found):
        raise RuntimeError(f"the RECORD of crhelper lists no code: {_REINSTALL}")
    return found


def _is_crhelper_code_or_licence(file: PackagePath) -> bool:
    if file.parts[0] == _CRHELPER:
        return file.suffix == ".py"
    return file.name in ("LICENSE", "NOTICE")


def _checked(file: PackagePath) -> bytes:
    """The content of ``file``, which is the one in its RECORD ("Recording installed projects")."""
    path = Path(str(file.locate()))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _damaged(file) from error
    if file.hash is not None:
        digest = hashlib.new(file.hash.mode, content).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            raise _damaged(file)
    return content


def _damaged(file: PackagePath) -> RuntimeError:
    return RuntimeError(
        f"the installation of crhelper is damaged: {file} is missing or changed; {_REINSTALL}"
    )


def _write(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
