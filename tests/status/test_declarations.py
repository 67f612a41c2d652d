"""From deployed stacks to declarations."""

import pytest

from chime_expiration.status.cloudformation import CloudFormation, StackUnknown
from chime_expiration.status.declarations import Declaration, Force, declarations_of
from chime_expiration.status.problems import UsageProblem
from chime_expiration.status.stacks import StackWalk
from fakes.cloudformation_account import CloudFormationAccount, FakeStack


def found(account: CloudFormationAccount, *names: str) -> list[Declaration]:
    """What the named stacks declare, or all of the region."""
    cloudformation = CloudFormation(account, "us-east-1")
    walk = StackWalk(cloudformation, lambda _: None)
    stacks = [stack for name in names for stack in walk.named(name)] if names else walk.all()
    return [each for stack in stacks for each in declarations_of(stack, cloudformation)]


def only(account: CloudFormationAccount) -> Declaration:
    [declaration] = found(account)
    return declaration


def test_all_stacks_of_a_region_are_searched_and_few_templates_read(guest, other):
    # GIVEN
    stacks = [FakeStack(f"Other{number}") for number in range(7)]
    stacks += [FakeStack("Guests").declares("A", guest, 30).declares("B", other, "60")]
    account = CloudFormationAccount(*stacks)

    # WHEN
    declarations = found(account)

    # THEN
    assert [(str(each.user), each.days) for each in declarations] == [(guest, 30), (other, 60)]
    assert account.calls.count("GetTemplate") == 1
    assert account.calls.count("DescribeStacks") == 1


def test_the_stacks_nested_in_a_named_one_are_searched_too(guest):
    # GIVEN
    inner = FakeStack("Inner").declares("A", guest, 30)
    outer = FakeStack("Outer").has("Inner", inner.id, "AWS::CloudFormation::Stack")

    # WHEN
    declarations = found(CloudFormationAccount(outer, inner), "Outer")

    # THEN
    assert [each.stack.name for each in declarations] == ["Inner"]


def test_the_user_is_the_physical_id_where_the_template_does_not_tell(guest):
    # GIVEN
    stack = FakeStack("Guests").declares("A", guest, 30)
    stack.template["Resources"]["A"]["Properties"]["AppInstanceUserArn"] = {
        "Fn::GetAtt": ["Made", "UserArn"]
    }

    # WHEN
    declaration = only(CloudFormationAccount(stack))

    # THEN
    assert str(declaration.user) == guest
    assert declaration.unresolved == ()


def test_days_that_cannot_be_known_are_unresolved(guest):
    # GIVEN
    stack = FakeStack("Guests").declares("A", guest, {"Fn::GetAtt": ["Policy", "Days"]})

    # WHEN
    declaration = only(CloudFormationAccount(stack))

    # THEN
    assert declaration.days is None
    assert declaration.unresolved == (
        "ExpirationDays: Fn::GetAtt Policy.Days: CloudFormation does not tell attributes",
    )


def test_a_template_in_yaml_still_tells_its_users(guest):
    # GIVEN
    stack = FakeStack("Guests", template="Resources: {}").has("A", guest)

    # WHEN
    declaration = only(CloudFormationAccount(stack))

    # THEN
    assert str(declaration.user) == guest
    assert declaration.force is Force.IN_FORCE
    assert declaration.unresolved == ("ExpirationDays: the template is not JSON",)


def test_a_create_that_failed_has_set_nothing(guest):
    # GIVEN
    stack = FakeStack("Guests", status="CREATE_FAILED").declares(
        "A", guest, 30, status="CREATE_FAILED"
    )
    stack.resources[0]["PhysicalResourceId"] = "nothing-was-set"

    # WHEN
    declaration = only(CloudFormationAccount(stack))

    # THEN
    assert declaration.force is Force.NOT_SET
    assert str(declaration.user) == guest


@pytest.mark.parametrize(
    ("status", "forces"),
    [("CREATE_COMPLETE", []), ("UPDATE_IN_PROGRESS", [Force.NOT_SET])],
)
def test_what_only_the_template_has_is_on_its_way_unless_the_stack_is_settled(
    guest, other, status, forces
):
    # GIVEN
    stack = FakeStack("Guests", status=status).declares("A", guest, 30).declares("B", other, 60)
    del stack.resources[1]

    # WHEN
    declarations = found(CloudFormationAccount(stack))

    # THEN
    assert [each.force for each in declarations] == [Force.IN_FORCE, *forces]


def test_what_a_false_condition_leaves_out_is_not_declared(guest, other):
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_IN_PROGRESS")
    stack.declares("A", guest, 30).declares("B", other, 60)
    stack.template["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    stack.template["Resources"]["B"]["Condition"] = "Never"
    del stack.resources[1]

    # THEN
    assert [each.logical_id for each in found(CloudFormationAccount(stack))] == ["A"]


def test_what_only_the_stack_has_is_leaving(guest, other):
    # GIVEN
    stack = FakeStack("Guests", status="UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    stack.declares("A", guest, 30).has("B", other, status="DELETE_IN_PROGRESS")

    # WHEN
    [_, leaving] = found(CloudFormationAccount(stack))

    # THEN
    assert leaving.force is Force.LEAVING
    assert leaving.days is None


def test_what_has_been_deleted_is_not_declared(guest):
    # GIVEN
    stack = FakeStack("Guests", status="ROLLBACK_COMPLETE")
    stack.declares("A", guest, 30, status="DELETE_COMPLETE")

    # THEN
    assert found(CloudFormationAccount(stack), "Guests") == []


def test_a_template_that_may_not_be_read_is_named(guest):
    # GIVEN
    account = CloudFormationAccount(FakeStack("Guests").declares("A", guest, 30))
    account.denied = {"GetTemplate"}
    walk = StackWalk(CloudFormation(account, "us-east-1"), lambda _: None)

    # WHEN
    [stack] = walk.all()

    # THEN
    assert [(each.action, each.resource) for each in walk.refusals] == [
        ("cloudformation:GetTemplate", stack.id)
    ]
    [declaration] = declarations_of(stack, CloudFormation(account, "us-east-1"))
    assert str(declaration.user) == guest
    assert "not allowed: cloudformation:GetTemplate" in declaration.unresolved[0]


@pytest.mark.parametrize("action", ["DescribeStacks", "ListStackResources"])
def test_a_search_that_is_not_allowed_is_named(guest, action):
    # GIVEN
    account = CloudFormationAccount(FakeStack("Guests").declares("A", guest, 30))
    account.denied = {action}
    walk = StackWalk(CloudFormation(account, "us-east-1"), lambda _: None)

    # THEN
    assert walk.all() == []
    assert [each.action for each in walk.refusals] == [f"cloudformation:{action}"]


def test_a_stack_that_is_not_there_is_unknown():
    with pytest.raises(StackUnknown):
        found(CloudFormationAccount(), "Guests")


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "Throttling"])
def test_there_is_no_use_in_going_on_without_an_answer(code):
    # GIVEN
    account = CloudFormationAccount()
    account.broken = code

    # THEN
    with pytest.raises(UsageProblem, match=code):
        found(account)
