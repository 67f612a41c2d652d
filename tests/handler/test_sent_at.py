"""The ResponseURL says when CloudFormation sent an event."""

from datetime import UTC, datetime

import pytest

from chime_expiration_handler.service.sent_at import sent_at

BUCKET = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/arn%3Aaws"


def test_the_date_of_the_signature_is_when_the_event_was_sent() -> None:
    # GIVEN
    url = (
        f"{BUCKET}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261124T233302Z"
        "&X-Amz-SignedHeaders=host&X-Amz-Expires=7199&X-Amz-Signature=secret"
    )

    # WHEN
    moment = sent_at({"ResponseURL": url})

    # THEN
    assert moment == datetime(2026, 11, 24, 23, 33, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?AWSAccessKeyId=key&Expires=1795563182&Signature=secret",
        "?X-Amz-Date=",
        "?X-Amz-Date=yesterday",
        "?X-Amz-Date=20261324T233302Z",
        "?X-Amz-Date=20261124T233302Z&X-Amz-Date=20261124T233303Z",
    ],
    ids=["no query", "signature version 2", "empty", "no date", "no month 13", "two dates"],
)
def test_a_url_that_is_signed_in_another_way_does_not_say_it(query: str) -> None:
    assert sent_at({"ResponseURL": f"{BUCKET}{query}"}) is None
