"""What a reader may miss in a report: regions and stacks without a declaration or a policy."""

from collections.abc import Iterator

from chime_expiration_cli.status.report import Report


def notes(report: Report) -> list[str]:
    """A sentence for each region without a reported stack, and for each stack without anything."""
    return [*_regions(report), *_stacks(report)]


def _regions(report: Report) -> Iterator[str]:
    reported = {each.stack.region for each in report.stacks}
    for search in report.searches:
        if search.region in reported or search.stacks is None:
            continue
        if report.are_named:
            yield f"no stack of --stack in {search.region}"
        elif search.stacks:
            number = "1 stack" if search.stacks == 1 else f"{search.stacks} stacks"
            yield f"no declaration and no policy in {search.region}, in {number}"
        else:
            yield f"no stack in {search.region}"


def _stacks(report: Report) -> Iterator[str]:
    for each in report.stacks:
        if not each.findings and not each.policies:
            yield f"no declaration and no policy in {each.stack.name} ({each.stack.region})"
