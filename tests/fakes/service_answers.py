"""What the local Chime SDK answers in tests that are about these answers."""

from localaws.chime.answers import Answers, CreationEvent, ErrorAnswer

REPORTED = Answers(
    missing_user=ErrorAnswer(
        "ForbiddenException",
        "An invalid app instance user ARN was supplied for the input parameter.",
    ),
    denied_call=ErrorAnswer(
        "AccessDeniedException",
        "User: {principal} is not authorized to perform: {action} on resource: {resource}",
    ),
    cleared_settings="absent",
    put_changes_last_updated=False,
    create_twice="Conflict",
    creation_event=CreationEvent(hides_user_id=True, has_response=True),
    expiration_source="aws.chime",
    put_rate=None,
    list_order="creation",
    express_replacement="replaced",
)
"""What others have reported, whatever the last proof has measured."""
