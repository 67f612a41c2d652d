"""The metrics of one event: whether it failed, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chime_expiration_handler.contract import metrics
from chime_expiration_handler.service.embedded_metrics import metric_record


@dataclass
class EventMetrics:
    """What ``event`` adds to the metrics of its stack.

    ``is_refused``: the values of the declaration are the reason of the failure.
    """

    event: Mapping[str, Any]
    is_refused: bool = False
    _is_written: bool = field(default=False, init=False)

    def write(self, failed: bool) -> None:
        """Write the record to the log, once: CloudFormation takes the first response only.

        A function that is out of time answers that it failed, and may still end after that.
        """
        if self._is_written:
            return
        self._is_written = True
        # arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID
        stack_name = self.event["StackId"].split("/")[1]
        counts = {
            metrics.FAILURES: int(failed),
            metrics.REFUSED: int(failed and self.is_refused),
            metrics.CLEAN_UP_FAILURES: int(failed and self.event["RequestType"] == "Delete"),
        }
        # CloudWatch reads metrics from a line of its own in the log.
        print(metric_record(metrics.STACK_NAME, stack_name, counts), flush=True)
