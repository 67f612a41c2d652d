"""``python -m localaws.demo``: a real ``cdk deploy`` to a local AWS."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from localaws import LocalAws
from localaws.cdk_cli import CdkCli, CdkError
from localaws.demo.picture import APP_INSTANCE_ID, POLICY_APP_INSTANCE_ID, drawing
from localaws.demo.policy_walkthrough import PolicyWalkthrough
from localaws.demo.terminal import conclude, console
from localaws.demo.walkthrough import Walkthrough


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; the exit status is 0 if the service always had what was declared."""
    parser = argparse.ArgumentParser(
        prog="python -m localaws.demo",
        description="Deploy, change and destroy declarations and a policy on a local AWS.",
    )
    parser.add_argument(
        "--pictures", type=Path, metavar="FOLDER", help="also draw the output into SVG files"
    )
    folder: Path | None = parser.parse_args(arguments).pictures
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, _exit)
    try:
        succeeded = _run(folder)
    except CdkError as error:
        console.print(str(error), style="red")
        return 1
    except KeyboardInterrupt:
        return 130
    if succeeded:
        conclude()
    return 0 if succeeded else 1


def _run(folder: Path | None) -> bool:
    with LocalAws() as local_aws:
        cdk = CdkCli(local_aws)
        with drawing(folder and folder / "demo.svg"):
            declarations = Walkthrough(local_aws, cdk, APP_INSTANCE_ID if folder else None)
            declarations.prepare()
            if not declarations.run():
                return False
        with drawing(folder and folder / "demo-policy.svg"):
            policy = PolicyWalkthrough(local_aws, cdk, POLICY_APP_INSTANCE_ID if folder else None)
            return policy.run()


def _exit(signal_number: int, _: FrameType | None) -> None:
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    sys.exit(main())
