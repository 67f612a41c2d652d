"""botocore's service model, cut down to the operations this service has."""

from typing import Any

import botocore.loaders
import botocore.model

OPERATIONS = (
    "CreateAppInstance",
    "CreateAppInstanceUser",
    "DeleteAppInstance",
    "DeleteAppInstanceUser",
    "DescribeAppInstanceUser",
    "ListAppInstanceUsers",
    "ListAppInstances",
    "PutAppInstanceUserExpirationSettings",
    "UpdateAppInstanceUser",
)


def _load() -> Any:
    # A loader of its own, so that models in somebody's home directory stay out of it.
    loader = botocore.loaders.Loader(include_default_search_paths=False)
    loader.search_paths.append(loader.BUILTIN_DATA_PATH)
    description = loader.load_service_model("chime-sdk-identity", "service-2")
    return botocore.model.ServiceModel(description, "chime-sdk-identity")


SERVICE: Any = _load()
"""The model; untyped, because botocore is."""


def operation_model(operation: str) -> Any:
    """Return botocore's model of one operation; raises KeyError for one that is not served."""
    if operation not in OPERATIONS:
        raise KeyError(operation)
    return SERVICE.operation_model(operation)
