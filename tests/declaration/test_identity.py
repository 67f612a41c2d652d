"""The logical id follows the user, so that renaming is nothing and two for one are refused."""

import pytest
from aws_cdk import App, Aws, CfnParameter, CfnResource, Duration, Fn, NestedStack, Stack
from aws_cdk.assertions import Template
from constructs import Construct

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e-0d2f-4c43-9a86-3f1e5b7d"


def _resources(stack: Stack) -> dict:
    return dict(Template.from_stack(stack).to_json()["Resources"])


def test_a_renamed_construct_changes_no_resource(tmp_path, declare):
    # WHEN
    templates = []
    for name in ("Guest", "Visitor"):
        stack = Stack(App(outdir=str(tmp_path / name)), "Policies")
        declare(stack, name)
        templates.append(_resources(stack))

    # THEN
    assert templates[0] == templates[1]


def test_a_release_keeps_the_logical_ids_of_the_ones_before_it(stack, declare, expirations):
    # WHEN
    declare(stack, user="arn:aws:chime:us-east-1:111122223333:app-instance/6a5c7b1e/user/guest-42")

    # THEN another id for the same user would set it anew, and then clear it for the old id
    assert list(expirations(stack)) == ["Expireguest4288F9E394"]


def test_a_construct_moved_within_its_stack_changes_no_resource(tmp_path, declare):
    # WHEN
    templates = []
    for scopes in ([], ["Deeply", "Nested"]):
        stack = scope = Stack(App(outdir=str(tmp_path / str(len(scopes)))), "Policies")
        for name in scopes:
            scope = Construct(scope, name)
        declare(scope)
        templates.append(_resources(stack))

    # THEN
    assert templates[0] == templates[1]


def test_a_token_is_renamed_and_moved_as_freely(tmp_path, declare):
    # WHEN
    templates = []
    for name in ("Guest", "Visitor"):
        stack = Stack(App(outdir=str(tmp_path / name)), "Policies")
        declare(Construct(stack, name), name, CfnParameter(stack, "User").value_as_string)
        templates.append(_resources(stack))

    # THEN
    assert templates[0] == templates[1]


def test_another_user_is_another_resource(stack, declare, expirations):
    # WHEN
    declare(stack, "One", f"{APP_INSTANCE}/user/a.b")
    declare(stack, "Two", f"{APP_INSTANCE}/user/ab")

    # THEN
    assert len(expirations(stack)) == 2


def test_two_declarations_for_one_user_are_refused_with_both_constructs(stack, declare):
    # GIVEN
    declare(stack, "First")

    # WHEN / THEN
    with pytest.raises(
        ValueError, match="'Policies/Second' declares the same AppInstanceUser as"
    ) as refusal:
        declare(stack, "Second")
    assert "'Policies/First'" in str(refusal.value)
    assert str(refusal.value).endswith("keep one of the two")


@pytest.mark.parametrize(
    "reference",
    [
        lambda parameter: parameter.value_as_string,
        lambda parameter: f"{parameter.value_as_string}/user/guest",
        lambda parameter: Fn.join("", [parameter.value_as_string, "/user/guest"]),
        lambda _: Fn.import_value("GuestArn"),
        lambda parameter: (
            f"arn:aws:chime:us-east-1:{Stack.of(parameter).account}:app-instance/a/user/b"
        ),
    ],
    ids=["parameter", "text around it", "join", "import", "pseudo parameter"],
)
def test_two_declarations_for_one_token_are_refused_as_well(stack, declare, reference):
    # GIVEN
    parameter = CfnParameter(stack, "User")
    declare(stack, "First", reference(parameter))

    # WHEN / THEN
    with pytest.raises(ValueError, match="'Policies/Second' declares the same"):
        declare(stack, "Second", reference(parameter))


def test_two_parameters_are_two_users(stack, declare, expirations):
    # WHEN
    for name in ("One", "Two"):
        declare(stack, name, CfnParameter(stack, f"{name}User").value_as_string)

    # THEN
    assert len(expirations(stack)) == 2


def test_attributes_of_the_same_name_in_two_other_stacks_are_two_users(
    app, stack, declare, expirations
):
    # GIVEN two stacks in which the same logical id stands for different users
    producers = [
        CfnResource(Stack(app, name), "User", type="AWS::CloudFormation::WaitConditionHandle")
        for name in ("Left", "Right")
    ]

    # WHEN
    for number, producer in enumerate(producers):
        declare(stack, str(number), producer.get_att("AppInstanceUserArn").to_string())

    # THEN
    assert len(expirations(stack)) == 2


def test_a_token_for_the_days_is_left_to_the_deployment(stack, declare, expirations):
    # GIVEN
    days = CfnParameter(stack, "Days", type="Number")

    # WHEN
    declare(stack, expire_after=Duration.days(days.value_as_number))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"]["ExpirationDays"] == {"Ref": "Days"}


def test_users_that_are_known_only_at_deployment_share_a_policy_that_never_changes(stack, declare):
    # WHEN
    for name in ("One", "Two"):
        declare(stack, name, CfnParameter(stack, f"{name}User").value_as_string)

    # THEN
    statements = [
        statement
        for policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    account = {"Ref": "AWS::AccountId"}
    everywhere = {"Fn::Join": ["", ["arn:aws:chime:*:", account, ":app-instance/*/user/*"]]}
    assert [statement["Resource"] for statement in statements] == [
        everywhere,
        {"Ref": "AWS::StackId"},
    ]
    assert statements[1]["Action"] == ["cloudformation:ListStackResources"]


@pytest.mark.parametrize(
    ("reference", "may_change"),
    [
        (lambda parameter: parameter.value_as_string, True),
        (lambda parameter: f"{parameter.value_as_string}/user/b", True),
        (lambda parameter: f"{APP_INSTANCE}/user/{parameter.value_as_string}", True),
        (lambda _: f"arn:aws:chime:us-east-1:{Aws.ACCOUNT_ID}:app-instance/a/user/b", False),
        (lambda _: f"{APP_INSTANCE}/user/b", False),
    ],
    ids=["user", "app instance", "user id", "account", "nothing"],
)
def test_a_user_that_may_change_in_place_is_marked_for_the_clean_up(
    stack, declare, expirations, reference, may_change
):
    # WHEN
    declare(stack, user=reference(CfnParameter(stack, "Unknown")))

    # THEN
    [resource] = expirations(stack).values()
    assert resource["Properties"].get("AppInstanceUserMayChange", False) is may_change


def test_a_known_app_instance_in_an_unknown_account_keeps_its_own_policy(stack, declare):
    # WHEN
    declare(stack, user=f"arn:aws:chime:us-east-1:{stack.account}:app-instance/a/user/b")

    # THEN
    [policy] = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    account = {"Ref": "AWS::AccountId"}
    assert statement["Resource"] == {
        "Fn::Join": ["", ["arn:aws:chime:us-east-1:", account, ":app-instance/a/user/*"]]
    }


def test_a_nested_stack_has_its_own_function_and_the_same_logical_ids(tmp_path, declare):
    # GIVEN
    nested = NestedStack(Stack(App(outdir=str(tmp_path / "a")), "Policies"), "Nested")
    flat = Stack(App(outdir=str(tmp_path / "b")), "Policies")

    # WHEN
    for stack in (nested, flat):
        declare(stack)

    # THEN
    kind = "Custom::ChimeAppInstanceUserExpiration"
    assert list(Template.from_stack(nested).find_resources(kind)) == list(
        Template.from_stack(flat).find_resources(kind)
    )
    Template.from_stack(nested).resource_count_is("AWS::Lambda::Function", 1)
