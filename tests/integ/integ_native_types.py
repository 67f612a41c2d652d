"""A stack that owns its AppInstance and a user, and declares expirations for them.

In the form of CDK's integ-runner: it deploys the stack to a real account, and then asks the service
whether the user has the declared days.
"""

from aws_cdk import App, Duration, Stack
from aws_cdk.aws_chime import CfnAppInstance, CfnAppInstanceUser
from aws_cdk.integ_tests_alpha import ExpectedResult, IntegTest

from chime_expiration import AppInstanceUserExpiration, AppInstanceUserExpirationPolicy, NewUsers

DAYS = 90

app = App()
stack = Stack(app, "ChimeExpirationInteg")
chat = CfnAppInstance(stack, "Chat", name="integ")
user = CfnAppInstanceUser(
    stack,
    "User",
    app_instance_arn=chat.attr_app_instance_arn,
    app_instance_user_id="demo-1",
    name="Demo",
)
declaration = AppInstanceUserExpiration(
    stack, "Demo", app_instance_user=user, expire_after=Duration.days(DAYS)
)
AppInstanceUserExpirationPolicy(
    stack,
    "Guests",
    app_instance=chat,
    expire_after=Duration.days(30),
    users=["guest-*"],
    # Needs no CloudTrail trail in the account.
    new_users=NewUsers.BY_SWEEP,
)

test = IntegTest(app, "NativeTypes", test_cases=[stack], regions=["us-east-1"])
described = test.assertions.aws_api_call(
    "chime-sdk-identity",
    "DescribeAppInstanceUser",
    {"AppInstanceUserArn": declaration.app_instance_user_arn},
)
# The actions of IAM begin with another word than the name of the client.
described.provider.add_to_role_policy(
    {"Effect": "Allow", "Action": ["chime:DescribeAppInstanceUser"], "Resource": ["*"]}
)
described.expect(
    ExpectedResult.object_like(
        {"AppInstanceUser": {"ExpirationSettings": {"ExpirationDays": DAYS}}}
    )
)
app.synth()
