"""A local AWS: CloudFormation, Lambda, IAM, and a Chime SDK Identity.

Nothing here calls AWS or needs an account. ``LocalAws`` starts everything and stops it:

    with LocalAws() as local_aws:
        local_aws.client("cloudformation").create_stack(...)
        local_aws.chime.expiration_days(user_arn)
"""

from localaws.local_aws import LocalAws

__all__ = ["LocalAws"]
