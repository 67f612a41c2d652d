"""``python -m localaws.demo``: a real ``cdk deploy`` to a local AWS."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from localaws import LocalAws
from localaws.cdk_cli import CdkCli, CdkError
from localaws.demo.picture import APP_INSTANCE_ID, draw, recording
from localaws.demo.terminal import console
from localaws.demo.walkthrough import Walkthrough


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; the exit status is 0 if the service always had what was declared."""
    parser = argparse.ArgumentParser(
        prog="python -m localaws.demo",
        description="Deploy, change and destroy a stack on a local AWS.",
    )
    parser.add_argument("--picture", type=Path, help="also draw the output into this SVG file")
    picture: Path | None = parser.parse_args(arguments).picture
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, _exit)
    try:
        if picture is None:
            return _run()
        with recording():
            status = _run(APP_INSTANCE_ID)
        picture.write_text(draw(), encoding="utf-8")
        return status
    except CdkError as error:
        console.print(str(error), style="red")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(app_instance_id: str | None = None) -> int:
    with LocalAws() as local_aws:
        walkthrough = Walkthrough(local_aws, CdkCli(local_aws), app_instance_id)
        walkthrough.prepare()
        return 0 if walkthrough.run() else 1


def _exit(signal_number: int, _: FrameType | None) -> None:
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    sys.exit(main())
