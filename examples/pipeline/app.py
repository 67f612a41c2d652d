"""The app that the pipeline synthesizes: the pipeline and the stages that it deploys."""

from aws_cdk import App
from delivery import Delivery

app = App()
Delivery(app, "Delivery")
app.synth()
