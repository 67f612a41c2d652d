# mypy: ignore-errors
"""The sample of crhelper's README with its defaults, and with a call in place of its print."""

import logging

import boto3
from crhelper import CfnResource

logger = logging.getLogger(__name__)
helper = CfnResource()

try:
    client = boto3.client("chime-sdk-identity")
except Exception as error:
    helper.init_failure(error)


@helper.create
@helper.update
def put(event, _context):
    logger.info("Got %s", event["RequestType"])
    properties = event["ResourceProperties"]
    client.put_app_instance_user_expiration_settings(
        AppInstanceUserArn=properties["AppInstanceUserArn"],
        ExpirationSettings={
            "ExpirationDays": int(properties["ExpirationDays"]),
            "ExpirationCriterion": "CREATED_TIMESTAMP",
        },
    )
    return properties["AppInstanceUserArn"]


@helper.delete
def clear(event, _context):
    logger.info("Got Delete")
    client.put_app_instance_user_expiration_settings(AppInstanceUserArn=event["PhysicalResourceId"])


def handler(event, context):
    helper(event, context)
