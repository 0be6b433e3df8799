"""Redis stopped, flushed or silent while decisions are made: letters are late, decisions are not."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.models import Application
from config.celery import app
from tests.factories import application_in, make_approver
from tests.faults.test_delivery_killed import ticking
from tests.faults.workers import PrivateRedis, Worker, private_redis
from tests.mail_server import Sink, running_sink
from tests.signing_in import sign_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

State = OutboxMessage.State


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
