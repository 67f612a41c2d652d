"""``python -m localaws``: run a local AWS until Ctrl-C, or let time pass in a running one."""

import argparse
import os
import shlex
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from localaws.advance import AdvanceError, advance
from localaws.instructions import instructions
from localaws.local_aws import CONFLICTING_VARIABLES, LocalAws

# The users of cdk.json, so that it can be deployed as it is, and others for a policy.
_APP_INSTANCE_ID = "6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d9c20"
_USERS = ("guest-42", "guest-43", "load-test")
_OLD_USER, _OLD_USER_DAYS = "guest-44", 45
_ADMIN = "moderator"


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m localaws", description="Run a local AWS until Ctrl-C."
    )
    parser.add_argument(
        "--env-file", type=Path, help="where to write the exports (default: a temporary file)"
    )
    commands = parser.add_subparsers(title="with a local AWS that runs in another terminal")
    passing = commands.add_parser(
        "advance", help="let time pass, and delete the users that have expired"
    )
    passing.add_argument("number", type=_number, help="1 to 5475")
    passing.add_argument("unit", choices=("days", "hours", "minutes", "day", "hour", "minute"))
    options = parser.parse_args(arguments)
    if "unit" in options:
        return _advance(options.number, options.unit)
    return _run_until_interrupted(options.env_file)


def _number(text: str) -> int:
    # 5475 days are the longest expiration.
    if not text.isdecimal() or not 1 <= int(text) <= 5475:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 5475")
    return int(text)


def _advance(number: int, unit: str) -> int:
    try:
        deleted = advance(timedelta(**{f"{unit.removesuffix('s')}s": number}), os.environ)
    except AdvanceError as error:
        print(error, file=sys.stderr)
        return 1
    expired = (
        "1 user has expired and is"
        if len(deleted) == 1
        else f"{len(deleted)} users have expired and are"
    )
    print(f"{number} {unit} later: {expired} deleted")
    for arn in deleted:
        print(arn)
    return 0


def _run_until_interrupted(env_file: Path | None) -> int:
    # A shell starts a background job with SIGINT ignored, and Python then keeps it ignored.
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.default_int_handler)
    try:
        with LocalAws() as local_aws:
            chat = _create_users(local_aws)
            _run(env_file or local_aws.directory / "env.sh", local_aws, chat)
    except KeyboardInterrupt:
        pass
    return 0


def _run(env_file: Path, local_aws: LocalAws, chat: str) -> None:
    env_file.write_text(_exports(local_aws))
    try:
        print(
            instructions(
                env_file,
                chat,
                admin=_ADMIN,
                old_user=_OLD_USER,
                age_in_days=_OLD_USER_DAYS,
            ),
            flush=True,
        )
        threading.Event().wait()
    finally:
        env_file.unlink(missing_ok=True)


def _create_users(local_aws: LocalAws) -> str:
    app_instance = local_aws.chime.create_app_instance(
        "chat", local_aws.region, app_instance_id=_APP_INSTANCE_ID
    )
    for user in _USERS:
        local_aws.chime.create_user(app_instance, user)
    local_aws.chime.create_user(app_instance, _OLD_USER, age_days=_OLD_USER_DAYS)
    local_aws.chime.make_admin(local_aws.chime.create_user(app_instance, _ADMIN))
    return app_instance


def _exports(local_aws: LocalAws) -> str:
    lines = [f"unset {' '.join(CONFLICTING_VARIABLES)}"]
    lines += [f"export {name}={shlex.quote(text)}" for name, text in local_aws.environment.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
