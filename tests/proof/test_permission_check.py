"""What a check says of callers whom IAM cannot simulate. No process, no service."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from proof.permissions import PermissionCheck, check_permissions
from proof.permissions.needed import needed
from proof.place import Fixtures
from proof.run import Run

RUN = Run("0a1b2c3d", "999988887777", "us-east-1")


@dataclass
class Account:
    """A place whose IAM must not be asked."""

    run: Run = RUN
    is_local: bool = False
    fixtures: Fixtures = field(default_factory=lambda: Fixtures("", "", "", ""))

    def client(self, service: str, **_: Any) -> Any:
        assert service == "iam"
        return None

    def wait(self, seconds: float) -> None:
        raise AssertionError(seconds)

    def let_days_pass(self, time: timedelta) -> None:
        raise AssertionError(time)


def results_of(check: PermissionCheck) -> set[str]:
    return {row["result"] for row in check.rows}


def test_the_root_user_may_do_everything_and_is_told_what_was_not_checked() -> None:
    # WHEN
    check = check_permissions(Account(), f"arn:aws:iam::{RUN.account}:root")

    # THEN
    assert (check.missing, check.not_known) == ([], [])
    assert results_of(check) == {"allowed"}
    assert "An organization can limit it: this was not checked" in " ".join(check.text.split())


def test_nothing_is_known_about_a_federated_user() -> None:
    # WHEN
    check = check_permissions(Account(), f"arn:aws:sts::{RUN.account}:federated-user/maria")

    # THEN
    permissions = needed(RUN)
    assert check.missing == []
    [sentence] = check.not_known
    assert sentence.startswith(f"all {len(permissions)} permissions: IAM cannot simulate")
    assert results_of(check) == {"not known"}
    assert f"0 denied, {len(permissions)} not known" in check.text
    # THEN the report can be published
    for row in check.rows:
        assert RUN.account not in str(row)
        assert RUN.id not in str(row)
        assert "maria" not in str(row)
