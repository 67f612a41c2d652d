"""The stack that a run needs before it deploys anything: an AppInstance, and what observes it.

Made with boto3 from a plain template. CloudFormation knows all of it by the name of the stack, so
that nothing is without a name if the program is killed.
"""

import json
from typing import Any

from proof.place import Fixtures, Place
from proof.run import Run
from proof.stacks import StackError, events_of, wait_until_stable

_OUTPUTS = {
    "AppInstance": {"Fn::GetAtt": ["AppInstance", "AppInstanceArn"]},
    "Queue": {"Ref": "Events"},
    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
}
_DAYS = 4 * 24 * 3600
"""The seconds that the queue keeps events: a user that expires does so within a day and some."""


def create_fixtures(place: Place) -> Fixtures:
    """Create the stack and return what it has. Raises StackError."""
    cloudformation = place.client("cloudformation")
    name = place.run.fixtures_stack
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template(place.run)),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        OnFailure="DO_NOTHING",
    )
    stack = wait_until_stable(place, name)
    if stack is None or stack["StackStatus"] != "CREATE_COMPLETE":
        raise StackError(f"{name} was not created: {events_of(place, name)}")
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    return Fixtures(
        app_instance_arn=outputs["AppInstance"],
        queue_url=outputs["Queue"],
        role_without_permissions_arn=outputs["Role"],
        asset_bucket=place.run.asset_bucket,
    )


def template(run: Run) -> dict[str, Any]:
    """Return the template."""
    queue = {"Fn::GetAtt": ["Events", "Arn"]}
    return {
        "Description": "Created by make prove. Remove it with make prove-clean.",
        "Resources": {
            "AppInstance": {
                "Type": "AWS::Chime::AppInstance",
                "Properties": {"Name": run.name},
            },
            "Events": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "QueueName": f"{run.name}-events",
                    "MessageRetentionPeriod": _DAYS,
                    "SqsManagedSseEnabled": True,
                },
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "Name": f"{run.name}-events",
                    # Which source the events of an expiration have is one of the questions.
                    "EventPattern": {
                        "source": [{"prefix": "aws."}],
                        "detail": {"eventSource": ["chime.amazonaws.com"]},
                    },
                    "Targets": [{"Id": "queue", "Arn": queue}],
                },
            },
            "QueuePolicy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [{"Ref": "Events"}],
                    "PolicyDocument": _statement(
                        {"Service": "events.amazonaws.com"},
                        "sqs:SendMessage",
                        Resource=queue,
                        Condition={"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}},
                    ),
                },
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": f"{run.name}-nothing",
                    "AssumeRolePolicyDocument": _statement(
                        {"AWS": f"arn:aws:iam::{run.account}:root"}, "sts:AssumeRole"
                    ),
                },
            },
            "Assets": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": run.asset_bucket,
                    "PublicAccessBlockConfiguration": {
                        "BlockPublicAcls": True,
                        "BlockPublicPolicy": True,
                        "IgnorePublicAcls": True,
                        "RestrictPublicBuckets": True,
                    },
                },
            },
        },
        "Outputs": {name: {"Value": value} for name, value in _OUTPUTS.items()},
    }


def _statement(principal: dict[str, str], action: str, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}
