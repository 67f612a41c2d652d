"""``python -m bench``: measure everything, print the table, write the JSON and the picture."""

import argparse
import sys
import time

from rich.console import Console

from bench import picture, table
from bench.endpoints import endpoints
from bench.functions import functions
from bench.measurements import (
    asset,
    burst,
    calls,
    cold_start,
    cold_start_steps,
    synth,
    template,
    warm_update,
)
from bench.places import PICTURE, RESULTS, fingerprint
from bench.rows import Result


def main() -> int:
    """Run the benchmark; the exit status is 1 if a target is missed and ``--check`` is given."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Compare this project with its alternatives."
    )
    parser.add_argument("--check", action="store_true", help="fail if a target is missed")
    parser.add_argument("--quick", action="store_true", help="take few rounds and write no files")
    options = parser.parse_args()
    share = 0.1 if options.quick else 1.0
    started = time.monotonic()
    sources = fingerprint()
    with Console(stderr=True).status("setting up the alternatives") as status:
        compared = functions()
        results: list[Result] = []
        status.update("comparing templates")
        results.append(template.measure())
        with endpoints() as shared:
            status.update("counting calls")
            results.append(calls.measure(shared, compared))
            status.update("starting functions")
            results.append(cold_start.measure(shared, compared, 120 * share))
            results.append(cold_start_steps.measure(compared, 30 * share))
            status.update("updating with warm functions")
            results.append(warm_update.measure(shared, compared, 30 * share))
        status.update("deploying 490 declarations at once")
        results.append(burst.measure())
        results.append(asset.measure(compared))
        status.update("synthesizing")
        results.insert(0, synth.measure(480 * share, least=2 if options.quick else 5))
    rows = [row for result in results for row in result.rows]
    table.show(rows)
    if fingerprint() != sources:
        print("the sources changed during the run: run it again", file=sys.stderr)
        return 2
    if not options.quick:
        table.write(rows, RESULTS)
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


sys.exit(main())
