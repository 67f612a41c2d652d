"""``python -m bench``: measure, print the table, write the JSON and the picture."""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from bench import picture, table
from bench.places import PICTURE, RESULTS, fingerprint
from bench.plan import MEASUREMENTS, Shared
from bench.rows import Result


def main() -> int:
    """Run the benchmark; the exit status is 1 if a target is missed and ``--check`` is given."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Compare this project with its alternatives."
    )
    parser.add_argument("--check", action="store_true", help="fail if a target is missed")
    parser.add_argument("--quick", action="store_true", help="take few rounds and write no files")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=MEASUREMENTS,
        metavar="MEASUREMENT",
        help=f"measure only these, and keep the other results: {', '.join(MEASUREMENTS)}",
    )
    options = parser.parse_args()
    started = time.monotonic()
    sources = fingerprint()
    results = _measure(options.only or list(MEASUREMENTS), quick=options.quick)
    rows = [row for result in results for row in result.rows]
    table.show(rows)
    if fingerprint() != sources:
        print("the sources changed during the run: run it again", file=sys.stderr)
        return 2
    if not options.quick and options.only:
        table.replace(rows, RESULTS, sources)
    elif not options.quick:
        table.write(rows, RESULTS, sources)
        picture.draw([panel for result in results for panel in result.panels], PICTURE)
    missed = [row for row in rows if row.reached is False]
    targets = sum(row.reached is not None for row in rows)
    unclear = sum(not row.certain for row in rows)
    minutes = (time.monotonic() - started) / 60
    print(
        f"{targets - len(missed)} of {targets} targets reached, {unclear} within noise, "
        f"in {minutes:.1f} minutes"
    )
    return 1 if options.check and missed else 0


def _measure(names: Sequence[str], *, quick: bool) -> list[Result]:
    """Measure what is named; the results are in the order of the table."""
    results: list[Result] = []
    with contextlib.ExitStack() as closing, Console(stderr=True).status("") as status:
        shared = Shared(closing, quick=quick)
        for name in sorted(names, key=list(MEASUREMENTS).index):
            measurement = MEASUREMENTS[name]
            status.update(measurement.activity)
            results.append(measurement.measure(shared))
    return results


if __name__ == "__main__":
    sys.exit(main())
