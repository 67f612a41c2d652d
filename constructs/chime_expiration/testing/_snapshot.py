"""Templates in which the hashes of assets are masked."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from chime_expiration.testing._template import TemplateSource, template_of

# A user id may look like a hash too, so a hash is masked only next to words that name an asset, or
# before a file extension. None of these forms fits into the 64 characters of a user id.
_ASSET_HASH = re.compile(
    r"""
    (?: asset\. | AssetParameters | assets- \S* : | for\ asset\ " | publish\ \\" ) ([0-9a-f]{64})
    | ([0-9a-f]{64}) (?= \. [a-z]{2,4} \b )
    """,
    re.VERBOSE,
)
# The parameters of legacy synthesis, and the destinations in a pipeline, have names that end with
# a hash of the asset's hash.
_HASH_OF_AN_ASSET_HASH = re.compile(
    r"(AssetParametersASSET\d+\w+?)[0-9A-F]{8}\b | (ASSET\d+:[\w-]+)-[0-9a-f]{8}\b", re.VERBOSE
)
_ASSET_PATH = "aws:asset:path"


def snapshot_of(source: TemplateSource) -> dict[str, Any]:
    """The template of ``source`` as plain data for a snapshot, with the hashes of assets masked.

    A snapshot shows what a stack declares; code has its own tests. So the hashes of all assets are
    masked, in values and in keys: the asset of ``AppInstanceUserExpiration`` and those of your own
    functions. They become ``ASSET1``, ``ASSET2``, … in the order of the template, so a snapshot
    still shows which resource uses which asset. Days, users, permissions and everything else stay
    as they are.

    A nested stack is an asset of its parent stack: take a snapshot of the nested stack as well.

    The result is equal to what ``json.load`` returns for a file that ``json.dump`` wrote it to.

    :param source: A Stack, which is synthesized, a Template, or a template as a dict.
    :raises TypeError: ``source`` is none of these.
    """
    template = json.loads(json.dumps(template_of(source)))
    names = {digest: f"ASSET{number}" for number, digest in enumerate(_hashes(template), start=1)}
    masked: dict[str, Any] = _replaced(template, _masking(names))
    return masked


def _hashes(template: Any) -> dict[str, None]:
    found: dict[str, None] = {}
    for text in _texts(template):
        for match in _ASSET_HASH.finditer(text):
            found.setdefault(match[1] or match[2])
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _masking(names: dict[str, str]) -> Callable[[str], str]:
    if not names:
        return lambda text: text
    any_hash = re.compile("|".join(names))

    def mask(text: str) -> str:
        masked = any_hash.sub(lambda match: names[match[0]], text)
        return _HASH_OF_AN_ASSET_HASH.sub(r"\1\2", masked) if masked != text else text

    return mask


def _replaced(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {
            mask(key): "ASSET_PATH" if key == _ASSET_PATH else _replaced(inner, mask)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_replaced(inner, mask) for inner in value]
    return value
