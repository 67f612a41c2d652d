"""The users of an AppInstance as an operator finds them: not all of them are plain guests."""

from dataclasses import dataclass

from bench.policy.estate import BEGIN
from chime_expiration_handler.contract.ledger import DAY_SECONDS
from localaws.standins.app_instance import AppInstance, StoredUser

DAYS = 30

_OLD_DAYS = 40
_DAYS_SET_BY_OTHERS = 365
_ADMINS = 3
_AGE_OF_ADMINS_DAYS = 400


@dataclass(frozen=True)
class Harm:
    """What nobody wanted: users that are deleted within a day, settings lost, admins set."""

    deleted: int
    overwritten: int
    admins_set: int


class Population:
    """Five in a hundred users are older than the days, one has been set by others; three admins."""

    def __init__(self, chime: AppInstance, users: int) -> None:
        self._chime = chime
        self.set_by_others: set[str] = set()
        self.old: set[str] = set()
        for number in range(users):
            self._create(number)

    def _create(self, number: int) -> None:
        # The admins are the first users of an application.
        if number < _ADMINS:
            created = BEGIN - _AGE_OF_ADMINS_DAYS * DAY_SECONDS
            self._chime.admins.add(self._chime.create(f"admin-{number}", created=created))
        elif number % 100 < 5:
            created = BEGIN - _OLD_DAYS * DAY_SECONDS
            self.old.add(self._chime.create(f"guest-{number}", created=created))
        elif number % 100 == 5:
            arn = self._chime.create(f"guest-{number}", days=_DAYS_SET_BY_OTHERS)
            self.set_by_others.add(arn)
        else:
            self._chime.create(f"guest-{number}")

    @property
    def not_set(self) -> int:
        """How many plain guests do not have the days."""
        special = self.set_by_others | self.old | self._chime.admins
        return sum(
            user.days != DAYS for arn, user in self._chime.users.items() if arn not in special
        )

    @property
    def harm(self) -> Harm:
        """The users that were treated as plain guests, and are not."""
        users = self._chime.users
        return Harm(
            deleted=sum(map(_is_deleted_within_a_day, users.values())),
            overwritten=sum(users[arn].days != _DAYS_SET_BY_OTHERS for arn in self.set_by_others),
            admins_set=sum(users[arn].days is not None for arn in self._chime.admins),
        )


def _is_deleted_within_a_day(user: StoredUser) -> bool:
    return user.days is not None and user.created + user.days * DAY_SECONDS < BEGIN + DAY_SECONDS
