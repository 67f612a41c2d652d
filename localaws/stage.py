"""The whole stage: certificates, Chime, MiniStack, and the environment that leads to them."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from localaws.certificates import write_certificates
from localaws.chime import ChimeIdentity, ChimeServer
from localaws.clients import Clients
from localaws.function_log import read_function_log
from localaws.iam import RoleAuthorizer
from localaws.ministack import MiniStack

# The one MiniStack expects of an account's root.
_SECRET = "test"

# Variables of a developer's own that would lead a tool away from the stage, or into it with the
# wrong credentials.
LEADING_ASTRAY = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)


class Stage:
    """An AWS account on this machine, from `start` (or `with`) until `stop`.

    `chime` is the Chime SDK Identity, there to be looked at, filled and disturbed. `environment`
    leads the CDK CLI, the AWS CLI and boto3 to the stage; the environment of this process stays
    as it is. With `enforce_iam`, a function may call Chime only as far as its role's policies in
    force at that moment say so; the stage's own credentials may do everything.

    Starting raises `localaws.ministack.MiniStackError` when MiniStack does not come up.
    """

    def __init__(
        self,
        *,
        account: str = "111122223333",
        region: str = "us-east-1",
        enforce_iam: bool = True,
    ) -> None:
        self.account = account
        self.region = region
        self.chime = ChimeIdentity(account=account)
        self.directory = Path()
        self.environment: dict[str, str] = {}
        self._enforce_iam = enforce_iam
        self._closing = contextlib.ExitStack()
        self._clients: Clients | None = None
        self.ministack: MiniStack | None = None

    def start(self) -> None:
        """Start everything and return when it answers."""
        with contextlib.ExitStack() as closing:
            self._start(closing)
            self._closing = closing.pop_all()

    def stop(self) -> None:
        """Stop everything, including functions that still run, and remove its files."""
        self._closing.close()

    def __enter__(self) -> "Stage":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def client(self, service: str, region: str | None = None, **settings: Any) -> Any:
        """Return a boto3 client with the stage's own credentials, which may do everything.

        `settings` are botocore's Config settings, such as `retries`. Raises RuntimeError before
        the stage has started.
        """
        if self._clients is None:
            raise RuntimeError("the stage has not started")
        return self._clients.make(service, region or self.region, **settings)

    def function_log(
        self, function_name: str | None = None, region: str | None = None
    ) -> list[str]:
        """Return the lines that one function, or every function of the region, has logged."""
        lambda_client, logs_client = self.client("lambda", region), self.client("logs", region)
        return read_function_log(lambda_client, logs_client, function_name)

    def process_environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return an environment for a child process: `base` (default: this process's own) led to
        the stage, without what would lead it astray."""
        inherited = os.environ if base is None else base
        kept = {
            name: value
            for name, value in inherited.items()
            if name not in LEADING_ASTRAY and not name.startswith("AWS_ENDPOINT_URL")
        }
        return {**kept, **self.environment}

    def _start(self, closing: contextlib.ExitStack) -> None:
        directory = self.directory = Path(
            closing.enter_context(
                tempfile.TemporaryDirectory(prefix="localaws-", ignore_cleanup_errors=True)
            )
        )
        certificates = write_certificates(directory)
        server = ChimeServer(
            self.chime,
            certificate=certificates.certificate,
            private_key=certificates.private_key,
        )
        closing.enter_context(server)
        trust = {
            "AWS_CA_BUNDLE": str(certificates.authority),
            "NODE_EXTRA_CA_CERTS": str(certificates.authority),
        }
        chime_endpoint = {"AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY": server.url}
        ministack = MiniStack(
            directory,
            certificates,
            account=self.account,
            region=self.region,
            # crhelper answers with the standard library, which knows no AWS_CA_BUNDLE.
            function_environment={
                **trust,
                **chime_endpoint,
                "SSL_CERT_FILE": str(certificates.authority),
            },
        )
        self.ministack = closing.enter_context(ministack)
        self._clients = Clients(
            endpoint=ministack.url,
            endpoints={"chime-sdk-identity": server.url},
            authority=certificates.authority,
            access_key=self.account,
            secret_key=_SECRET,
            region=self.region,
        )
        self.environment = {
            "AWS_ENDPOINT_URL": ministack.url,
            "AWS_ENDPOINT_URL_S3": ministack.url,
            **chime_endpoint,
            **trust,
            # To MiniStack, an account's number is the access key of its root.
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DEFAULT_ACCOUNT": self.account,
            "CDK_DEFAULT_REGION": self.region,
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
        }
        if self._enforce_iam:
            self.chime.authorizer = RoleAuthorizer(
                functools.cache(self.client),
                administrators={self.account},
                regions=list(dict.fromkeys([self.region, *self._clients.regions])),
            )
