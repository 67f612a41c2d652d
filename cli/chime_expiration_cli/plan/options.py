"""The options of ``plan``."""

import sys
from dataclasses import dataclass
from typing import Any

import click

from chime_expiration_cli.exit_status import ExitStatus
from chime_expiration_cli.help_pages import ExpirationCommand
from chime_expiration_cli.shared_options import (
    READS_PER_SECOND,
    as_days,
    html_option,
    json_option,
    rate_option,
    region_option,
    stack_option,
)
from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.days import LEAST_NOTICE, expiration_days
from chime_expiration_handler.contract.policy_properties import PolicyProperties, Rule
from chime_expiration_handler.contract.user_patterns import EVERY_USER, UserSelection

_ASSEMBLY = "cdk.out"
# Of a policy, as many users are read as the rate allows in this time.
_SAMPLE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What to plan, and how.

    ``policy`` is planned without a stack; if it is None, the cloud assembly is. No ``sample``: as
    many users of a policy are read as the rate allows in a minute.
    """

    assembly: str = _ASSEMBLY
    policy: PolicyProperties | None = None
    stacks: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    json: bool = False
    html: str | None = None
    markdown: bool = False
    fail_on_deletion_within_days: int | None = None
    fail_on_users_set: int | None = None
    sample: int | None = None
    reads_per_second: float = READS_PER_SECOND

    @property
    def sample_size(self) -> int:
        """How many users of a policy are read at most."""
        if self.sample is not None:
            return self.sample
        return max(1, int(self.reads_per_second * _SAMPLE_SECONDS))


def _as_sample(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    if value == "all":
        return sys.maxsize
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise click.BadParameter(
            f"{value!r} is not a number of users: use 1 or more, or all", ctx, param
        )
    return int(value)


def _as_limit(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        raise click.BadParameter(f"{value!r} is not a number of users: use 0 or more", ctx, param)
    return int(value)


def _as_whole_days(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    try:
        return expiration_days(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem), ctx, param) from None


@click.command(
    "plan",
    cls=ExpirationCommand,
    short_help="Predict what a deployment does to users, before it.",
    examples={
        "predict the deployment of all stacks of the app": "cdk synth && chime-expiration plan",
        "a comment for a pull request": "chime-expiration plan --markdown > comment.md",
        "fail if the deployment would delete somebody within two days": (
            "chime-expiration plan --fail-on-deletion-within 2"
        ),
        "fail if the deployment would set more users than meant": (
            "chime-expiration plan --fail-on-users-set 1000"
        ),
        "try a policy without a stack": (
            "chime-expiration plan --app-instance ARN --expire-after 30 --users 'guest-*'"
        ),
    },
)
@click.argument("assembly", default=None, required=False, metavar="[CDK.OUT]")
@stack_option()
@region_option()
@click.option(
    "--app-instance", metavar="ARN", help="Plan a policy for this AppInstance, without a stack."
)
@click.option(
    "--expire-after",
    metavar="DAYS",
    callback=_as_whole_days,
    help="With --app-instance: the days of the policy.",
)
@click.option(
    "--users",
    multiple=True,
    metavar="PATTERN",
    help="With --app-instance: the users of the policy; can be repeated. Without it: all.",
)
@click.option(
    "--except-users",
    multiple=True,
    metavar="PATTERN",
    help="With --app-instance: users that the policy is not for; can be repeated.",
)
@click.option(
    "--notice",
    metavar="DAYS",
    callback=_as_whole_days,
    help="With --app-instance: how long a user stays at least, from now on.",
)
@click.option(
    "--allow-immediate-expiration",
    is_flag=True,
    help="With --app-instance: also set users that are older than the days, or within a day of "
    "them. Chime SDK deletes these users within hours.",
)
@click.option(
    "--sample",
    callback=_as_sample,
    metavar="N",
    help="Read at most N users of a policy, drawn at random, or all. Without it: as many as --rate "
    "allows in a minute.",
)
@click.option(
    "--fail-on-deletion-within",
    "fail_on_deletion_within_days",
    callback=lambda ctx, param, value: None if value is None else as_days(ctx, param, value),
    metavar="DAYS",
    help="Exit with 1, too, if the deployment gives a user days after which it is deleted within "
    "this number of days from now.",
)
@click.option(
    "--fail-on-users-set",
    callback=_as_limit,
    metavar="N",
    help="Exit with 1, too, if the deployment may give days to more than N users: of all "
    "declarations and policies together.",
)
@json_option()
@html_option()
@click.option("--markdown", is_flag=True, help="Print Markdown instead of tables.")
@rate_option()
def plan(
    assembly: str | None,
    app_instance: str | None,
    expire_after: int | None,
    users: tuple[str, ...],
    except_users: tuple[str, ...],
    notice: int | None,
    allow_immediate_expiration: bool,
    **options: Any,
) -> ExitStatus:
    """Predict what a deployment does to the expirations of users.

    Compare a cloud assembly, the output of cdk synth (default: cdk.out), with the deployed
    stacks and with the users of Amazon Chime SDK. Nothing is changed.
    """
    if options["json"] and options["markdown"]:
        raise click.UsageError("--json and --markdown exclude each other: use one of them")
    policy = None
    if app_instance is not None:
        if assembly is not None or options["stacks"] or options["regions"]:
            raise click.UsageError(
                "--app-instance plans a policy without a stack: leave out CDK.OUT, --stack and "
                "--region"
            )
        if expire_after is None:
            raise click.UsageError("--app-instance needs the days: add --expire-after DAYS")
        policy = _policy(
            app_instance,
            Rule(expire_after, notice, allow_immediate_expiration),
            users,
            except_users,
        )
    elif expire_after or users or except_users or notice or allow_immediate_expiration:
        raise click.UsageError(
            "--expire-after, --users, --except-users, --notice and --allow-immediate-expiration "
            "need an AppInstance: add --app-instance ARN"
        )
    # Imported here so that the help needs neither boto3 nor rich.
    from chime_expiration_cli.plan.command import run

    return run(PlanOptions(assembly=assembly or _ASSEMBLY, policy=policy, **options))


def _policy(
    app_instance: str, rule: Rule, users: tuple[str, ...], except_users: tuple[str, ...]
) -> PolicyProperties:
    if rule.notice_days is not None and rule.allow_immediate_expiration:
        raise click.UsageError(
            "--notice and --allow-immediate-expiration exclude each other: use one of them"
        )
    notice = LEAST_NOTICE.days if rule.notice_days is None else rule.notice_days
    if rule.days <= notice and not rule.allow_immediate_expiration:
        raise click.UsageError(
            f"--expire-after is {rule.days} days and the notice is {notice:d}, so that even a new "
            "user could not be set to --expire-after: use a longer --expire-after, or "
            "--allow-immediate-expiration without --notice"
        )
    try:
        return PolicyProperties(
            AppInstanceArn.parse(app_instance),
            rule,
            UserSelection.parse(users or EVERY_USER, except_users),
        )
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
