"""botocore's service model, for the operations of this service."""

from typing import Any

import botocore.loaders
import botocore.model

OPERATIONS = (
    "CreateAppInstance",
    "CreateAppInstanceAdmin",
    "CreateAppInstanceUser",
    "DeleteAppInstance",
    "DeleteAppInstanceAdmin",
    "DeleteAppInstanceUser",
    "DescribeAppInstance",
    "DescribeAppInstanceUser",
    "ListAppInstanceAdmins",
    "ListAppInstanceUsers",
    "ListAppInstances",
    "PutAppInstanceUserExpirationSettings",
    "UpdateAppInstance",
    "UpdateAppInstanceUser",
)


def _load() -> Any:
    # A separate loader, because the default one also loads models from the home directory.
    loader = botocore.loaders.Loader(include_default_search_paths=False)
    loader.search_paths.append(loader.BUILTIN_DATA_PATH)
    description = loader.load_service_model("chime-sdk-identity", "service-2")
    return botocore.model.ServiceModel(description, "chime-sdk-identity")


SERVICE: Any = _load()
"""The model; untyped, because botocore is."""


def operation_model(operation: str) -> Any:
    """Return botocore's model of one operation; raises KeyError for an unknown operation."""
    if operation not in OPERATIONS:
        raise KeyError(operation)
    return SERVICE.operation_model(operation)
