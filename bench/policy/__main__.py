"""``python -m bench.policy USERS``: the measurements in virtual time for so many users, as JSON."""

import argparse
import json
import sys
from dataclasses import asdict

from bench.policy import ours, scripts
from bench.policy.life import Stage, live
from bench.policy.scripts import SCRIPTS


def main() -> int:
    """Measure one after the other, and print everything."""
    parser = argparse.ArgumentParser(prog="python -m bench.policy", description=__doc__)
    parser.add_argument("users", type=int)
    users = parser.parse_args().users
    policy, resumed = ours.run_killed_halfway(users)
    result: dict[str, dict[str, object]] = {
        "stages": {stage.name: _stage(stage) for stage in live(users)},
        "policy": {"whole": asdict(policy), "killed": asdict(resumed)},
        "scripts": {},
    }
    for script in SCRIPTS:
        whole, killed = scripts.run_killed_halfway(script, users)
        result["scripts"][script.name] = {"whole": asdict(whole), "killed": asdict(killed)}
    json.dump(result, sys.stdout, indent=2)
    print()
    return 0


def _stage(stage: Stage) -> dict[str, object]:
    return {
        **asdict(stage.sweep),
        "ideal_seconds": stage.needed.seconds,
        "dollars": stage.sweep.usage.dollars,
    }


if __name__ == "__main__":
    sys.exit(main())
