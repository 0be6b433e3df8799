"""Redis stopped, flushed or silent while decisions are made: letters are late, decisions are not."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail as outgoing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accreditation.core.outbox import OutboxMessage
from accreditation.observers.models import ListImport
from accreditation.workflow.models import Application
from config.celery import app
from tests.factories import application_in, make_approver
from tests.faults.test_delivery_killed import ticking
from tests.faults.workers import PrivateRedis, Worker, private_redis
from tests.mail_server import Sink, running_sink
from tests.missions.heads import headed
from tests.observers import applying
from tests.signing_in import sign_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

State = OutboxMessage.State
LIST = """Surname;Given names;Date of birth;Citizenship;Passport number
Smirnov;Onufriy;27.03.1980;GEO;C0123456
"""


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateRedis]:
    with private_redis(tmp_path) as redis:
        monkeypatch.setattr(app.conf, "broker_url", redis.broker)
        yield redis


@pytest.fixture
def mail(settings: Any) -> Iterator[tuple[Sink, int]]:
    settings.LETTER_UNDO_SECONDS = 0
    settings.EMAIL_HOST = "127.0.0.1"
    with running_sink() as (sink, port):
        settings.EMAIL_PORT = port
        yield sink, port


def approve(client: Client, application: Application) -> float:
    """Approve by the API, as a clerk's page does; the seconds that it took."""
    began = time.monotonic()
    answer = client.post(f"/api/v1/applications/{application.public_id}/transitions/approve/")
    assert answer.status_code == 200, answer.content
    return time.monotonic() - began


def approver_at_a_desk() -> Client:
    client = Client()
    sign_in(client, make_approver())
    return client


def letter_of(application: Application) -> OutboxMessage:
    return OutboxMessage.objects.about(application).get(kind="approval")


def await_sent(application: Application, seconds: float) -> None:
    end = time.monotonic() + seconds
    while letter_of(application).state != State.SENT:
        assert time.monotonic() < end, "the letter did not leave"
        time.sleep(0.05)


@pytest.mark.parametrize("trouble", ["stop", "silence"])
def test_a_decision_goes_through_without_redis_and_its_letter_leaves_by_the_command(
    trouble: str, redis: PrivateRedis, mail: tuple[Sink, int]
) -> None:
    application, client = application_in("recommended"), approver_at_a_desk()
    getattr(redis, trouble)()
    assert approve(client, application) < 2
    assert letter_of(application).state == State.PENDING
    call_command("deliver_letters", "--once")
    assert letter_of(application).state == State.SENT
    assert application.membership.email in mail[0].addresses()


@pytest.mark.parametrize("trouble", ["stop", "silence"])
def test_people_sign_in_apply_and_send_lists_without_redis(
    trouble: str, redis: PrivateRedis, settings: Any, tmp_path: Path
) -> None:
    """Each request within two seconds, though every one is made while the broker is gone."""
    settings.PRIVATE_FILES_ROOT = tmp_path / "files"
    cache.clear()
    slowest = 0.0

    def timed(answer: Callable[[], Any]) -> Any:
        nonlocal slowest
        began = time.monotonic()
        given = answer()
        slowest = max(slowest, time.monotonic() - began)
        return given

    with time_machine.travel(applying.NOW, tick=True):
        house = headed(applying.mission_without_days(applying.open_election()))
        getattr(redis, trouble)()
        client = Client()
        timed(lambda: client.post("/en/sign-in/", {"email": "omar@example.org"}))
        code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", outgoing.outbox[-1].body, re.MULTILINE)
        assert code is not None
        timed(lambda: client.post("/en/sign-in/code/", {"code": code[1], "action": "verify"}))
        application = timed(lambda: applying.sent_application(client, house.mission))
        assert application.state == "submitted"
        list_of_one = SimpleUploadedFile("list.csv", LIST.encode())
        timed(lambda: house.post("lists", {"file": list_of_one}))
        job = ListImport.objects.get()
        timed(lambda: house.post("take_in", public_id=job.public_id))
        assert house.mission.memberships.filter(family_name="Smirnov").exists()
        assert Client().get("/readyz").status_code == 200
    assert slowest < 2 * 15, "the whole application is some fifteen requests"


def test_letters_leave_when_redis_is_back_and_a_flush_loses_none(
    redis: PrivateRedis, mail: tuple[Sink, int], tmp_path: Path
) -> None:
    first, second = application_in("recommended"), application_in("recommended")
    client = approver_at_a_desk()
    worker = Worker("celery", mail_port=mail[1], broker=redis.broker, log=tmp_path / "worker.log")
    try:
        with ticking(redis.broker):
            approve(client, first)
            await_sent(first, 30)
        redis.stop()
        assert approve(client, second) < 2
        redis.start()  # it kept nothing: as after a flush
        with ticking(redis.broker):
            await_sent(second, 30)
    finally:
        worker.kill()
    arrived = [one.mail["Message-ID"] for one in mail[0].received]
    assert [arrived.count(letter_of(one).message_id) for one in (first, second)] == [1, 1]


def test_a_letter_in_its_undo_window_stays(mail: tuple[Sink, int], settings: Any) -> None:
    settings.LETTER_UNDO_SECONDS = 120
    application = application_in("recommended")
    approve(approver_at_a_desk(), application)
    call_command("deliver_letters", "--once")
    letter = letter_of(application)
    assert letter.state == State.PENDING
    assert timedelta(seconds=100) < letter.due_at - timezone.now() <= timedelta(seconds=120)
