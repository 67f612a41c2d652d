"""Dependencies between CloudFormation resources."""

from aws_cdk import CfnResource


def depend(resource: CfnResource, on: CfnResource) -> None:
    """Have CloudFormation create ``on`` before ``resource``, and delete it afterwards."""
    # A dependency between constructs would cost a third of a declaration's time at synth. The
    # oldest aws-cdk-lib of our range has only the method that newer ones call deprecated.
    add = getattr(resource, "add_resource_dependency", None) or resource.add_dependency
    add(on)
