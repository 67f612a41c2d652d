"""The local AWS: certificates, Chime SDK Identity, MiniStack, and the environment for tools."""

import contextlib
import functools
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from localaws.certificates import write_certificates
from localaws.chime import ChimeIdentity, ChimeServer, RateLimits
from localaws.clients import Clients
from localaws.event_rules import EventRules
from localaws.function_log import read_function_log
from localaws.iam import RoleAuthorizer
from localaws.ministack import MiniStack
from localaws.principals import Principals
from localaws.trail import Trail

# MiniStack expects this secret for the root user of an account.
_SECRET = "test"

# With these variables of a developer, a tool would call AWS instead of the local AWS, or call the
# local AWS with wrong credentials.
CONFLICTING_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)


class LocalAws:
    """A local AWS with one account, from ``start`` (or ``with``) until ``stop``.

    ``chime`` is the Chime SDK Identity: tests read it, add users to it and make it fail. With the
    variables in ``environment``, the CDK CLI, the AWS CLI and boto3 call the local AWS; the
    environment of this process does not change. With ``enforce_iam``, a function, a user of IAM and
    a session of a role may only make the calls to Chime that their current policies allow.
    ``client`` may make all calls.

    ``trail`` delivers the events of created and expired users to the rules of EventBridge. It can
    lose, repeat and delay them.

    ``start`` raises ``localaws.ministack.MiniStackError`` if MiniStack does not start.
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
        if self.chime.answers.put_rate is not None:
            self.chime.limits = RateLimits(put_per_second=self.chime.answers.put_rate)
        self.directory = Path()
        self.environment: dict[str, str] = {}
        self._cached_client = functools.cache(self.client)
        self.trail = Trail(EventRules(self._cached_client).deliver)
        self._enforce_iam = enforce_iam
        self._closing = contextlib.ExitStack()
        self._clients: Clients | None = None
        self.ministack: MiniStack | None = None

    def start(self) -> None:
        """Start everything, and return when it responds."""
        with contextlib.ExitStack() as closing:
            self._start(closing)
            self._closing = closing.pop_all()

    def stop(self) -> None:
        """Stop everything, including running functions, and remove the files."""
        self._closing.close()

    def __enter__(self) -> "LocalAws":
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
        """Return a boto3 client with administrator credentials.

        ``settings`` are settings of botocore's ``Config``, such as ``retries``. Raises RuntimeError
        if the local AWS has not started.
        """
        if self._clients is None:
            raise RuntimeError(
                "the local AWS has not started: call start() first, or use it in a with"
            )
        return self._clients.make(service, region or self.region, **settings)

    def function_log(
        self, function_name: str | None = None, region: str | None = None
    ) -> list[str]:
        """Return the log lines of one function, or of all functions of the region."""
        lambda_client, logs_client = self.client("lambda", region), self.client("logs", region)
        return read_function_log(lambda_client, logs_client, function_name)

    def process_environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment for a child process that calls the local AWS.

        ``base`` (default: the environment of this process), without the conflicting variables.
        """
        inherited = os.environ if base is None else base
        kept = {
            name: value
            for name, value in inherited.items()
            if name not in CONFLICTING_VARIABLES and not name.startswith("AWS_ENDPOINT_URL")
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
            express_replacement=self.chime.answers.express_replacement,
            # crhelper responds with http.client, which ignores AWS_CA_BUNDLE.
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
        self.chime.trail = closing.enter_context(self.trail).send
        self.environment = {
            "AWS_ENDPOINT_URL": ministack.url,
            "AWS_ENDPOINT_URL_S3": ministack.url,
            **chime_endpoint,
            **trust,
            # MiniStack takes an access key of twelve digits as the root user of that account.
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
                self._cached_client,
                administrators={self.account},
                regions=list(dict.fromkeys([self.region, *self._clients.regions])),
                principal_of=Principals(ministack.url, certificates.authority),
            )
