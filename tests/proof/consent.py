"""What is said before a run starts."""

import math
import textwrap

from proof import cost
from proof.run import Run
from proof.story import USERS

_WIDTH = 96


def consent_text(run: Run, caller: str, *, endpoint: str | None, waits_for_expiration: bool) -> str:
    """Return what the run creates, what it costs, how long it takes, and where."""
    parts = [
        _where(run, caller, endpoint),
        _created(run),
        _rates(),
        _duration(endpoint, waits_for_expiration=waits_for_expiration),
        _cost(endpoint),
        _removed(run),
    ]
    return "\n\n".join(parts)


def _where(run: Run, caller: str, endpoint: str | None) -> str:
    if endpoint is not None:
        place = f"a local AWS on this machine ({endpoint}). Nothing is created in an account on AWS"
    else:
        place = "AWS"
    return (
        f"This run proves on an account how the expirations of AppInstanceUsers behave.\n\n"
        f"  place    {place}\n  account  {run.account}\n  region   {run.region}\n"
        f"  caller   {caller}\n  run      {run.id}"
    )


def _created(run: Run) -> str:
    return (
        f"It creates two stacks. All names begin with {run.name}:\n"
        f"  {run.fixtures_stack}\n"
        + _item("an AppInstance of Chime SDK, with less than 200 AppInstanceUsers")
        + _item(
            "an EventBridge rule and an SQS queue, which record the Chime SDK events of the "
            "account in this region while the run lasts. The report has only the events of the "
            "users of this run"
        )
        + _item("an IAM role that allows nothing, and a bucket for the code of the functions")
        + f"  {run.app_stack}, deployed with `cdk deploy`\n"
        + _item(
            f"declarations and a policy of this project for {len(USERS) + 1} of these users: two "
            "Lambda functions, a state machine, a DynamoDB table, two SQS queues, two EventBridge "
            "rules, four IAM roles and two log groups"
        ).rstrip("\n")
    )


def _rates() -> str:
    return _paragraph(
        "One question is how fast expirations can be set. For this, it makes 5, 10, 15, 20 and at "
        "most 25 calls of PutAppInstanceUserExpirationSettings a second, for a few seconds each, "
        "and stops at the first one that is throttled. The quota of Chime SDK Identity is 50 calls "
        "a second for the whole account and region: your applications share it, and their calls "
        "can be throttled in these seconds."
    )


def _duration(endpoint: str | None, *, waits_for_expiration: bool) -> str:
    if endpoint is not None:
        return "It takes about two minutes."
    text = "It takes about an hour. This is an estimate: nobody has measured it on AWS yet."
    if waits_for_expiration:
        text = (
            "It takes up to 31 hours: a user can expire a day after its creation at the earliest, "
            "and Chime SDK deletes it within six hours after that. This computer must stay on, "
            "and the credentials must stay valid."
        )
    return _paragraph(text)


def _cost(endpoint: str | None) -> str:
    if endpoint is not None:
        return "It costs nothing: it is not AWS."
    lines = "".join(f"  {item}\n" for item in cost.ITEMS)
    return (
        f"It costs at most ${_rounded_up(cost.most()):.2f}, before taxes:\n{lines}"
        f"  sum: ${cost.most():.4f}\n{_paragraph(cost.FREE)}"
    )


def _removed(run: Run) -> str:
    return _paragraph(
        "At its end it removes all of this, also after Ctrl-C or an error, and asks the services "
        f"whether something is left. After a crash, `make prove-clean RUN={run.id}` does it. It "
        "changes and deletes nothing that it has not created."
    )


def _rounded_up(dollars: float) -> float:
    return math.ceil(dollars * 100) / 100


def _item(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="    - ", subsequent_indent="      ") + "\n"


def _paragraph(text: str) -> str:
    return textwrap.fill(text, _WIDTH)
