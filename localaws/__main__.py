"""`python -m localaws`: keep a stage running to play with, until Ctrl-C."""

import argparse
import shlex
import signal
import sys
import threading
from pathlib import Path

from localaws.stage import LEADING_ASTRAY, Stage

# Those of cdk.json, so that it can be deployed as it is, and one more to declare.
_APP_INSTANCE_ID = "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"
_USERS = ("guest-42", "guest-43", "load-test")


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
    app_instance = stage.chime.create_app_instance(
        "chat", stage.region, app_instance_id=_APP_INSTANCE_ID
    )
    return [stage.chime.create_user(app_instance, user) for user in _USERS]


def _exports(stage: Stage) -> str:
    lines = [f"unset {' '.join(LEADING_ASTRAY)}"]
    lines += [f"export {name}={shlex.quote(text)}" for name, text in stage.environment.items()]
    return "\n".join(lines) + "\n"


def _examples(user: str) -> str:
    chat = user.removesuffix("/user/guest-42")
    return f"""\
# In another terminal: paste the exports above, and `. .venv/bin/activate`. Then, as to a real
# account, deploy what cdk.json declares:
npx cdk bootstrap && npx cdk deploy
# Something else:
CHAT={chat}
npx cdk deploy -c "expirations=$CHAT/user/guest-42=90 days, $CHAT/user/guest-43=7 days"
# Compare what is declared with what the service holds:
PYTHONPATH=constructs:lambda python -m chime_expiration status
# Ask the service, with the AWS CLI or with boto3:
aws chime-sdk-identity describe-app-instance-user --app-instance-user-arn $CHAT/user/guest-42
python -c 'import boto3; print(boto3.client("chime-sdk-identity").describe_app_instance_user(
    AppInstanceUserArn="'$CHAT'/user/guest-42")["AppInstanceUser"])'
"""


if __name__ == "__main__":
    sys.exit(main())
