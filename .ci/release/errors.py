"""The error of a release that cannot be made."""


class ReleaseError(Exception):
    """A release is refused. The message has one line for each reason."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))
