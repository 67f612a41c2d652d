"""What a report may have, so that it can be published."""

from typing import Any

import pytest

from proof.redaction import redacted, redacted_record
from proof.run import Run

RUN = Run("0a1b2c3d", "998877665544", "us-east-1")
UUID = "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"in account {RUN.account}", "in account 111122223333"),
        ("from 123456789012", "from 111122223333"),
        (f"request {UUID}", "request UUID"),
        ("from 10.1.2.3.", "from ADDRESS."),
        ("from 2001:db8:0:1:2:3:4:5 or fe80::1", "from ADDRESS or ADDRESS"),
        ("key ASIA1234567890ABCDEF", "key ASIAEXAMPLE"),
        (
            "User: arn:aws:sts::123456789012:assumed-role/Admin/jane@example.com may not",
            "User: arn:aws:sts::111122223333:assumed-role/ROLE/SESSION may not",
        ),
        ("arn:aws:iam::123456789012:user/jane", "arn:aws:iam::111122223333:user/NAME"),
        ("chime-proof-0a1b2c3d-nothing", "chime-proof-RUN-nothing"),
        ("in /home/jane/project/app.py", "in …/app.py"),
        ("version 2.275.0 at 07:54:38", "version 2.275.0 at 07:54:38"),
    ],
)
def test_a_text_has_nothing_of_the_account(text: str, expected: str) -> None:
    assert redacted(text, RUN) == expected


def test_a_record_keeps_its_members_and_types_and_no_text_of_the_account() -> None:
    # GIVEN the record of a caller, with all that CloudTrail may add
    secrets = {
        "principalId": "AROA1234567890ABCDEF:jane@example.com",
        "arn": "arn:aws:sts::998877665544:assumed-role/Admin/jane@example.com",
        "accountId": RUN.account,
        "accessKeyId": "ASIA1234567890ABCDEF",
        "sessionContext": {"sessionIssuer": {"userName": "Ädmin"}, "attributes": {"n": 1795}},
    }
    found: dict[str, Any] = {
        "userIdentity": {"type": "AssumedRole", **secrets},
        "eventName": "CreateAppInstanceUser",
        "sourceIPAddress": "10.1.2.3",
        "userAgent": "Boto3/1.43 md/janes-laptop",
        "unheardOf": ["Jane Doe", 42, True, None],
        "requestParameters": {
            "appInstanceArn": f"arn:aws:chime:us-east-1:{RUN.account}:app-instance/{UUID}",
            "name": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "expirationSettings": {"expirationDays": 3650},
        },
    }

    # WHEN
    shown = redacted_record(found, RUN)

    # THEN
    for secret in (RUN.account, "1234567890", "jane", "Jane", "dmin", "10.1", "42", UUID, "1795"):
        assert secret not in str(shown)
    assert shown["eventName"] == "CreateAppInstanceUser"
    assert shown["userIdentity"]["type"] == "AssumedRole"
    assert shown["userIdentity"]["accessKeyId"] == "AAAA0000000000AAAAAA"
    assert shown["unheardOf"] == ["Aaaa Aaa", 0, True, None]
    assert shown["requestParameters"] == {
        "appInstanceArn": "arn:aws:chime:us-east-1:111122223333:app-instance/UUID",
        "name": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "expirationSettings": {"expirationDays": 3650},
    }
