"""The app in this repository: a stack whose declarations come from the CDK context."""
