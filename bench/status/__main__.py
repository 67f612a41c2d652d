"""``python -m bench.status USERS ENTRIES``: one run with other numbers, as JSON.

For example with an application that uses half of the quota: ``--others 10``.
"""

import argparse
import json
import sys
from dataclasses import asdict

from bench.status.run import run


def main() -> None:
    """Run the command once, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", type=int, help="users that stacks declare")
    parser.add_argument("entries", type=int, help="users in the table of a policy")
    parser.add_argument(
        "--others", type=float, default=0, help="calls a second that an application makes meanwhile"
    )
    options = parser.parse_args()
    json.dump(asdict(run(options.users, options.entries, options.others)), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
