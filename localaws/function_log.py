"""The logs of functions, read from CloudWatch Logs of the local AWS."""

import contextlib
from typing import Any


def read_function_log(lambda_client: Any, logs_client: Any, function_name: str | None) -> list[str]:
    """Return the lines of one function's log, or of all log groups, oldest invocation first.

    The log of a deleted function is read from the log group with the default name. A log has no
    lines before the first invocation has ended.
    """
    if function_name is None:
        pages = logs_client.get_paginator("describe_log_groups").paginate()
        groups = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    else:
        groups = [_log_group_of(lambda_client, function_name)]
    return [line for group in groups for line in _lines(logs_client, group)]


def _log_group_of(lambda_client: Any, function_name: str) -> str:
    with contextlib.suppress(lambda_client.exceptions.ResourceNotFoundException):
        function = lambda_client.get_function_configuration(FunctionName=function_name)
        named = function.get("LoggingConfig", {}).get("LogGroup")
        if named:
            return str(named)
    return f"/aws/lambda/{function_name}"


def _lines(logs_client: Any, group: str) -> list[str]:
    try:
        pages = logs_client.get_paginator("describe_log_streams").paginate(logGroupName=group)
        streams = [stream for page in pages for stream in page["logStreams"]]
    except logs_client.exceptions.ResourceNotFoundException:
        return []
    streams.sort(key=lambda stream: stream["creationTime"])
    lines: list[str] = []
    for stream in streams:
        lines.extend(_stream_lines(logs_client, group, stream["logStreamName"]))
    return lines


def _stream_lines(logs_client: Any, group: str, stream: str) -> list[str]:
    lines: list[str] = []
    position: dict[str, str] = {}
    while True:
        page = logs_client.get_log_events(
            logGroupName=group, logStreamName=stream, startFromHead=True, **position
        )
        lines.extend(event["message"] for event in page["events"])
        if not page["events"] or page["nextForwardToken"] == position.get("nextToken"):
            return lines
        position = {"nextToken": page["nextForwardToken"]}
