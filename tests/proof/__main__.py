"""Prove on an account how expirations behave, and leave nothing behind.

    PYTHONPATH=tests:.:cli:constructs:lambda python -m proof run|clean|adopt

``make prove`` and ``make prove-clean`` do this. See docs/proof.md.
"""

import argparse
import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from localaws.chime.answers import FILE as ANSWERS_FILE
from proof.adopt import AdoptError, adopt
from proof.answers_page import table_of_answers, with_table
from proof.caller_place import (
    CallerPlace,
    PlaceError,
    account_of_caller,
    local_endpoint,
    region_of_caller,
)
from proof.conduct import Conductor, now, remove_all, warning
from proof.consent import consent_text
from proof.interruption import Interrupted, Signals
from proof.inventory import count_other_app_instances
from proof.journal import Entry, Journal, JournalError
from proof.permissions import PermissionCheck, check_permissions, policy_document
from proof.report import Report, commit_of_project, versions
from proof.report_page import page_of
from proof.run import Run, new_id
from proof.terminal import ask, can_ask, complain, say

REFUSED = 2

_ANSWERS_PAGE = Path(__file__).parents[2] / "docs" / "proof.md"


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return an exit status.

    0: everything was as it must be, and nothing is left; 1: not so; 2: nothing was begun.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (PlaceError, JournalError) as error:
        complain(str(error))
        return REFUSED
    except KeyboardInterrupt:
        # Before anything was created. Later, signals start the clean-up.
        say()
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proof", description="Prove on an account how expirations behave."
    )
    parser.add_argument(
        "--out", type=Path, default=Path("proof.out"), help="folder of the reports and records"
    )
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="ask, run, clean up, and write a report")
    run.set_defaults(command=_run)
    run.add_argument("--dry-run", action="store_true", help="create nothing: only say what it does")
    run.add_argument("--yes", action="store_true", help="do not ask; needed without a terminal")
    run.add_argument(
        "--wait-for-expiration",
        action="store_true",
        help="also wait until a user expires, which takes up to 31 hours",
    )
    run.add_argument(
        "--unchecked-permissions",
        action="store_true",
        help="with --yes: also run if it is not known whether the permissions suffice",
    )
    run.add_argument(
        "--policy",
        action="store_true",
        help="only print an IAM policy that allows everything that a run does",
    )
    run.add_argument(
        "--shared-account",
        action="store_true",
        help="with --yes: also run if the account has other AppInstances in the region",
    )
    clean = commands.add_parser("clean", help="remove what interrupted runs have left")
    clean.set_defaults(command=_clean)
    clean.add_argument("--run", metavar="ID", help="only this run")
    adopting = commands.add_parser(
        "adopt", help="make the local AWS answer as a report says that AWS does"
    )
    adopting.set_defaults(command=_adopt)
    adopting.add_argument("report", type=Path, help="a report.json")
    adopting.add_argument("--local", action="store_true", help="also adopt that of a local AWS")
    return parser


def _run(options: argparse.Namespace) -> int:
    region = region_of_caller()
    endpoint = local_endpoint(region)
    account, caller = account_of_caller(region)
    if options.policy:
        say(json.dumps(policy_document(account, region), indent=2))
        return 0
    run = Run(new_id(), account, region)
    place = CallerPlace(run, is_local=endpoint is not None)
    say(
        consent_text(
            run, caller, endpoint=endpoint, waits_for_expiration=options.wait_for_expiration
        )
    )
    permissions = check_permissions(place, caller)
    say(f"\n{permissions.text}".rstrip() + "\n")
    if permissions.missing:
        complain(
            f"{_listed('The caller does not have these permissions:', permissions.missing)}\n"
            "Grant them, then try again. Nothing has been created."
        )
        return REFUSED
    if permissions.not_known:
        complain(_listed("It is not known whether the caller has them:", permissions.not_known))
    others = _count_others(place)
    if others:
        complain(_shared(region, others))
    if options.dry_run:
        say("This was a dry run: nothing has been created.")
        return 0
    if not _is_agreed(options, permissions):
        return REFUSED
    if others and options.yes and not options.shared_account:
        complain(
            "a run without a question does not begin beside other AppInstances: use another "
            "account, or --shared-account (SHARED=1). Nothing has been created."
        )
        return REFUSED
    report = Report(run, place.is_local, now(), versions(), commit_of_project())
    report.permissions = list(permissions.rows)
    entry = Entry.of(run, report.started, endpoint)
    conductor = Conductor(place, _journal(options), _work_folder(options, run.id), report)
    try:
        return conductor.run(entry, waits_for_expiration=options.wait_for_expiration)
    finally:
        _write(report, options.out)


def _count_others(place: CallerPlace) -> int:
    if place.is_local:
        return 0
    try:
        return count_other_app_instances(place)
    except (BotoCoreError, ClientError) as error:
        raise PlaceError(
            f"the AppInstances of the account cannot be listed: {error}; allow "
            "chime:ListAppInstances. Nothing has been created"
        ) from error


def _shared(region: str, others: int) -> str:
    return (
        f"AppInstances of others in this account in {region}: {others}. While the run lasts, its "
        "queue\nalso records the events of their users, and its calls share their quota. Better "
        "use an account\nwithout a chat application.\n"
    )


def _is_agreed(options: argparse.Namespace, permissions: PermissionCheck) -> bool:
    """Return whether the run may begin, and say why not."""
    if options.yes:
        if permissions.not_known and not options.unchecked_permissions:
            complain(
                "a run without a question begins only if it is known that it has its permissions: "
                "allow iam:GetRole and iam:SimulatePrincipalPolicy, or use "
                "--unchecked-permissions (UNCHECKED=1). Nothing has been created."
            )
            return False
        return True
    if not can_ask():
        complain("nobody can be asked, there is no terminal: read this, then use --yes (YES=1)")
        return False
    if not ask("Go on?"):
        say("Nothing has been created.")
        return False
    return True


def _listed(heading: str, permissions: Sequence[str]) -> str:
    return "\n".join([heading, *(f"  {each}" for each in permissions)])


def _write(report: Report, folder: Path) -> None:
    report.write(folder / "report.json")
    document = report.to_json()
    (folder / "report.md").write_text(
        page_of(document, table_of_answers(document["answers"])), encoding="utf-8"
    )
    failed = sum(not step.passed for step in report.steps)
    say(f"{len(report.steps)} steps taken, {failed} FAILED.")
    say(f"The report is in {folder / 'report.json'} and {folder / 'report.md'}.")


def _adopt(options: argparse.Namespace) -> int:
    current = json.loads(ANSWERS_FILE.read_text(encoding="utf-8"))
    try:
        report = json.loads(options.report.read_text(encoding="utf-8"))
        adoption = adopt(report, current, allow_local=options.local)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        complain(f"{options.report} is not a report of `make prove`: {error!r}")
        return REFUSED
    except AdoptError as error:
        complain(str(error))
        return REFUSED
    ANSWERS_FILE.write_text(json.dumps(adoption.document, indent=2) + "\n", encoding="utf-8")
    page = _ANSWERS_PAGE.read_text(encoding="utf-8")
    _ANSWERS_PAGE.write_text(with_table(page, adoption.document), encoding="utf-8")
    for change in adoption.changes:
        say(change)
    say(f"Written: {ANSWERS_FILE.name} and {_ANSWERS_PAGE.name}. Run `make test`, then commit.")
    return 0


def _clean(options: argparse.Namespace) -> int:
    journal = _journal(options)
    ids = [options.run] if options.run else journal.ids()
    if not ids:
        say("No run on this machine has left anything.")
        return 0
    return max(_clean_one(journal, run_id, options) for run_id in ids)


def _clean_one(journal: Journal, run_id: str, options: argparse.Namespace) -> int:
    with Signals(lambda: say(warning(run_id))) as signals:
        signals.begin_clean_up()
        try:
            entry = journal.read(run_id)
            with journal.locked(run_id):
                if _has_ended(entry):
                    say(f"The local AWS of run {run_id} has ended, and everything in it.")
                    journal.remove(run_id)
                    return 0
                _require_same_place(entry)
                place = CallerPlace(entry.run, is_local=entry.endpoint is not None)
                left = remove_all(place, journal, entry, _work_folder(options, run_id))
                return 0 if left == [] else 1
        except (PlaceError, JournalError) as error:
            complain(str(error))
            return REFUSED
        except Interrupted as interruption:
            say(f"The clean-up was stopped. Go on with it: make prove-clean RUN={run_id}")
            return interruption.exit_status


def _require_same_place(entry: Entry) -> None:
    """Raise PlaceError unless the caller's credentials are for the account of the run."""
    endpoint = local_endpoint(entry.region)
    if endpoint != entry.endpoint:
        raise PlaceError(
            f"run {entry.id} is on {_place(entry.endpoint)}, and the environment is for "
            f"{_place(endpoint)}: use the environment of the run"
        )
    account, _ = account_of_caller(entry.region)
    if account != entry.account:
        raise PlaceError(
            f"run {entry.id} is in account {entry.account}, and the credentials are for "
            f"{account}: use credentials of the account of the run"
        )


def _place(endpoint: str | None) -> str:
    return "AWS" if endpoint is None else f"the local AWS at {endpoint}"


def _has_ended(entry: Entry) -> bool:
    """Return whether the run was on a local AWS that does not listen any more."""
    if entry.endpoint is None:
        return False
    address = urlsplit(entry.endpoint)
    try:
        with socket.create_connection((address.hostname or "", address.port or 443), timeout=5):
            return False
    except ConnectionRefusedError:
        return True


def _journal(options: argparse.Namespace) -> Journal:
    return Journal(options.out / "runs")


def _work_folder(options: argparse.Namespace, run_id: str) -> Path:
    return Path(options.out / "work" / run_id).resolve()


if __name__ == "__main__":
    sys.exit(main())
