"""A policy beside the scripts that an operator would write instead, in virtual time."""

from functools import partial

from bench.in_parallel import in_parallel
from bench.policy import ours, scripts
from bench.policy.scripts import SCRIPTS, Script
from bench.rows import Result, Row, counted
from bench.samples import Spread

_UNKNOWN = "the script keeps no record: only a look at each user tells which ones are not set"


def measure(users: int) -> Result:
    """Set all users with the policy and with each script, to the end and killed halfway."""
    of_policy, *of_scripts = in_parallel(
        [
            partial(ours.run_killed_halfway, users),
            *(partial(scripts.run_killed_halfway, script, users) for script in SCRIPTS),
        ]
    )
    group = f"policy and script, {users:,} users"
    rows: list[Row] = []
    for script, of_script in zip(SCRIPTS, of_scripts, strict=True):
        rows += _rows(group, script, of_policy, of_script)
    return Result([*rows, *_harm(group, SCRIPTS[0], of_policy[0], of_scripts[0][0])], [])


def _rows(
    group: str,
    script: Script,
    of_policy: tuple[ours.Run, ours.Run],
    of_script: tuple[scripts.Run, scripts.Run],
) -> list[Row]:
    (policy, resumed), (whole, killed) = of_policy, of_script
    seconds = policy.sweep.seconds
    time = Row(
        group,
        "time",
        script.name,
        f"{seconds:,.0f} s",
        f"{whole.seconds:,.0f} s",
        Spread.exactly(seconds / whole.seconds),
        figures={
            "throttled calls of the script": whole.rejected_calls,
            "throttled calls of the policy": policy.sweep.throttled,
            "users that the script reports as failed": whole.failed,
        },
    )
    count = partial(counted, group, against=script.name, limit=0)
    return [
        time,
        count("guests not set", ours=policy.not_set, theirs=f"{whole.not_set:,}"),
        count(
            "killed halfway: guests not set",
            ours=resumed.not_set,
            theirs=f"{killed.not_set:,}",
            note=_UNKNOWN,
            figures={
                "seconds later than without": resumed.sweep.seconds - seconds,
                "set calls of the policy more than without": _puts(resumed) - _puts(policy),
            },
        ),
    ]


def _harm(group: str, script: Script, policy: ours.Run, whole: scripts.Run) -> list[Row]:
    """What a script does to users that are no plain guests; another script does the same."""
    count = partial(counted, group, against=script.name, limit=0)
    return [
        count(
            "users that are deleted within a day",
            ours=policy.harm.deleted,
            theirs=f"{whole.harm.deleted:,}",
            note=f"of the script's, {whole.harm.admins_set} are admins",
        ),
        count(
            "settings of others overwritten",
            ours=policy.harm.overwritten,
            theirs=f"{whole.harm.overwritten:,}",
        ),
    ]


def _puts(run: ours.Run) -> int:
    return run.sweep.calls["PutAppInstanceUserExpirationSettings"]
