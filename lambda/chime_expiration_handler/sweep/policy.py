"""The properties of a policy as its item remembers them."""

import json

from chime_expiration_handler.contract.ledger import Policy
from chime_expiration_handler.contract.policy_properties import PolicyProperties


def read_properties(policy: Policy) -> PolicyProperties:
    """The properties of the generation that the item has."""
    return PolicyProperties.parse(json.loads(policy.properties))
