"""The events of Chime SDK, as EventBridge delivers the records of CloudTrail.

AWS documents the record of an expiration. No record of a created user is public: its members are
those of the API, in the spelling that CloudTrail uses for other services.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from localaws.chime.answers import CreationEvent
from localaws.chime.arns import region_of
from localaws.chime.model import operation_model

Event = dict[str, Any]
EventReceiver = Callable[[Event], None]

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def api_call_event(
    operation: str,
    parameters: Mapping[str, Any],
    response: Mapping[str, Any] | None,
    error: tuple[str, str] | None,
    *,
    account: str,
    region: str,
    access_key: str,
    time: datetime,
    answer: CreationEvent,
) -> Event:
    """Return the event of a call. ``error`` is the name and message of a call that failed.

    CloudTrail records calls that failed too. Members that botocore's model marks as sensitive are
    hidden: the name, the metadata and, if ``answer`` says so, the AppInstanceUserId.
    """
    model = operation_model(operation)
    shown = () if answer.hides_user_id else ("AppInstanceUserId",)
    record = {
        "userIdentity": {"type": "Unknown", "accountId": account, "accessKeyId": access_key},
        "eventName": operation,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "localaws",
        "requestParameters": _members(model.input_shape, parameters, shown),
        "responseElements": (
            _members(model.output_shape, response) if answer.has_response else None
        ),
        "requestID": str(uuid.uuid4()),
        "eventType": "AwsApiCall",
    }
    if error is not None:
        record |= {"errorCode": error[0], "errorMessage": error[1]}
    return _event("AWS API Call via CloudTrail", account, region, time, record)


def expiration_event(
    user_arn: str, *, account: str, time: datetime, source: str = "aws.chime"
) -> Event:
    """Return the event of an expired user that was deleted.

    Source: Amazon Chime SDK Developer Guide, Logging API calls with AWS CloudTrail.
    """
    record = {
        "userIdentity": {"accountId": account, "invokedBy": "chime.amazonaws.com"},
        "eventName": "ExpireAppInstanceUser",
        "sourceIPAddress": "chime.amazonaws.com",
        "userAgent": "chime.amazonaws.com",
        "requestParameters": None,
        "responseElements": None,
        "resources": [
            {"accountId": account, "type": "AWS::Chime::AppInstanceUser", "ARN": user_arn}
        ],
        "eventType": "AwsServiceEvent",
        "serviceEventDetails": {"reason": "AppInstanceUser deleted due to expiration settings."},
    }
    region = region_of(user_arn)
    return {
        **_event("AWS Service Event via CloudTrail", account, region, time, record),
        "source": source,
    }


def _event(
    detail_type: str, account: str, region: str, time: datetime, record: dict[str, Any]
) -> Event:
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": "aws.chime",
        "account": account,
        "time": text,
        "region": region,
        "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "eventTime": text,
            "eventSource": "chime.amazonaws.com",
            "awsRegion": region,
            "eventID": str(uuid.uuid4()),
            "readOnly": False,
            "managementEvent": True,
            "recipientAccountId": account,
            "eventCategory": "Management",
            **record,
        },
    }


def _members(shape: Any, value: Any, shown: Collection[str] = ()) -> Any:
    """Return a value as CloudTrail writes it: names in camel case, sensitive text hidden.

    The members in ``shown`` are not hidden.
    """
    if value is None:
        return None
    if shape.metadata.get("sensitive"):
        return _HIDDEN
    if shape.type_name == "structure":
        return {
            name[0].lower() + name[1:]: (
                member if name in shown else _members(shape.members[name], member)
            )
            for name, member in value.items()
            if name in shape.members
        }
    if shape.type_name == "list":
        return [_members(shape.member, element) for element in value]
    return value
