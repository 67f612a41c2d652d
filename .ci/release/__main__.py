"""``python -m release``: check and tag a release, and what the workflow of releases runs."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from release.builds import build_twice
from release.checkout import Checkout
from release.errors import ReleaseError
from release.notes import release_notes

DISTRIBUTIONS = "dist"

# With the files that would be published: tests/packaging reads this variable.
TESTS = (["make", "test"], ["python", "-m", "pytest", "-m", "oldest or network"])


def main() -> int:
    arguments = _parser().parse_args()
    checkout = Checkout(Path.cwd())
    try:
        match arguments.command:
            case "tag":
                _tag(checkout, dry_run=arguments.dry_run)
            case "check":
                _refuse(checkout.problems_with(arguments.pushed_tag))
            case "build":
                _build(checkout)
            case "notes":
                _refuse(checkout.changelog.problems(checkout.version))
                print(release_notes(checkout), end="")
    except ReleaseError as error:
        print(*(f"release: {reason}" for reason in error.reasons), sep="\n", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    tag = commands.add_parser("tag", help="check, build and test the version, and tag it")
    tag.add_argument("--dry-run", action="store_true", help="do all of it, but do not tag")
    check = commands.add_parser("check", help="check that a pushed tag can be published")
    check.add_argument("pushed_tag")
    commands.add_parser("build", help=f"build twice, compare, and write {DISTRIBUTIONS}/")
    commands.add_parser("notes", help="print the release notes")
    return parser


def _tag(checkout: Checkout, *, dry_run: bool) -> None:
    _refuse(checkout.problems())
    commit = checkout.commit
    _build(checkout)
    _test(checkout)
    # The tests take minutes, in which somebody may have gone on working.
    _refuse(checkout.problems())
    if checkout.commit != commit:
        raise ReleaseError([f"the commit is not {commit} any more: run make release again"])
    notes = release_notes(checkout)
    if dry_run:
        print(f"\n{notes}\nDry run: {checkout.tag} was not tagged")
        return
    # Markdown has lines that begin with #: git would leave them out as comments.
    options = ["--annotate", "--cleanup=whitespace", "--file=-"]
    message = f"{checkout.project['name']} {checkout.version}\n\n{notes}"
    checkout.git("tag", *options, checkout.tag, commit, standard_input=message)
    print(
        f"\nTagged {checkout.tag} at {commit[:12]}. Nothing was pushed.\n"
        f"  publish:  git push --atomic origin main {checkout.tag}\n"
        "            then approve the job in the environment pypi\n"
        f"  undo:     git tag --delete {checkout.tag}"
    )


def _build(checkout: Checkout) -> None:
    hashes = build_twice(checkout, checkout.root / DISTRIBUTIONS)
    print(f"Two builds of {checkout.commit[:12]} have the same bytes:")
    for name, sha256 in hashes.items():
        print(f"{sha256}  {DISTRIBUTIONS}/{name}")


def _test(checkout: Checkout) -> None:
    environment = {**os.environ, "DISTRIBUTIONS": str(checkout.root / DISTRIBUTIONS)}
    for command in TESTS:
        print(f"Running {' '.join(command)}", flush=True)
        if subprocess.run(command, cwd=checkout.root, env=environment).returncode:
            raise ReleaseError([f"'{' '.join(command)}' failed: fix it and commit"])


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ReleaseError(problems)


if __name__ == "__main__":
    sys.exit(main())
