# mypy: ignore-errors
"""The least that Python can do: one boto3 client, the calls, the response.

No checks, no log, no retries.
"""

import json
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import boto3

client = boto3.client("chime-sdk-identity")


def handler(event, _context):
    properties = event["ResourceProperties"]
    user = properties["AppInstanceUserArn"]
    if event["RequestType"] == "Delete":
        client.put_app_instance_user_expiration_settings(AppInstanceUserArn=user)
    else:
        client.describe_app_instance_user(AppInstanceUserArn=user)
        client.put_app_instance_user_expiration_settings(
            AppInstanceUserArn=user,
            ExpirationSettings={
                "ExpirationDays": int(properties["ExpirationDays"]),
                "ExpirationCriterion": "CREATED_TIMESTAMP",
            },
        )
    response = {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": user,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    url = urlsplit(event["ResponseURL"])
    connection = HTTPSConnection(url.netloc)
    connection.request("PUT", f"{url.path}?{url.query}", json.dumps(response), {"content-type": ""})
    connection.getresponse()
