"""The pipeline: it updates itself, then plans and deploys Test and, once approved, Production."""

from aws_cdk import Environment, Stack
from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.pipelines import (
    CodeBuildStep,
    CodePipeline,
    CodePipelineSource,
    ManualApprovalStep,
    ShellStep,
    Step,
)
from constructs import Construct
from guest_policy import ChatStage

# A little more than the users that you declare.
MOST_USERS = 100


class Delivery(Stack):
    """Deployed once by hand (``cdk deploy Delivery``), then it updates itself on each push.

    The context in ``cdk.json`` says where and what it deploys.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        settings = scope.node.get_context("pipeline")
        env = Environment(account=settings["account"], region=settings["region"])
        super().__init__(scope, id, env=env)
        source = CodePipelineSource.connection(
            settings["repository"], settings["branch"], connection_arn=settings["connection"]
        )
        synth = ShellStep(
            "Synth",
            input=source,
            install_commands=[
                "npm install --global aws-cdk@2",
                "python -m pip install --requirement requirements.txt",
            ],
            commands=["cdk synth"],
        )
        pipeline = CodePipeline(self, "Pipeline", synth=synth)
        for name, chat in self.node.get_context("chats").items():
            before: list[Step] = []
            if chat["account"] == settings["account"]:
                before.append(plan_step(f"{id}/{name}/GuestPolicy", source, synth))
            if chat["approval"]:
                approval = ManualApprovalStep("Approve")
                for step in before:
                    approval.add_step_dependency(step)
                before.append(approval)
            pipeline.add_stage(
                ChatStage(
                    self,
                    name,
                    guests=chat["guests"],
                    days=chat["days"],
                    env=Environment(account=chat["account"], region=chat["region"]),
                ),
                pre=before,
            )


def plan_step(stack: str, source: CodePipelineSource, synth: ShellStep) -> CodeBuildStep:
    """Stops the pipeline if the deployment would be refused, or would do more than is meant.

    That is: delete somebody soon, or set more than ``MOST_USERS``. All users of a policy are read,
    because a sample does not rule out a deletion.
    """
    limits = f"--fail-on-deletion-within 2 --fail-on-users-set {MOST_USERS}"
    return CodeBuildStep(
        "Plan",
        input=source,
        additional_inputs={"assembly": synth},
        install_commands=["python -m pip install --requirement requirements.txt"],
        commands=[f"chime-expiration plan assembly --stack {stack} --sample all {limits}"],
        role_policy_statements=[
            PolicyStatement(
                actions=[
                    "chime:DescribeAppInstanceUser",
                    "cloudformation:DescribeStacks",
                    "cloudformation:GetTemplate",
                    "cloudformation:ListStackResources",
                ],
                resources=["*"],
            )
        ],
    )
