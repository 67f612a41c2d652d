"""Builds the report from the cloud assembly and what AWS reports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from chime_expiration_cli.clients import THREADS_PER_REGION
from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.stack_search import StackSearch
from chime_expiration_cli.errors import GRANT, CommandError, DeniedCall, StackNotFoundError
from chime_expiration_cli.identity.rate_limiter import RateLimiter
from chime_expiration_cli.identity.read_users import read_users
from chime_expiration_cli.identity.user_reader import UserReader
from chime_expiration_cli.plan.action import Change
from chime_expiration_cli.plan.cloud_assembly import AssemblyStack, read_assembly
from chime_expiration_cli.plan.intent import Intent, intents_of
from chime_expiration_cli.plan.options import PlanOptions
from chime_expiration_cli.plan.policy_intent import Apply, PolicyIntent, policy_intents_of
from chime_expiration_cli.plan.policy_plan import PolicyPlan, applied
from chime_expiration_cli.plan.policy_population import Population, Sampler, draw_sample
from chime_expiration_cli.plan.policy_reader import PolicyReader
from chime_expiration_cli.plan.report import Report, StackPlan
from chime_expiration_cli.plan.stack_pair import StackPair, pair_stacks
from chime_expiration_cli.plan.user_plan import plan_users
from chime_expiration_cli.progress import show_count, show_search


class Clients(Protocol):
    """Creates the clients of a region, and knows the account and the region of the caller."""

    def cloudformation(self, region: str) -> Any: ...

    def identity(self, region: str) -> Any: ...

    def dynamodb(self, region: str) -> Any: ...

    def account(self) -> str: ...

    def default_region(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _StackIntents:
    """What the deployment asks for in one stack, before anybody was read."""

    name: str | None
    region: str
    status: str | None
    root: str | None
    obstacle: str = ""
    users: tuple[Intent, ...] = ()
    policies: tuple[tuple[PolicyIntent, PolicyPlan | Population], ...] = ()
    change: Change = Change.NOT_KNOWN

    @property
    def title(self) -> str:
        return f"{self.name} ({self.region})" if self.name else ""


def build_report(
    options: PlanOptions,
    clients: Clients,
    progress: Console,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    draw: Sampler = draw_sample,
) -> Report:
    """Compare what would be deployed with what is; raises CommandError."""
    search = _Search(options, clients, progress, now, draw)
    stacks = list(search.policy_of_the_arguments() if options.policy else search.assembly())
    users = {
        *(each.user for stack in stacks for each in stack.users if each.user),
        *(
            user
            for stack in stacks
            for _, each in stack.policies
            if isinstance(each, Population)
            for user in each.to_read
        ),
    }

    def reader_for(region: str) -> UserReader:
        return UserReader(clients.identity(region), RateLimiter(options.reads_per_second))

    with show_count("Reading users", len(users), progress) as on_read:
        readings = read_users(users, reader_for, THREADS_PER_REGION, on_read)
    planned_at = now()
    plans = plan_users([(stack.title, stack.users) for stack in stacks], readings, planned_at)
    return Report(
        planned_at=planned_at,
        source=str(options.policy.app_instance if options.policy else options.assembly),
        fail_within_days=options.fail_on_deletion_within_days,
        fail_on_users_set=options.fail_on_users_set,
        stacks=tuple(
            StackPlan(
                name=stack.name,
                region=stack.region,
                status=stack.status,
                root=stack.root,
                obstacle=stack.obstacle,
                users=users_of_stack,
                policies=tuple(
                    applied(stack.name, intent.logical_id, each, readings)
                    if isinstance(each, Population)
                    else each
                    for intent, each in stack.policies
                ),
                change=stack.change,
            )
            for stack, users_of_stack in zip(stacks, plans, strict=True)
        ),
        denied_calls=tuple(search.denied_calls),
    )


class _Search:
    def __init__(
        self,
        options: PlanOptions,
        clients: Clients,
        progress: Console,
        now: Callable[[], datetime],
        draw: Sampler,
    ) -> None:
        self.denied_calls: list[DeniedCall] = []
        self._options = options
        self._clients = clients
        self._progress = progress
        self._now = now
        self._draw = draw
        self._regions: dict[str, CloudFormation] = {}

    def policy_of_the_arguments(self) -> Iterator[_StackIntents]:
        properties = self._options.policy
        assert properties
        region = properties.app_instance.region
        intents: list[PolicyIntent] = [Apply("", properties)]
        yield _StackIntents(
            None, region, None, None, policies=self._policies(None, region, intents)
        )

    def assembly(self) -> Iterator[_StackIntents]:
        stacks = self._chosen(read_assembly(Path(self._options.assembly)))
        account = self._clients.account() if stacks else ""
        for stack, region in stacks:
            if stack.account and stack.account != account:
                obstacle = (
                    f"the stack is for account {stack.account}, but the credentials are for "
                    f"{account}: plan it with credentials for its account"
                )
                root = _root(stack, region, stack.account)
                yield _StackIntents(stack.name, region, None, root, obstacle)
                continue
            yield from self._stack(stack, region, account)

    def _chosen(self, stacks: list[AssemblyStack]) -> list[tuple[AssemblyStack, str]]:
        """The stacks that ``--stack`` and ``--region`` name, each with its region."""
        names, regions = set(self._options.stacks), self._options.regions
        existing = {name for stack in stacks for name in (stack.name, stack.display_name)}
        missing = names - existing
        if missing:
            raise CommandError(
                f"the cloud assembly has no stack {' and '.join(sorted(missing))}: it has "
                f"{', '.join(sorted({stack.display_name for stack in stacks})) or 'none'}"
            )
        chosen = []
        for stack in stacks:
            if names and not names & {stack.name, stack.display_name}:
                continue
            region = stack.region or (regions[0] if regions else self._clients.default_region())
            if not regions or region in regions:
                chosen.append((stack, region))
        return chosen

    def _stack(self, stack: AssemblyStack, region: str, account: str) -> Iterator[_StackIntents]:
        if region not in self._regions:
            self._regions[region] = CloudFormation(self._clients.cloudformation, region)
        cloudformation = self._regions[region]
        root = _root(stack, region, account)
        with show_search(self._progress) as on_stack:
            search = StackSearch(cloudformation, on_stack)
            try:
                found = search.named(stack.name)
            except StackNotFoundError:
                found = []
        if search.denied_calls:
            self.denied_calls += search.denied_calls
            obstacle = f"{search.denied_calls[0]}; {GRANT}, then plan again"
            yield _StackIntents(stack.name, region, None, root, obstacle)
            return
        is_named = bool(self._options.stacks)
        for pair in pair_stacks(stack, found, region, account, cloudformation):
            intents, policies = tuple(intents_of(pair)), policy_intents_of(pair)
            is_unknown = pair.new is None and pair.deployed is None
            # Most stacks of an app declare no expiration.
            if intents or policies or is_unknown or (is_named and pair.name == stack.name):
                yield self._intents(pair, root, intents, policies)

    def _intents(
        self,
        pair: StackPair,
        root: str,
        intents: tuple[Intent, ...],
        policies: list[PolicyIntent],
    ) -> _StackIntents:
        status = pair.deployed.status if pair.deployed else None
        if pair.obstacle:
            return _StackIntents(pair.name, pair.region, status, root, pair.obstacle)
        read = self._policies(pair.name, pair.region, policies)
        return _StackIntents(pair.name, pair.region, status, root, "", intents, read, pair.change)

    def _policies(
        self, stack_name: str | None, region: str, intents: list[PolicyIntent]
    ) -> tuple[tuple[PolicyIntent, PolicyPlan | Population], ...]:
        with show_search(self._progress, "Listing users") as on_page:
            reader = PolicyReader(
                self._clients.identity,
                self._clients.dynamodb,
                region,
                self._options.reads_per_second,
                self._options.sample_size,
                self._now,
                self._draw,
                lambda count: on_page(f"{count:,} users"),
            )
            return tuple((intent, reader.read(stack_name, intent)) for intent in intents)


def _root(stack: AssemblyStack, region: str, account: str) -> str:
    # Stacks of other regions and accounts can have the same name.
    return f"{account}/{region}/{stack.name}"
