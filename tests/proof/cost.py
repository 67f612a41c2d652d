"""The most that a run can cost on AWS.

The prices are the public list prices for us-east-1 and eu-central-1, the higher of the two, as they
were when this was written. The free tier is not deducted. The quantities are bounds with a margin:
a run makes fewer requests.
"""

from dataclasses import dataclass

_METRIC_MONTH_HOURS = 730


@dataclass(frozen=True)
class Item:
    """What is paid for. ``price`` is in US dollars for one ``unit``."""

    what: str
    quantity: float
    unit: str
    price: float

    @property
    def cost(self) -> float:
        """Return US dollars."""
        return self.quantity * self.price

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.quantity:,.0f} {self.unit} at ${self.price:.7f} = ${self.cost:.4f}"
        )


ITEMS = (
    # 500 invocations of five seconds with half a GB.
    Item("Lambda, time", 1250, "GB-seconds", 0.0000166667),
    Item("Lambda, requests", 500, "requests", 0.0000002),
    Item("Step Functions", 500, "state transitions", 0.000025),
    Item("DynamoDB", 5000, "reads and writes", 0.0000015),
    # Lambda asks the queue of new users five times in twenty seconds.
    Item("SQS", 20000, "requests", 0.0000005),
    Item("S3", 100, "requests", 0.0000054),
    Item("CloudWatch Logs", 10, "MB", 0.00063),
    # Billed by the hour.
    Item("CloudWatch metrics", 30 * 3, "metric hours", 0.30 / _METRIC_MONTH_HOURS),
)

FREE = (
    "CloudFormation, IAM, EventBridge rules for events of AWS services, and Chime SDK Identity are "
    "free. Chime SDK messaging is paid by the message, and no message is sent."
)


def most() -> float:
    """Return the sum in US dollars."""
    return sum(item.cost for item in ITEMS)
