"""``status`` for users of declarations and a policy: time against the ideal, and memory."""

from bench.rows import Result, Row
from bench.samples import Spread
from bench.status.run import Run, run

_FEW = 1_000


def measure(users: int, entries: int) -> Result:
    """Run the command once with everybody, and twice for the memory."""
    whole = run(users, entries)
    # The memory of the declared users is in all of them.
    few, many = run(users // 50, _FEW), run(users // 50, entries)
    group = f"status, {users:,} declared users and {entries:,} of a policy"
    return Result([_time(group, whole), _scan(group, whole), _memory(group, few, many, whole)], [])


def _time(group: str, whole: Run) -> Row:
    found = whole.found
    seconds = found["seconds"]
    return Row(
        group,
        "time of the command",
        "the ideal",
        f"{seconds:.1f} s",
        f"{whole.ideal_seconds:.1f} s",
        Spread.exactly(seconds / whole.ideal_seconds),
        1.1,
        figures={
            "reads": whole.calls,
            "throttled calls": whole.throttled,
            "seconds to print": found["seconds_to_print"],
            "counts on the screen": found["counts_on_screen"],
        },
        note="with --ledger and --sort expires, without CloudFormation and Step Functions",
    )


def _scan(group: str, whole: Run) -> Row:
    found = whole.found
    seconds = found["seconds_to_scan"]
    return Row(
        group,
        "reading the table of the policy",
        "",
        f"{seconds:.1f} s",
        "",
        Spread.exactly(seconds),
        10,
        unit="s",
        figures={"read units": found["read_units"], "users": found["entries"]},
    )


def _memory(group: str, few: Run, many: Run, whole: Run) -> Row:
    peaks = [each.found["peak_bytes"] / 1e6 for each in (many, few, whole)]
    return Row(
        group,
        "peak memory of the process",
        f"that for {_FEW:,} users of a policy",
        f"{peaks[0]:.0f} MB",
        f"{peaks[1]:.0f} MB",
        Spread.exactly(peaks[0] / peaks[1]),
        1.2,
        figures={"megabytes with all declared users": peaks[2]},
    )
