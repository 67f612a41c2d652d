"""A policy on the local AWS: the CDK CLI, CloudFormation, Step Functions, Lambda and DynamoDB."""

import json
import shlex
import sys
import time
from dataclasses import dataclass

from bench.policy.app import STACK, STATE_MACHINE, TABLE
from chime_expiration_handler.contract import sweep_event
from chime_expiration_handler.contract.ledger import Policy
from chime_expiration_handler.sweep.table import PolicyTable
from localaws import LocalAws
from localaws.cdk_cli import CdkCli

CALLS_PER_SECOND = 500.0

_POLL_SECONDS = 0.5
_LONGEST_SWEEP_SECONDS = 1800


@dataclass(frozen=True)
class Stage:
    """One sweep, from when its first invocation took the lease until it recorded the end."""

    name: str
    users: int
    seconds: float
    calls: int

    @property
    def users_per_second(self) -> float:
        return self.users / self.seconds


def live(users: int) -> list[Stage]:
    """Deploy a policy for so many users, change its days, sweep again, and take it back."""
    with LocalAws() as local_aws:
        policy = _DeployedPolicy(local_aws, users)
        return [
            policy.deploy("first sweep", 30),
            policy.deploy("change of days", 60),
            policy.sweep("nothing to do", 60),
            policy.deploy("clearing", 0),
        ]


class _DeployedPolicy:
    def __init__(self, local_aws: LocalAws, users: int) -> None:
        self._local_aws = local_aws
        self._chime = local_aws.chime
        self._app_instance = self._chime.create_app_instance()
        for number in range(users):
            self._chime.create_user(self._app_instance, f"guest-{number}")
        self._users = users
        self._cdk = CdkCli(local_aws)
        self._cdk.run("bootstrap", *self._app(30))

    def deploy(self, name: str, days: int) -> Stage:
        """Deploy the policy with these days, or disabled where they are 0, and wait for it."""
        self._chime.calls.clear()
        self._cdk.run("deploy", "--require-approval", "never", *self._app(days))
        # CloudFormation does not wait longer than five minutes for a sweep.
        deadline = time.monotonic() + _LONGEST_SWEEP_SECONDS
        policy = self._policy()
        while policy.swept_generation != policy.generation:
            _check(time.monotonic() < deadline, f"{name} takes too long: {policy.counts}")
            time.sleep(_POLL_SECONDS)
            policy = self._policy()
        return self._stage(name, days, policy)

    def sweep(self, name: str, days: int) -> Stage:
        """Start a sweep as the schedule does, and wait for it."""
        self._chime.calls.clear()
        step_functions = self._local_aws.client("stepfunctions")
        execution = step_functions.start_execution(
            stateMachineArn=self._output(STATE_MACHINE),
            input=json.dumps(
                {sweep_event.APP_INSTANCE: self._app_instance, sweep_event.CURSOR: None}
            ),
        )["executionArn"]
        status = "RUNNING"
        while status == "RUNNING":
            time.sleep(_POLL_SECONDS)
            status = step_functions.describe_execution(executionArn=execution)["status"]
        _check(status == "SUCCEEDED", f"{name} ended with {status}")
        return self._stage(name, days, self._policy())

    def _stage(self, name: str, days: int, policy: Policy) -> Stage:
        users = self._chime.app_instances[self._app_instance].users.values()
        actual = [user.expiration.expiration_days if user.expiration else 0 for user in users]
        wrong = sum(each != days for each in actual)
        _check(not wrong and not policy.error, f"{name}: {wrong} users are wrong; {policy.error}")
        assert policy.started is not None
        assert policy.finished is not None
        seconds = policy.finished - policy.started
        return Stage(name, self._users, seconds, len(self._chime.calls))

    def _policy(self) -> Policy:
        table = PolicyTable(
            self._local_aws.client("dynamodb"), self._output(TABLE), self._app_instance
        )
        policy = table.policy()
        _check(policy is not None, "nothing was declared")
        assert policy is not None
        return policy

    def _output(self, name: str) -> str:
        cloudformation = self._local_aws.client("cloudformation")
        [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        return str(outputs[name])

    def _app(self, days: int) -> list[str]:
        command = [sys.executable, "-m", "bench.policy.app", self._app_instance]
        return ["--app", shlex.join([*command, str(days), str(CALLS_PER_SECOND)])]


def _check(fact: bool, otherwise: str) -> None:
    if not fact:
        raise RuntimeError(otherwise)
