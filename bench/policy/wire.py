"""An AppInstance in memory, behind boto3's real client."""

from dataclasses import dataclass

from botocore import xform_name
from botocore.exceptions import ClientError

from localaws.chime import Request
from localaws.chime.identity import Reply
from localaws.standins.app_instance import AppInstance


@dataclass(frozen=True)
class Wire:
    """Responds to the requests of ``in_memory_client``, without the checks of ChimeIdentity."""

    chime: AppInstance

    def handle(self, request: Request) -> Reply:
        operation = getattr(self.chime, xform_name(request.operation))
        try:
            return Reply(200, operation(**request.parameters))
        except ClientError as error:
            name = error.response["Error"]["Code"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return Reply(status, {"Message": error.response["Error"]["Message"]}, name)
