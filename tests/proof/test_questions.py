"""Every question, with each answer that the local Chime SDK can give, and the way back."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from botocore.exceptions import ClientError

from localaws.certificates import Certificates
from localaws.chime import Access, ChimeIdentity, ChimeServer, Denial, Event, RateLimits
from localaws.chime.answers import FILE, Answers
from localaws.clients import Clients
from proof.adopt import AdoptError, adopt
from proof.answer import Answer
from proof.place import Fixtures, Place
from proof.questions import LONG_QUESTIONS, QUESTIONS
from proof.questions.put_rate import Call, put_rate_with
from proof.report import SCHEMA, Report
from proof.run import Run

RUN = Run("0123456789ab", "123456789012", "us-east-1")
ROLE = f"arn:aws:iam::{RUN.account}:role/{RUN.name}-nothing"
SESSION = f"arn:aws:sts::{RUN.account}:assumed-role/{RUN.name}-nothing/proof"
WITHOUT_PERMISSIONS = "ASIAWITHOUT"

CURRENT: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
SETTINGS = {name: each["setting"] for name, each in CURRENT.items()}

OTHER_SETTINGS = [
    ("missing_user", {"error": "NotFoundException", "message": "There is no such user."}),
    ("denied_call", {"error": "ForbiddenException", "message": "AWS authorization failed"}),
    ("cleared_settings", "null"),
    ("put_changes_last_updated", True),
    ("create_twice", "Success"),
    ("creation_event", {"hides_user_id": False, "has_response": True}),
    ("creation_event", {"hides_user_id": True, "has_response": False}),
    ("expiration_event", {"source": "aws.chime-sdk-identity"}),
    ("put_rate", 10),
    ("put_rate", 20),
    ("list_order", "arn"),
    ("list_order", "other"),
    ("express_replacement", "refused"),
]


class Recorder:
    """The run's queue, and STS."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def receive_message(self, **_: Any) -> dict[str, Any]:
        messages = [{"Body": json.dumps(event)} for event in self.events]
        self.events = []
        return {"Messages": messages} if messages else {}

    def assume_role(self, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:
        assert f"{RoleArn}/{RoleSessionName}" == f"{ROLE}/proof"
        keys = ("SecretAccessKey", "SessionToken")
        return {
            "Credentials": {"AccessKeyId": WITHOUT_PERMISSIONS, **dict.fromkeys(keys, "secret")}
        }


class PlaceInVirtualTime:
    """A local Chime SDK, whose time is that of the run."""

    is_local = False
    run = RUN

    def __init__(self, chime: ChimeIdentity, clients: "CachedClients") -> None:
        self.seconds = 0.0
        self.recorder = Recorder()
        self._chime = chime
        self._clients = clients
        chime.trail = lambda event: self.recorder.events.append(event)
        chime.authorizer = _deny_the_role
        chime.limits = RateLimits(
            put_per_second=chime.answers.put_rate, monotonic=lambda: self.seconds
        )
        self.fixtures = Fixtures(
            app_instance_arn=chime.create_app_instance(),
            queue_url="queue",
            role_without_permissions_arn=ROLE,
            asset_bucket="bucket",
        )

    def client(self, service: str, **settings: Any) -> Any:
        if service != "chime-sdk-identity":
            return self.recorder
        return self._clients(**settings)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self._chime.clock.advance(seconds=seconds)

    def let_days_pass(self, time: timedelta) -> None:
        self._chime.let_time_pass(time)


class CachedClients:
    """Clients of the server, which need a tenth of a second each to be made."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._made: dict[str, Any] = {}

    def __call__(self, **settings: Any) -> Any:
        if repr(settings) not in self._made:
            self._made[repr(settings)] = self._clients.make("chime-sdk-identity", **settings)
        return self._made[repr(settings)]


def _deny_the_role(access: Access) -> Denial | None:
    return Denial(SESSION) if access.access_key == WITHOUT_PERMISSIONS else None


def one_by_one(place: Place, rate: int, calls: Sequence[Call]) -> float | None:
    """Make calls in virtual time, which threads cannot."""
    for call in calls:
        if not call():
            return None
        place.wait(1 / rate)
    return rate


@pytest.fixture(scope="module")
def server(certificates: Certificates) -> Iterator[ChimeServer]:
    certificate, key = certificates.certificate, certificates.private_key
    with ChimeServer(ChimeIdentity(), certificate=certificate, private_key=key) as server:
        yield server


@pytest.fixture(scope="module")
def clients(server: ChimeServer, certificates: Certificates) -> CachedClients:
    return CachedClients(
        Clients(
            endpoint=server.url,
            endpoints={},
            authority=certificates.authority,
            access_key="AKIACALLER",
            secret_key="secret",
            region=RUN.region,
        )
    )


class Asking:
    """Asks a Chime SDK that has some settings, and remembers the answers."""

    def __init__(self, server: ChimeServer, clients: CachedClients) -> None:
        self._server = server
        self._clients = clients
        self._answers: dict[str, dict[str, Answer]] = {}

    def __call__(self, settings: dict[str, Any]) -> dict[str, Answer]:
        key = json.dumps(settings)
        if key not in self._answers:
            questions = (*QUESTIONS, *LONG_QUESTIONS)
            self._answers[key] = self.some(settings, *(each.__name__ for each in questions))
            # The story of a run gives this answer.
            outcome = {"outcome": settings["express_replacement"]}
            self._answers[key]["express_replacement"] = Answer("express_replacement", outcome)
        return dict(self._answers[key])

    def some(self, settings: dict[str, Any], *names: str) -> dict[str, Answer]:
        """Ask some questions again."""
        answers = Answers.from_settings(settings)
        self._server.chime = ChimeIdentity(account=RUN.account, answers=answers)
        place = PlaceInVirtualTime(self._server.chime, self._clients)
        asked = [
            put_rate_with(place, one_by_one) if each.__name__ == "put_rate" else each(place)
            for each in (*QUESTIONS, *LONG_QUESTIONS)
            if each.__name__ in names
        ]
        return {answer.question: answer for answer in asked}


@pytest.fixture(scope="module")
def ask_all(
    server: ChimeServer, clients: CachedClients, certificates: Certificates
) -> Iterator[Asking]:
    with pytest.MonkeyPatch.context() as patch:
        # A client for the role is made from its own credentials.
        patch.setenv("AWS_CA_BUNDLE", str(certificates.authority))
        yield Asking(server, clients)


def report_of(answers: dict[str, Answer]) -> dict[str, Any]:
    started = datetime(2026, 1, 31, tzinfo=UTC)
    report = Report(RUN, is_local=True, started=started, versions={})
    report.answers = list(answers.values())
    return report.to_json()


def test_the_answers_of_the_local_service_are_its_settings(ask_all: Asking) -> None:
    # GIVEN the settings that are installed
    # WHEN
    answers = ask_all(SETTINGS)

    # THEN
    assert all(answer.is_known for answer in answers.values()), answers
    adoption = adopt(report_of(answers), CURRENT, allow_local=True)
    assert {name: each["setting"] for name, each in adoption.document.items()} == SETTINGS
    assert all(change.endswith(": confirmed") for change in adoption.changes)


@pytest.mark.parametrize(("question", "setting"), OTHER_SETTINGS)
def test_another_answer_becomes_the_setting(ask_all: Asking, question: str, setting: Any) -> None:
    # GIVEN a service that answers one question in another way
    wanted = {**SETTINGS, question: setting}

    # WHEN its report is adopted
    report = report_of(ask_all(wanted))
    adoption = adopt(report, CURRENT, allow_local=True)

    # THEN
    assert {name: each["setting"] for name, each in adoption.document.items()} == wanted
    assert [change for change in adoption.changes if " becomes " in change] == [
        f"{question}: {json.dumps(SETTINGS[question])} becomes {json.dumps(setting)}"
    ]
    assert (
        "make prove on a local AWS, us-east-1, 2026-01-31"
        in (adoption.document[question]["source"])
    )


def test_every_question_with_a_setting_is_asked_with_another_answer() -> None:
    assert {question for question, _ in OTHER_SETTINGS} == SETTINGS.keys()


def test_a_report_names_nothing_of_the_account_or_the_caller(ask_all: Asking) -> None:
    # WHEN
    report = report_of(ask_all(SETTINGS))

    # THEN it is a report that can be published
    jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    text = json.dumps(report)
    for secret in (RUN.account, RUN.id, "AKIACALLER", WITHOUT_PERMISSIONS, "127.0.0.1"):
        assert secret not in text
    event = report["answers"]["creation_event"]["value"]["event"]
    assert event["detail"]["userIdentity"]["accessKeyId"] == "AAAAAAAAAA"
    assert event["detail"]["responseElements"]["appInstanceUserArn"].endswith("/user/created-1")


def test_events_that_do_not_arrive_are_not_known(
    ask_all: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an account without a trail
    monkeypatch.setattr(Recorder, "receive_message", lambda _, **__: {})

    # WHEN
    answers = ask_all.some(SETTINGS, "creation_event", "expiration_event")

    # THEN
    for question in ("creation_event", "expiration_event"):
        assert "a CloudTrail trail with logging enabled" in str(answers[question].reason)


def test_a_queue_that_never_gets_empty_does_not_keep_a_question_from_its_end(
    ask_all: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN more events of other users than a look can receive
    other = {"Body": json.dumps({"detail": {"eventName": "CreateAppInstanceUser"}})}
    monkeypatch.setattr(Recorder, "receive_message", lambda _, **__: {"Messages": [other]})

    # WHEN
    answer = ask_all.some(SETTINGS, "creation_event")["creation_event"]

    # THEN
    assert "no event arrived in time" in str(answer.reason)


def test_a_role_that_is_not_known_yet_is_assumed_later(
    ask_all: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an STS that does not know the role at first
    refused = ["AccessDenied", "AccessDenied"]
    assume = Recorder.assume_role

    def assume_later(recorder: Recorder, **parameters: Any) -> dict[str, Any]:
        if refused:
            raise ClientError({"Error": {"Code": refused.pop()}}, "AssumeRole")
        return assume(recorder, **parameters)

    monkeypatch.setattr(Recorder, "assume_role", assume_later)

    # THEN
    assert ask_all.some(SETTINGS, "denied_call")["denied_call"].is_known


def test_other_events_in_the_queue_are_not_taken(ask_all: Asking) -> None:
    # GIVEN users of other AppInstances that are created at the same time
    receive = Recorder.receive_message

    def receive_others_first(recorder: Recorder, **_: Any) -> dict[str, Any]:
        messages = receive(recorder).get("Messages", [])
        others = [
            {"Body": each["Body"].replace("/created-1", "/other").replace("app-instance/", "x/")}
            for each in messages
        ]
        return {"Messages": [*others, *messages]} if messages else {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "receive_message", receive_others_first)

        # THEN
        asked = ask_all.some(SETTINGS, "creation_event")["creation_event"]
        assert asked.value["names_user_in_response"] is True


def test_the_report_of_a_local_aws_is_adopted_only_on_request(ask_all: Asking) -> None:
    with pytest.raises(AdoptError, match="of a local AWS"):
        adopt(report_of(ask_all(SETTINGS)), CURRENT)


@pytest.mark.parametrize(
    ("question", "value", "message"),
    [
        (
            "missing_user",
            {
                "put": {"error": "NotFoundException", "http_status": 404, "message": ""},
                "describe": {"error": "ForbiddenException", "http_status": 403, "message": ""},
            },
            "missing_user: the answers are NotFoundException and ForbiddenException",
        ),
        (
            "missing_user",
            {
                "put": {"error": "GoneException", "http_status": 410, "message": ""},
                "describe": {"error": "GoneException", "http_status": 410, "message": ""},
            },
            'missing_user is {"error": "GoneException", "message": ""}: use',
        ),
        ("missing_user", {"put": None, "describe": None}, "missing_user: the call succeeded"),
        (
            "cleared_settings",
            {"put": "absent", "describe": "null"},
            "cleared_settings: the answers",
        ),
        ("cleared_settings", {"put": "{}", "describe": "{}"}, 'cleared_settings is "{}": use'),
        (
            "create_twice",
            {
                "same_token": {"error": None, "changed": []},
                "other_token": {"error": None, "changed": ["Name"]},
            },
            "create_twice: the second call changes Name",
        ),
        ("put_rate", {"not_throttled_at": None, "throttled_at": 5}, "put_rate: 5 a second were"),
        (
            "list_order",
            {"order": "other", "same_again": False, "listed": []},
            "list_order: a second list has another order",
        ),
    ],
)
def test_an_answer_that_the_local_service_cannot_give_is_not_half_adopted(
    ask_all: Asking, question: str, value: Any, message: str
) -> None:
    # GIVEN a report with such an answer, and another new answer
    answers = ask_all({**SETTINGS, "put_changes_last_updated": True})
    answers[question] = replace(answers[question], value=value)

    # WHEN, THEN
    with pytest.raises(AdoptError) as refused:
        adopt(report_of(answers), CURRENT, allow_local=True)
    assert message in str(refused.value)


def test_a_question_that_a_report_does_not_answer_keeps_its_setting(ask_all: Asking) -> None:
    # GIVEN
    answers = ask_all({**SETTINGS, "list_order": "arn"})
    answers["list_order"] = Answer("list_order", reason="the question failed")
    del answers["put_rate"]

    # WHEN
    adoption = adopt(report_of(answers), CURRENT, allow_local=True)

    # THEN
    assert adoption.document["list_order"] == CURRENT["list_order"]
    assert adoption.document["put_rate"] == CURRENT["put_rate"]
    assert "list_order: kept, the report does not know (the question failed)" in adoption.changes
    assert "put_rate: kept, the report does not know (not asked)" in adoption.changes


def test_the_settings_can_be_those_of_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN
    other = {**CURRENT, "list_order": {"setting": "arn", "source": "a test"}}
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(other), encoding="utf-8")
    monkeypatch.setenv("LOCALAWS_ANSWERS", str(path))

    # THEN
    assert ChimeIdentity().list_order == "arn"
