"""The pipeline: it updates itself, then Test, then, once somebody agrees, Production."""

from aws_cdk import Environment, Stack
from aws_cdk.pipelines import CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep
from constructs import Construct
from guest_policy import Chat


class Delivery(Stack):
    """Deployed once by hand (``cdk deploy Delivery``), and by itself from then on.

    Where and what it deploys is in the context, in ``cdk.json``.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        home = scope.node.get_context("home")
        super().__init__(scope, id, env=Environment(account=home["account"], region=home["region"]))
        source = CodePipelineSource.connection(
            home["repository"], home["branch"], connection_arn=home["connection"]
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
                Chat(
                    self,
                    name,
                    guests=chat["guests"],
                    days=chat["days"],
                    env=Environment(account=chat["account"], region=chat["region"]),
                ),
                pre=[ManualApprovalStep("Agree")] if chat["approval"] else [],
            )
