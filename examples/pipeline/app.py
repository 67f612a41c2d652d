"""The app that the pipeline synthesizes: itself, and what it deploys."""

from aws_cdk import App
from delivery import Delivery

app = App()
Delivery(app, "Delivery")
app.synth()
