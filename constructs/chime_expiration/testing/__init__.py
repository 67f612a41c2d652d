"""For the tests of stacks that declare expirations, with any test runner.

``snapshot_of`` is a template that changes when a declaration does and not when the code behind it
does; ``has_expiration`` asserts one declaration::

    def test_guests_live_for_thirty_days():
        has_expiration(GuestPolicy(App(), "GuestPolicy"), GUEST, 30)
"""

from chime_expiration.testing._declared import has_expiration
from chime_expiration.testing._snapshot import snapshot_of

__all__ = ["has_expiration", "snapshot_of"]
