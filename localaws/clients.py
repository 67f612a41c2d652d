"""boto3 clients for the local AWS that ignore the AWS configuration of the developer."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.session

ClientFor = Callable[[str, str], Any]
"""Returns a boto3 client for a service and a region."""


class Clients:
    """Makes clients with the given endpoints, credentials and certificate authority."""

    def __init__(
        self,
        *,
        endpoint: str,
        endpoints: dict[str, str],
        authority: Path,
        access_key: str,
        secret_key: str,
        region: str,
    ) -> None:
        self._endpoint = endpoint
        self._endpoints = endpoints
        self._authority = authority
        session = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
        )
        self._session = boto3.Session(
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            region_name=region,
            botocore_session=session,
        )
        # A session must not make two clients at once.
        self._lock = threading.Lock()
        self.regions: list[str] = self._session.get_available_regions("lambda")

    def make(self, service: str, region: str | None = None, **settings: Any) -> Any:
        """Return a client; ``settings`` are settings of botocore's ``Config``."""
        config = botocore.config.Config(
            proxies={},
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=64,
            s3={"addressing_style": "path"},
        )
        make: Any = self._session.client
        with self._lock:
            return make(
                service,
                region_name=region,
                endpoint_url=self._endpoints.get(service, self._endpoint),
                verify=str(self._authority),
                config=config.merge(botocore.config.Config(**settings)),
            )
