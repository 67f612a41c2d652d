"""`python -m demo`: a real `cdk deploy` to an AWS on this machine."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from demo.demo import Demo
from demo.picture import APP_INSTANCE_ID, draw, recording
from demo.terminal import console
from localaws import Stage
from localaws.cdk_cli import CdkCli, CdkError


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; the exit status is 0 where the service held what was declared."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--picture", type=Path, help="draw what it prints into this SVG file")
    picture: Path | None = parser.parse_args(arguments).picture
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
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
    with Stage() as stage:
        demo = Demo(stage, CdkCli(stage), app_instance_id)
        demo.prepare()
        return 0 if demo.tell() else 1


def _end(signal_number: int, _: FrameType | None) -> None:
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    sys.exit(main())
