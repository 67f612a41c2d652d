"""The three request types of CloudFormation are handled, and no other."""

import pytest

from fakes.cloudformation_events import create
from fakes.function import Function
from localaws.chime import ChimeIdentity


@pytest.mark.parametrize("request_type", ["", "create", "Read"])
def test_an_unknown_request_type_fails_without_a_call(
    function: Function, chime: ChimeIdentity, user: str, request_type: str
) -> None:
    # WHEN
    response = function.run(create(user) | {"RequestType": request_type})

    # THEN
    assert response.reason == (
        f"RequestType is {request_type!r}: expected Create, Update or Delete"
    )
    assert len(chime.calls) == 0
