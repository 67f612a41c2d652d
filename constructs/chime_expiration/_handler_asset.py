import shutil
from importlib.metadata import PackagePath, distribution
from pathlib import Path

import chime_expiration_handler

_HANDLER = Path(chime_expiration_handler.__file__).parent


def copy_handler_to(folder: Path) -> None:
    """Fill ``folder`` with what the function needs beside Lambda's own boto3.

    That is the handler and crhelper, from where both are installed: no pip, no network. Only files
    that are the same on every machine go in, since their content makes the asset's hash.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for source in _HANDLER.glob("*.py"):
        _copy(source, folder / _HANDLER.name / source.name)
    crhelper = distribution("crhelper")
    for file in crhelper.files or ():
        if _is_code_or_licence(file):
            _copy(Path(str(crhelper.locate_file(file))), folder / file)


def _is_code_or_licence(file: PackagePath) -> bool:
    if file.parts[0] == "crhelper":
        return file.suffix == ".py"
    return file.name in ("LICENSE", "NOTICE")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
