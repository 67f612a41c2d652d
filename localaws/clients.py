"""boto3 clients that know the stage and nothing of the developer's own AWS configuration."""

import os
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.session


class Clients:
    """Makes clients whose endpoints, credentials and trust are all given here."""

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
        nothing = os.devnull
        session = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, nothing, None),
                "credentials_file": (None, None, nothing, None),
            }
        )
        self._session = boto3.Session(
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            region_name=region,
            botocore_session=session,
        )
        self.regions: list[str] = self._session.get_available_regions("lambda")

    def make(self, service: str, region: str | None = None, **settings: Any) -> Any:
        """Return a client; `settings` are botocore's Config settings."""
        config = botocore.config.Config(
            proxies={},
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=64,
            s3={"addressing_style": "path"},
        )
        make: Any = self._session.client
        return make(
            service,
            region_name=region,
            endpoint_url=self._endpoints.get(service, self._endpoint),
            verify=str(self._authority),
            config=config.merge(botocore.config.Config(**settings)),
        )
