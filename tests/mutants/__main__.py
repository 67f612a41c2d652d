"""Break one promise of the handler at a time, and check that a test fails.

    PYTHONPATH=tests python -m mutants [--only TEXT] [--of users|policies] [--without-handler-tests]

Each mutant is a copy in a temporary folder; the handler itself is not changed. Those of a policy
name the tests that have to kill them. The exit status is 0 where all mutants are killed, and enough
of those of a user by the state machine alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutants.catalogue import MUTANTS
from mutants.mutant import Mutant
from mutants.sweep_catalogue import SWEEP_MUTANTS

ROOT = Path(__file__).parents[2]
HANDLER = ROOT / "lambda" / "chime_expiration_handler"
LEAST_BY_THE_STATE_MACHINE = 40
WORKERS = 3
INTACT = Mutant("(intact)", "nothing", "__init__.py", '"""The Lambda', '"""The Lambda')


def kills(tests: str, folder: Path) -> bool:
    """Whether ``tests`` fail with the handler in ``folder``; raises where they cannot run."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *tests.split(), "-x", "-q", "--no-header", "--tb=no"),
            *("-p", "no:cacheprovider"),
            *("--override-ini", f"pythonpath=. cli constructs {folder} tests"),
        ],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "LIFECYCLE_PROFILE": "mutants",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{tests} could not run:\n{run.stdout}{run.stderr}")
    return run.returncode == 1


def run_suites(mutant: Mutant, suites: list[str]) -> list[bool]:
    """Which of ``suites`` kill ``mutant``."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        mutant.write(HANDLER, Path(folder))
        return [kills(suite, Path(folder)) for suite in suites]


def require_intact(suites: list[str]) -> None:
    """Exit unless ``suites`` pass with the unchanged handler."""
    if any(run_suites(INTACT, suites)):
        print("the tests fail with the unchanged handler: fix them first", file=sys.stderr)
        sys.exit(2)


def run_mutants_of_users(mutants: list[Mutant], suites: list[str]) -> tuple[list[str], int]:
    """The names of those that survive, and how many the state machine kills."""
    survivors, by_the_state_machine = [], 0
    require_intact(suites)
    print(f"{'mutant':<46} {'state machine':<15} {'handler tests':<15} breaks")
    with ThreadPoolExecutor(WORKERS) as workers:
        results = workers.map(lambda it: run_suites(it, suites), mutants)
        for mutant, killed in zip(mutants, results, strict=True):
            columns = ["killed" if it else "survived" for it in killed] + ["not run"]
            print(
                f"{mutant.name:<46} {columns[0]:<15} {columns[1]:<15} {mutant.breaks}", flush=True
            )
            by_the_state_machine += killed[0]
            survivors += [mutant.name] * (not any(killed))
    return survivors, by_the_state_machine


def run_mutants_of_policies(mutants: list[Mutant]) -> list[str]:
    """The names of those that survive the tests that they name."""
    survivors = []
    require_intact(sorted({it.tests for it in mutants}))
    print(f"{'mutant':<52} {'its tests':<10} breaks")
    with ThreadPoolExecutor(WORKERS) as workers:
        results = workers.map(lambda it: run_suites(it, [it.tests]), mutants)
        for mutant, [killed] in zip(mutants, results, strict=True):
            outcome = "killed" if killed else "survived"
            print(f"{mutant.name:<52} {outcome:<10} {mutant.breaks}", flush=True)
            survivors += [mutant.name] * (not killed)
    return survivors


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="mutants with this in their name")
    parser.add_argument("--of", choices=("users", "policies"), help="default: both")
    parser.add_argument("--without-handler-tests", action="store_true")
    options = parser.parse_args()
    suites = ["tests/lifecycle"] + ["tests/handler"] * (not options.without_handler_tests)
    mutants = [it for it in MUTANTS if options.only in it.name and options.of != "policies"]
    of_policies = [it for it in SWEEP_MUTANTS if options.only in it.name and options.of != "users"]

    started = time.monotonic()
    survivors, by_the_state_machine = run_mutants_of_users(mutants, suites) if mutants else ([], 0)
    survivors += run_mutants_of_policies(of_policies) if of_policies else []
    print(
        f"\n{len(mutants) + len(of_policies)} mutants, {by_the_state_machine} killed by the state "
        f"machine, {len(survivors)} survived, in {time.monotonic() - started:.0f} s"
    )
    enough = options.only or not mutants or by_the_state_machine >= LEAST_BY_THE_STATE_MACHINE
    return 0 if enough and not survivors else 1


if __name__ == "__main__":
    sys.exit(main())
