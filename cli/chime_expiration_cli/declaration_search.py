"""Finds the declarations and policies of the deployed stacks of several regions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from chime_expiration_cli.cloudformation.api import CloudFormation
from chime_expiration_cli.cloudformation.deployed_stack import DeployedStack
from chime_expiration_cli.cloudformation.stack_search import StackSearch
from chime_expiration_cli.declarations import Declaration, declarations_of
from chime_expiration_cli.declared_policies import DeclaredPolicy, policies_of
from chime_expiration_cli.errors import (
    AccessDeniedError,
    CommandError,
    DeniedCall,
    StackNotFoundError,
)
from chime_expiration_cli.failed_cleanups import failed_cleanups


@dataclass(frozen=True, slots=True)
class RegionSearch:
    """How many stacks were searched in a region; None if AWS denied a call there."""

    region: str
    stacks: int | None


@dataclass(frozen=True, slots=True)
class DeclarationSearch:
    """The stacks that were found, each with its declarations, and the calls that AWS denied.

    Declarations with a failed clean-up follow those that the stack still has. ``policies`` are
    those of all stacks, in the same order. ``regions`` has all regions of the search.
    """

    stacks: tuple[tuple[DeployedStack, tuple[Declaration, ...]], ...]
    denied_calls: tuple[DeniedCall, ...]
    policies: tuple[DeclaredPolicy, ...] = ()
    regions: tuple[RegionSearch, ...] = ()

    @property
    def declarations(self) -> list[Declaration]:
        """The declarations of all stacks."""
        return [declaration for _, declarations in self.stacks for declaration in declarations]


def search_declarations(
    client_for: Callable[[str], Any],
    regions: tuple[str, ...],
    names: tuple[str, ...],
    on_stack: Callable[[str], None],
    now: datetime,
) -> DeclarationSearch:
    """Search the stacks with these ``names`` in all ``regions``, or all stacks if there are none.

    ``client_for`` returns the CloudFormation client of a region. The stacks with these names, and
    all others that declare an expiration or a policy, are in the result. Raises CommandError, for
    example if no region has a stack of that name.
    """
    stacks: list[tuple[DeployedStack, tuple[Declaration, ...]]] = []
    all_policies: list[DeclaredPolicy] = []
    denied_calls: list[DeniedCall] = []
    counts: list[RegionSearch] = []
    not_found = set(names)
    searched = [CloudFormation(client_for, region) for region in regions]
    for cloudformation in searched:
        search = StackSearch(cloudformation, on_stack)
        # By id: a stack can be named on its own and also be nested in another named one.
        in_region: dict[str, DeployedStack] = {}
        if not names:
            in_region = {stack.id: stack for stack in search.all()}
        for name in names:
            try:
                in_region |= {stack.id: stack for stack in search.named(name)}
            except StackNotFoundError:
                continue
            not_found.discard(name)
        for stack in in_region.values():
            declarations = declarations_of(stack, cloudformation)
            policies = policies_of(stack, cloudformation)
            try:
                for failed in failed_cleanups(stack, cloudformation, now):
                    if isinstance(failed, Declaration):
                        declarations.append(failed)
                    else:
                        policies.append(failed)
            except AccessDeniedError as denied:
                search.denied_calls.append(denied.call)
            except StackNotFoundError:
                # Deleted since it was listed.
                pass
            if declarations or policies or stack.name in names or stack.id in names:
                stacks.append((stack, tuple(declarations)))
            all_policies += policies
        denied_calls += search.denied_calls
        stack_count = None if search.denied_calls else len(in_region)
        counts.append(RegionSearch(cloudformation.region, stack_count))
    if not_found:
        raise _not_found(sorted(not_found), searched)
    return DeclarationSearch(tuple(stacks), tuple(denied_calls), tuple(all_policies), tuple(counts))


def _not_found(names: list[str], searched: list[CloudFormation]) -> CommandError:
    existing = list(_stack_names(searched))
    # Upper and lower case are easily confused, too.
    by_lower_case = {name.lower(): name for name in existing}
    similar = [
        by_lower_case[match]
        for name in names
        for match in get_close_matches(name.lower(), by_lower_case, n=1)
    ]
    regions = " or ".join(each.region for each in searched)
    fix = f"did you mean {' and '.join(similar)}?" if similar else "correct --stack or --region"
    return CommandError(f"stack {' and '.join(names)} not found in {regions}: {fix}")


def _stack_names(searched: Iterable[CloudFormation]) -> Iterable[str]:
    for cloudformation in searched:
        try:
            yield from (stack["StackName"] for stack in cloudformation.stacks())
        except (AccessDeniedError, CommandError):
            # There is no suggestion then.
            continue
