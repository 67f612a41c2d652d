"""The CDK app of a run: declarations of single users, and a policy.

It is synthesized here and not by the CLI, which deploys the cloud assemblies. So that they are the
ones that the CLI would make, they get the context that it passes to an app.
"""

import itertools
from pathlib import Path

from aws_cdk import App, CfnParameter, CliCredentialsStackSynthesizer, Duration, Environment, Stack
from aws_cdk.aws_stepfunctions import CfnStateMachine

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy
from proof.place import Fixtures
from proof.run import Run
from proof.version import Version

POLICY_PATTERN = "guest-*"

_CONTEXT_OF_THE_CLI = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
}


class AppSynthesizer:
    """Writes cloud assemblies of a run into folders of their own in ``folder``."""

    def __init__(self, run: Run, fixtures: Fixtures, folder: Path) -> None:
        self._run = run
        self._fixtures = fixtures
        self._folder = folder
        self._serials = itertools.count(1)

    def synthesize(self, version: Version) -> Path:
        """Return the folder of the assembly."""
        folder = self._folder / f"assembly-{next(self._serials)}"
        app = App(outdir=str(folder), context=_CONTEXT_OF_THE_CLI)
        stack = Stack(
            app,
            "Proof",
            stack_name=self._run.app_stack,
            env=Environment(account=self._run.account, region=self._run.region),
            # Without a bootstrap stack: that of the account is not touched.
            synthesizer=CliCredentialsStackSynthesizer(
                file_assets_bucket_name=self._fixtures.asset_bucket
            ),
        )
        self._declare_all(stack, version)
        app.synth()
        return folder

    def _declare_all(self, stack: Stack, version: Version) -> None:
        policy = AppInstanceUserExpirationPolicy(
            stack,
            "Guests",
            app_instance_arn=self._fixtures.app_instance_arn,
            expire_after=Duration.days(version.policy_days),
            users=[POLICY_PATTERN],
        )
        # CloudFormation would name it after its logical id only, so that no list shows its run.
        [sweeps] = [each for each in policy.node.find_all() if isinstance(each, CfnStateMachine)]
        sweeps.state_machine_name = f"{self._run.app_stack}-sweep"
        parameter = CfnParameter(stack, "NamedUser", default=version.named_by_parameter)
        declarations = [
            self._declare(stack, version.construct_names.get(user, user), user, days)
            for user, days in version.declared.items()
        ]
        declarations.append(
            self._declare(stack, "Named", parameter.value_as_string, version.days_of_parameter)
        )
        if version.missing is not None:
            missing = self._declare(stack, "Missing", version.missing, version.missing_days)
            missing.node.add_dependency(policy, *declarations)

    def _declare(self, stack: Stack, name: str, user: str, days: int) -> AppInstanceUserExpiration:
        return AppInstanceUserExpiration(
            stack,
            name,
            app_instance_user_arn=f"{self._fixtures.app_instance_arn}/user/{user}",
            expire_after=Duration.days(days),
        )
