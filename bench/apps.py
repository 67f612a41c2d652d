"""The same declarations with each peer: ``python -m bench.apps NAME USERS``.

Each function imports what its app needs, as the first lines of an ``app.py`` do. Every run is a
process of its own.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, CfnResource, Stack

APP_INSTANCE = (
    "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c9b1e-2f1d-4a1f-9d5e-0c4f1a2b3c4d"
)
_PUT = "PutAppInstanceUserExpirationSettings"
_SETTINGS = {"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"}

Users = dict[str, str]
"""ARNs by id."""


def chime_expiration(stack: Stack, users: Users) -> None:
    """The construct of this project. All users share one ``Duration``."""
    from aws_cdk import Duration

    from chime_expiration import AppInstanceUserExpiration

    thirty_days = Duration.days(30)
    for user_id, user in users.items():
        AppInstanceUserExpiration(
            stack, user_id, app_instance_user_arn=user, expire_after=thirty_days
        )


def aws_custom_resource(stack: Stack, users: Users) -> None:
    """AwsCustomResource in its best configuration: one role with one statement for all users."""
    from aws_cdk.aws_iam import ManagedPolicy, PolicyStatement, Role, ServicePrincipal

    logs = ManagedPolicy.from_aws_managed_policy_name("service-role/AWSLambdaBasicExecutionRole")
    lambda_service = ServicePrincipal("lambda.amazonaws.com")
    role = Role(stack, "Role", assumed_by=lambda_service, managed_policies=[logs])
    role.add_to_policy(
        PolicyStatement(actions=[f"chime:{_PUT}"], resources=[f"{APP_INSTANCE}/user/*"])
    )
    for user_id, user in users.items():
        _sdk_calls(stack, user_id, user, role=role)


def aws_custom_resource_documented(stack: Stack, users: Users) -> None:
    """AwsCustomResource as its documentation shows it: a policy for each user."""
    from aws_cdk.custom_resources import AwsCustomResourcePolicy

    for user_id, user in users.items():
        policy = AwsCustomResourcePolicy.from_sdk_calls(resources=[user])
        _sdk_calls(stack, user_id, user, policy=policy)


def _sdk_calls(stack: Stack, user_id: str, user: str, **permissions: Any) -> None:
    from aws_cdk.custom_resources import AwsCustomResource, AwsSdkCall, PhysicalResourceId

    call: dict[str, Any] = {"service": "chime-sdk-identity", "action": _PUT}
    parameters = {"AppInstanceUserArn": user}
    AwsCustomResource(
        stack,
        user_id,
        on_update=AwsSdkCall(
            **call,
            parameters={**parameters, "ExpirationSettings": _SETTINGS},
            physical_resource_id=PhysicalResourceId.of(user),
        ),
        on_delete=AwsSdkCall(**call, parameters=parameters),
        install_latest_aws_sdk=False,
        **permissions,
    )


def native(stack: Stack, users: Users) -> None:
    """CloudFormation's own type, which creates the users and owns them."""
    from aws_cdk.aws_chime import CfnAppInstanceUser

    for user_id in users:
        CfnAppInstanceUser(
            stack,
            user_id,
            app_instance_arn=APP_INSTANCE,
            app_instance_user_id=user_id,
            name=user_id,
            expiration_settings=CfnAppInstanceUser.ExpirationSettingsProperty(
                expiration_days=30, expiration_criterion="CREATED_TIMESTAMP"
            ),
        )


def baseline(stack: Stack, users: Users) -> None:
    """The least that the CDK needs for a custom resource: a function, a role, bare resources."""
    from aws_cdk.aws_iam import CfnRole
    from aws_cdk.aws_lambda import CfnFunction
    from aws_cdk.aws_s3_assets import Asset

    import chime_expiration_handler

    code = Asset(stack, "Code", path=str(Path(chime_expiration_handler.__file__).parent))
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    put = {"Effect": "Allow", "Action": f"chime:{_PUT}", "Resource": f"{APP_INSTANCE}/user/*"}
    role = CfnRole(
        stack,
        "Role",
        assume_role_policy_document=_policy(trust),
        policies=[CfnRole.PolicyProperty(policy_name="Put", policy_document=_policy(put))],
    )
    function = CfnFunction(
        stack,
        "Function",
        code=CfnFunction.CodeProperty(s3_bucket=code.s3_bucket_name, s3_key=code.s3_object_key),
        handler="chime_expiration_handler.user.handler.handler",
        runtime="python3.14",
        role=role.attr_arn,
    )
    service_token = function.attr_arn
    for user_id, user in users.items():
        CfnResource(
            stack,
            user_id,
            type="Custom::ChimeAppInstanceUserExpiration",
            properties={
                "ServiceToken": service_token,
                "AppInstanceUserArn": user,
                "ExpirationDays": 30,
            },
        )


def _policy(statement: Mapping[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def bare(stack: Stack, _: Users) -> None:
    """One plain resource: the cost of every CDK app in Python. An empty stack is invalid."""
    CfnResource(stack, "Nothing", type="AWS::CloudFormation::WaitConditionHandle")


def main(name: str, count: int) -> None:
    """Synthesize the app of that name with a number of users."""
    app = App()
    ids = [f"guest-{number:03}" for number in range(1, count + 1)]
    globals()[name](Stack(app, "Policy"), {user: f"{APP_INSTANCE}/user/{user}" for user in ids})
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
