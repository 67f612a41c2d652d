"""Which construct declares which user, in a stack and in the whole app."""

from aws_cdk import Stack
from constructs import Construct, IConstruct

from chime_expiration._app_instance_user.provider import ExpirationProvider
from chime_expiration._provider.stack_function import check_placement
from chime_expiration._synth.declared_user import DeclaredUser

# A plain dictionary: a weak one would free nothing, since each value refers to its key. To find the
# function in the tree instead takes a call to the jsii kernel for each declaration: 0.2 ms of 1.7,
# measured with 240 declarations.
_by_stack: dict[Stack, "Declarations"] = {}

# By the root of the tree: the first declaration of each user that has no token in its ARN. A token
# stands for different users in different stacks.
_by_app: dict[IConstruct, dict[str, Construct]] = {}


class Declarations:
    """The declarations of one stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._provider: ExpirationProvider | None = None
        self._by_identity: dict[str, Construct] = {}
        self._first_in_app = _by_app.setdefault(stack.node.root, {})

    @classmethod
    def of(cls, stack: Stack) -> "Declarations":
        """Those of ``stack``."""
        declarations = _by_stack.get(stack)
        if declarations is None:
            declarations = _by_stack[stack] = cls(stack)
        return declarations

    def check(self, user: DeclaredUser, scope: Construct, id: str) -> None:
        """Raise ValueError where a construct ``id`` in ``scope`` cannot declare ``user``.

        Nothing is created before this, so that an app that catches the error is as it was.
        """
        first = self._by_identity.get(user.identity)
        if first is not None:
            raise ValueError(
                f"'{scope.node.path}/{id}' declares the same AppInstanceUser as "
                f"{first.node.path!r}, {user.identity!r}: keep one of the two"
            )
        if self._provider is None:
            check_placement(self._stack)
        else:
            self._provider.policies.check_room_for(user)

    def add(self, user: DeclaredUser, declaration: Construct) -> ExpirationProvider:
        """Record that ``declaration`` declares ``user``; return the provider of the stack."""
        if self._provider is None:
            self._provider = ExpirationProvider(self._stack)
        self._by_identity[user.identity] = declaration
        if user.is_token:
            self._provider.expect_token_users()
        return self._provider

    def in_another_stack(self, user: DeclaredUser) -> Construct | None:
        """The first declaration of ``user`` in another stack of the app, as far as it is known."""
        if user.parsed is None:
            return None
        declaration = self._by_identity[user.identity]
        first = self._first_in_app.setdefault(user.identity, declaration)
        return None if first is declaration else first
