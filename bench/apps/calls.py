"""The two calls that AwsCustomResource is given."""

from aws_cdk.custom_resources import AwsSdkCall, PhysicalResourceId

SERVICE = "chime-sdk-identity"
ACTION = "PutAppInstanceUserExpirationSettings"
PUT = f"chime:{ACTION}"


def set_expiration(user: str) -> AwsSdkCall:
    return AwsSdkCall(
        service=SERVICE,
        action=ACTION,
        parameters={
            "AppInstanceUserArn": user,
            "ExpirationSettings": {
                "ExpirationDays": 30,
                "ExpirationCriterion": "CREATED_TIMESTAMP",
            },
        },
        physical_resource_id=PhysicalResourceId.of(user),
    )


def clear_expiration(user: str) -> AwsSdkCall:
    return AwsSdkCall(service=SERVICE, action=ACTION, parameters={"AppInstanceUserArn": user})
