"""`python -m localaws`: keep a stage running to play with, until Ctrl-C."""

import argparse
import shlex
import signal
import sys
import threading
from pathlib import Path

from localaws.stage import LEADING_ASTRAY, Stage

_USERS = ("guest-1", "guest-2", "us-east-1:b7ea2c1e-guest-3")


def main(arguments: list[str] | None = None) -> int:
    """Run a stage until it is interrupted; return an exit status."""
    parser = argparse.ArgumentParser(prog="python -m localaws", description=__doc__)
    parser.add_argument("--env-file", type=Path, help="write the exports to this file, too")
    options = parser.parse_args(arguments)
    # Also the usual end of a terminal window or a supervised process is a clean end.
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.default_int_handler)
    try:
        with Stage() as stage:
            users = _create_users(stage)
            exports = _exports(stage)
            if options.env_file:
                options.env_file.write_text(exports)
            print(f"{exports}\n{_examples(users[0])}\nCtrl-C ends the stage.", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    return 0


def _create_users(stage: Stage) -> list[str]:
    app_instance = stage.chime.create_app_instance("demo", stage.region)
    return [stage.chime.create_user(app_instance, user) for user in _USERS]


def _exports(stage: Stage) -> str:
    lines = [f"unset {' '.join(LEADING_ASTRAY)}"]
    lines += [f"export {name}={shlex.quote(text)}" for name, text in stage.environment.items()]
    return "\n".join(lines) + "\n"


def _examples(user: str) -> str:
    return f"""\
# Deploy, as to a real account:
npx cdk bootstrap && npx cdk deploy --all --require-approval never
# Ask when a user expires:
aws chime-sdk-identity describe-app-instance-user --app-instance-user-arn {user}
# The same without the AWS CLI:
python -c 'import boto3; print(boto3.client("chime-sdk-identity").describe_app_instance_user(
    AppInstanceUserArn="{user}")["AppInstanceUser"])'
"""


if __name__ == "__main__":
    sys.exit(main())
