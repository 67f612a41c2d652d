"""``python -m proof`` as a process, on a local AWS."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localaws import LocalAws
from support.checkout import ROOT

_SOURCES = ("tests", ".", "cli", "constructs", "lambda")
_WAIT_SECONDS = 600

_MARK = "PROOF_TEST"
"""An environment variable that all descendants of a process inherit."""


class ProofProcess:
    """One process, whose output is in a file."""

    def __init__(self, process: "subprocess.Popen[bytes]", output: Path, mark: str) -> None:
        self.process = process
        self._output = output
        self._mark = mark

    @property
    def output(self) -> str:
        """What it has printed so far, to both streams."""
        return self._output.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        """Wait until it has printed a text."""
        self.wait_until(lambda: text in self.output, f"the output {text!r}")

    def wait_until(self, condition: Callable[[], bool], what: str = "the condition") -> None:
        """Wait while it runs. Raises AssertionError if it ends before."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while not condition():
            assert self.process.poll() is None, f"ended before {what}:\n{self.output}"
            assert time.monotonic() < deadline, f"{what} did not come:\n{self.output}"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it, without a chance to clean up, and wait until its descendants have ended."""
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + 10
        while self.descendants() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.descendants() == []

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Wait until it ends, and return its exit status."""
        return self.process.wait(_WAIT_SECONDS)

    def descendants(self) -> list[str]:
        """The command lines of all processes that it has started and that still run."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"{_MARK}={self._mark}".encode() in (process / "environ").read_bytes():
                    command = (process / "cmdline").read_bytes()
                    found += [command.replace(b"\0", b" ").decode()] if command else []
        return found


class ProofRuns:
    """Starts the program for one local AWS, with its files in ``folder``."""

    def __init__(self, local_aws: LocalAws, folder: Path) -> None:
        self.local_aws = local_aws
        self.folder = folder
        self._started = 0

    @contextmanager
    def start(self, *arguments: str, **environment: str) -> Iterator[ProofProcess]:
        """Start it without a terminal."""
        mark = uuid.uuid4().hex
        self._started += 1
        output = self.folder / f"output-{self._started}.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "proof", "--out", str(self.folder), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={
                    **self.local_aws.process_environment(),
                    "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in _SOURCES),
                    _MARK: mark,
                    **environment,
                },
            )
        try:
            yield ProofProcess(process, output, mark)
        finally:
            process.kill()
            process.wait()

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Run it to its end; return its exit status and its output."""
        with self.start(*arguments, **environment) as process:
            return process.end(), process.output

    def records(self) -> list[str]:
        """The ids of the runs that have a record."""
        return sorted(path.stem for path in (self.folder / "runs").glob("*.json"))

    def stack_status(self, kind: str) -> str | None:
        """The status of the fixtures or the app stack of the only run that has one, or None."""
        for stack in self.local_aws.client("cloudformation").describe_stacks()["Stacks"]:
            if stack["StackName"].endswith(f"-{kind}"):
                return str(stack["StackStatus"])
        return None


def everything(local_aws: LocalAws) -> list[str]:
    """All that the services of a local AWS list, whatever its name is."""
    found = [f"AppInstance {arn}" for arn in local_aws.chime.app_instances]
    found += [f"user {user.arn}" for user in local_aws.chime.users()]
    for service, operation, member, name in _LISTS:
        for page in _pages(local_aws.client(service), operation):
            found += [
                f"{service} {each[name] if name else each}"
                for each in page.get(member, [])
                if not (isinstance(each, dict) and each.get("StackStatus") == "DELETE_COMPLETE")
            ]
    return sorted(found)


_LISTS = (
    ("cloudformation", "list_stacks", "StackSummaries", "StackName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("iam", "list_users", "Users", "UserName"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("events", "list_rules", "Rules", "Name"),
    ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
)


def _pages(client: Any, operation: str) -> Any:
    if client.can_paginate(operation):
        return client.get_paginator(operation).paginate()
    return [getattr(client, operation)()]
