"""Makes a Python process of the local Lambda behave like the Python runtime of AWS Lambda.

Python imports a module of this name at its start if it is on PYTHONPATH.

- A function can import the standard library, the SDK and its own package only. A dependency that
  is missing in the package is missing here too, although it is installed.
- Log records are written in Lambda's format. Without a handler on the root logger, Python drops
  all records below WARNING.
"""

import importlib.abc
import importlib.machinery
import logging
import os
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

SDK = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
"""The packages of Lambda's Python runtimes."""


class LambdaPackagesOnly(importlib.abc.MetaPathFinder):
    """Rejects top-level modules that are installed here but not in Lambda."""

    def __init__(self) -> None:
        standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
        self._installed_here = [
            folder for folder in sys.path if Path(folder).is_dir() and not _is_in(folder, standard)
        ]

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002 - the interface has it
    ) -> importlib.machinery.ModuleSpec | None:
        if path is not None or fullname in SDK or fullname in sys.stdlib_module_names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname)
        places = list(spec.submodule_search_locations or []) if spec else []
        if spec and spec.origin:
            places.append(spec.origin)
        if places and all(_is_below(place, self._installed_here) for place in places):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def _is_in(folder: str, standard: set[str]) -> bool:
    return folder in standard or Path(folder).name == "lib-dynload"


def _is_below(place: str, folders: list[str]) -> bool:
    return any(place.startswith(folder + os.sep) for folder in folders)


def log_as_lambda_does() -> None:
    """Give the root logger the same handler as Lambda's runtime."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


# The server that starts the functions has the same PYTHONPATH, but no function name.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    sys.meta_path.insert(0, LambdaPackagesOnly())
    log_as_lambda_does()
