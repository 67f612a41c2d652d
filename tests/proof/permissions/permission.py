"""One action that the caller of a run must be allowed, and on what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proof.run import Run

# The beginning of a name can be empty, such as that in "log-group:*chime-proof-".
_BEGINNING = re.compile(r"(?<=:)\*(?=\w)")


@dataclass(frozen=True)
class Permission:
    """``resource`` is an ARN with wildcards, or ``*``. ``purpose`` is an infinitive."""

    action: str
    resource: str
    purpose: str

    @property
    def example(self) -> str:
        """Return the ARN of one resource, which need not exist, to ask IAM about."""
        if self.resource == "*":
            return self.resource
        return _BEGINNING.sub("", self.resource).replace("*", "example")

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}, to {self.purpose}"


@dataclass(frozen=True)
class Need:
    """Actions of one service on one resource, for any run.

    ``actions`` are the prefix of the service and names. ``resource`` is the last part of an ARN of
    this service, with ``NAME`` for the name of the run, or ``*``.
    """

    purpose: str
    actions: str
    resource: str = "*"

    def of(self, run: Run) -> Iterator[Permission]:
        """Return the permissions that a run needs."""
        service, _, names = self.actions.partition(": ")
        for name in names.split():
            yield Permission(f"{service}:{name}", self._arn(service, run), self.purpose)

    def _arn(self, service: str, run: Run) -> str:
        if self.resource == "*":
            return self.resource
        resource = self.resource.replace("NAME", run.name)
        if service == "s3":
            return f"arn:aws:s3:::{resource}"
        if service in ("iam", "sts"):
            # The role that STS is asked for belongs to IAM. IAM has no regions.
            return f"arn:aws:iam::{run.account}:{resource}"
        return f"arn:aws:{service}:{run.region}:{run.account}:{resource}"
