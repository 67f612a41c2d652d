"""Makes a Python started by the local Lambda resemble AWS Lambda's own runtime.

Python imports a module of this name at its start when it finds one on PYTHONPATH. Two things
matter to a function that is about to be trusted in production:

- it finds the standard library, the SDK and what it brought itself, and nothing else that happens
  to be installed here: a dependency missing from the package is missing here, too;
- log records reach the log, formatted as Lambda formats them. Without a handler on the root
  logger, Python drops everything below WARNING.
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
"""What Lambda's Python runtimes have installed, apart from the standard library."""


class OnlyWhatLambdaHas(importlib.abc.MetaPathFinder):
    """Refuses top-level modules that are installed here but would not be there."""

    def __init__(self) -> None:
        standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
        self._elsewhere = [
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
        if places and all(_is_below(place, self._elsewhere) for place in places):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def _is_in(folder: str, standard: set[str]) -> bool:
    return folder in standard or Path(folder).name == "lib-dynload"


def _is_below(place: str, folders: list[str]) -> bool:
    return any(place.startswith(folder + os.sep) for folder in folders)


def log_as_lambda_does() -> None:
    """Give the root logger the handler that Lambda's runtime gives it."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


# The server that starts the functions inherits the same environment, without a function's name.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    sys.meta_path.insert(0, OnlyWhatLambdaHas())
    log_as_lambda_does()
