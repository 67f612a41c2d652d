"""A stack with one policy, for the CDK CLI: ``python -m bench.policy.app APP_INSTANCE DAYS RATE``.

Days of 0 disable the policy: it clears.
"""

import sys

from aws_cdk import App, CfnOutput, Duration, Stack

from chime_expiration import AppInstanceUserExpirationPolicy

STACK = "Policy"
TABLE = "TableName"
STATE_MACHINE = "StateMachineArn"


def main(app_instance: str, days: int, calls_per_second: float) -> None:
    """Synthesize the app."""
    app = App()
    stack = Stack(app, STACK)
    policy = AppInstanceUserExpirationPolicy(
        stack,
        "Guests",
        app_instance_arn=app_instance,
        expire_after=Duration.days(days or 30),
        enabled=days > 0,
        calls_per_second=calls_per_second,
    )
    CfnOutput(stack, TABLE, value=policy.table.table_name)
    CfnOutput(stack, STATE_MACHINE, value=policy.state_machine.state_machine_arn)
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
