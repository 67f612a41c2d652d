"""Users that are created after the deployment, with all events on their way through EventBridge."""

import time
from collections.abc import Callable, Iterator

import pytest
from aws_cdk import Duration, RemovalPolicy

from chime_expiration import AppInstanceUserExpirationPolicy
from fakes.deployed_policy import DeployedPolicy
from fakes.deployment import Deployment
from localaws import LocalAws
from localaws.chime import Request

pytestmark = pytest.mark.deploys

PATIENCE_SECONDS = 600


@pytest.fixture(scope="module")
def policy(
    shared_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeployedPolicy]:
    """A policy of thirty days for an AppInstance without users."""
    chat = shared_aws.chime.create_app_instance("new users")
    deployment = Deployment(shared_aws, tmp_path_factory.mktemp("policy"), "PolicyNewUsers")
    status = deployment.deploy(
        lambda stack: AppInstanceUserExpirationPolicy(
            stack,
            "Guests",
            app_instance_arn=chat,
            expire_after=Duration.days(30),
            calls_per_second=1000,
            # Nothing is gained by clearing a thousand users at the end.
            removal_policy=RemovalPolicy.RETAIN,
        )
    )
    assert status == "CREATE_COMPLETE"
    yield DeployedPolicy(deployment, chat)
    deployment.delete()


@pytest.fixture
def create(local_aws: LocalAws, policy: DeployedPolicy) -> Iterator[Callable[[str], str]]:
    """Creates a user as a back end does: with a call, which CloudTrail records."""

    def create(user_id: str) -> str:
        reply = local_aws.chime.handle(
            Request(
                "CreateAppInstanceUser",
                {
                    "AppInstanceArn": policy.app_instance,
                    "AppInstanceUserId": user_id,
                    "Name": user_id,
                    "ClientRequestToken": user_id,
                },
                access_key=local_aws.account,
            )
        )
        assert reply.status == 201, reply.body
        return str(reply.body["AppInstanceUserArn"])

    yield create
    local_aws.trail.copies = 1


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait with a limit that says nothing about how long it should take."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def all_events_are_handled(local_aws: LocalAws, policy: DeployedPolicy) -> Callable[[], bool]:
    """Whether no event is on its way, in the queue or with the function."""
    queues = local_aws.client("sqs")
    urls = [
        url for url in queues.list_queues().get("QueueUrls", []) if policy.deployment.name in url
    ]
    assert len(urls) == 2

    def is_so() -> bool:
        local_aws.trail.wait_until_delivered(PATIENCE_SECONDS)
        counts = [
            queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            for url in urls
        ]
        return not any(
            int(each[name])
            for each in counts
            for name in (
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            )
        )

    return is_so


def test_a_new_user_gets_the_setting(local_aws: LocalAws, create: Callable[[str], str]) -> None:
    # WHEN
    user = create("guest")

    # THEN
    wait_until(lambda: local_aws.chime.expiration_days(user) == 30)


def test_a_thousand_users_that_are_created_at_once_all_get_the_setting(
    local_aws: LocalAws, create: Callable[[str], str]
) -> None:
    # WHEN
    users = [create(f"crowd-{number}") for number in range(1000)]

    # THEN
    wait_until(lambda: all(local_aws.chime.expiration_days(user) == 30 for user in users))


def test_an_event_that_comes_ten_times_costs_one_call_that_sets(
    local_aws: LocalAws, policy: DeployedPolicy, create: Callable[[str], str]
) -> None:
    # GIVEN
    local_aws.trail.copies = 10

    # WHEN
    user = create("repeated")
    wait_until(lambda: local_aws.chime.expiration_days(user) == 30)
    wait_until(all_events_are_handled(local_aws, policy))

    # THEN
    assert len(local_aws.chime.calls.puts(user)) == 1


def test_users_whose_events_are_lost_get_the_setting_by_the_next_sweep(
    local_aws: LocalAws, policy: DeployedPolicy, create: Callable[[str], str]
) -> None:
    # GIVEN
    local_aws.trail.copies = 0
    users = [create(f"lost-{number}") for number in range(20)]
    assert {local_aws.chime.expiration_days(user) for user in users} == {None}

    # WHEN
    status = policy.sweep()

    # THEN
    assert status == "SUCCEEDED"
    assert {local_aws.chime.expiration_days(user) for user in users} == {30}
