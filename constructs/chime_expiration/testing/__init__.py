"""Helpers for tests of stacks that declare expirations, for any test runner.

``has_expiration`` asserts one declaration, ``expirations_of`` returns all of them, ``has_policy``
asserts a policy, and ``snapshot_of`` returns a template that changes when a declaration or a policy
changes, but not when the code of a Lambda function changes::

    def test_guests_expire_after_thirty_days():
        has_expiration(GuestPolicy(App(), "GuestPolicy"), GUEST, Duration.days(30))
"""

from chime_expiration.testing._declared import expirations_of, has_expiration
from chime_expiration.testing._policies import has_policy
from chime_expiration.testing._snapshot import snapshot_of

__all__ = ["expirations_of", "has_expiration", "has_policy", "snapshot_of"]
