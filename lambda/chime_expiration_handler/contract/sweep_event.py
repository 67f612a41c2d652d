"""What the state machine passes to the function, and what the function returns.

The state machine calls the function until ``more`` is false::

    {"app_instance_arn": ARN, "sweep": EXECUTION_ID, "cursor": null}
    {"more": true, "cursor": {...}}
    {"more": false, "outcome": "finished", "cursor": null}
    {"more": false, "outcome": "failed", "error": "...", "cursor": null}

The first cursor is null. Each later input has the cursor of the result before it.
"""

APP_INSTANCE = "app_instance_arn"
SWEEP = "sweep"
"""The id of the execution (``$$.Execution.Id``): it tells a retry from another sweep."""
CURSOR = "cursor"

MORE = "more"
OUTCOME = "outcome"
ERROR = "error"

FINISHED = "finished"
SUPERSEDED = "superseded by a later deployment"
ANOTHER_SWEEP = "another sweep is running"
NO_POLICY = "no policy is declared"
FAILED = "failed"
"""No call can succeed: the execution fails with ``error``. The other outcomes succeed."""
