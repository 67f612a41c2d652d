"""A stage on one machine: CloudFormation, Lambda and IAM, and a Chime SDK Identity to call.

Nothing here reaches AWS or needs an account. `Stage` starts everything and stops it again:

    with Stage() as stage:
        stage.client("cloudformation").create_stack(...)
        stage.chime.expiration_days(user_arn)
"""

from localaws.stage import Stage

__all__ = ["Stage"]
