"""What AWS charges, as far as it is counted here.

On-demand prices in us-east-1, in US dollars, without the free tier and without taxes. Sources, none
of them read on AWS on the day of a run:

- Lambda: the AWS whitepaper "How AWS Pricing Works" (undated), and cloudchipr.com (2024).
- Step Functions, Standard: a copy of aws.amazon.com/step-functions/pricing (undated).
- DynamoDB: airbyte.com (2025-07-21), for the prices since November 2024.
"""

from dataclasses import dataclass

_LAMBDA_GB_SECOND = 0.0000166667
"""On x86, the first 6 billion GB-seconds of a month."""
_LAMBDA_REQUEST = 0.20 / 1e6
_READ_UNIT = 0.125 / 1e6
_WRITE_UNIT = 0.625 / 1e6
_STATE_TRANSITION = 0.025 / 1e3

_FUNCTION_GB = 512 / 1024
"""The memory of the policy's function."""


@dataclass(frozen=True)
class Usage:
    """What is charged of one sweep."""

    lambda_seconds: float
    lambda_requests: int
    read_units: float
    write_units: float
    state_transitions: int

    @property
    def dollars_by_service(self) -> dict[str, float]:
        duration = self.lambda_seconds * _FUNCTION_GB * _LAMBDA_GB_SECOND
        return {
            "Lambda": duration + self.lambda_requests * _LAMBDA_REQUEST,
            "DynamoDB": self.read_units * _READ_UNIT + self.write_units * _WRITE_UNIT,
            "Step Functions": self.state_transitions * _STATE_TRANSITION,
        }

    @property
    def dollars(self) -> float:
        """The sum. Calls to Chime SDK Identity, the log, metrics and storage are not included."""
        return sum(self.dollars_by_service.values())
