"""`python -m demo`: a real `cdk deploy` to an AWS on this machine."""

import signal
import sys
from types import FrameType

from demo.demo import Demo
from demo.terminal import console, say
from localaws import Stage
from localaws.cdk_cli import CdkCli, CdkError


def main() -> int:
    """Run the demo; the exit status is 0 where the service held what was declared."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
    try:
        say("Starting an AWS on this machine, with a Chime SDK Identity in it.")
        with Stage() as stage:
            demo = Demo(stage, CdkCli(stage))
            demo.prepare()
            told_the_truth = demo.tell()
    except CdkError as error:
        console.print(str(error), style="red")
        return 1
    except KeyboardInterrupt:
        return 130
    if not told_the_truth:
        say("The service does not hold what was declared: see the rows marked ✗.")
        return 1
    say("After every step the service held exactly what was declared.")
    console.print(
        "Nothing ran in an AWS account, and the local AWS is gone again. The template was the one "
        "that production gets. Next: declare your own users in cdk.json and deploy them to your "
        "account with the same commands, or import the construct into a stack that you have."
    )
    return 0


def _end(signal_number: int, _: FrameType | None) -> None:
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    sys.exit(main())
