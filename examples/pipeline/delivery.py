"""The pipeline: it updates itself, then deploys Test and, after an approval, Production."""

from aws_cdk import Environment, Stack
from aws_cdk.pipelines import CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep
from constructs import Construct
from guest_policy import ChatStage


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
        pipeline = CodePipeline(
            self,
            "Pipeline",
            synth=ShellStep(
                "Synth",
                input=source,
                install_commands=[
                    "npm install --global aws-cdk@2",
                    "python -m pip install --requirement requirements.txt",
                ],
                commands=["cdk synth"],
            ),
        )
        for name, chat in self.node.get_context("chats").items():
            pipeline.add_stage(
                ChatStage(
                    self,
                    name,
                    guests=chat["guests"],
                    days=chat["days"],
                    env=Environment(account=chat["account"], region=chat["region"]),
                ),
                pre=[ManualApprovalStep("Approve")] if chat["approval"] else [],
            )
