"""Deliverers killed hard while 200 letters leave, at 20 random points: none is lost, none leaves twice."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection
from django.utils import timezone

from accreditation.core.delivery import deliver
from accreditation.core.outbox import OutboxMessage, stable_message_id
from tests.faults.workers import PrivateRedis, Worker, private_redis
from tests.mail_server import Sink, running_sink

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LETTERS = 200
State = OutboxMessage.State
UNSETTLED = (State.PENDING, State.SENDING)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[PrivateRedis]:
    with private_redis(tmp_path) as redis:
        yield redis


@pytest.mark.parametrize(("kind", "kills"), [("command", 16), ("celery", 4)])
def test_no_letter_is_lost_or_sent_twice_however_often_its_deliverer_is_killed(
    kind: str, kills: int, redis: PrivateRedis, tmp_path: Path, settings: object
) -> None:
    chance = random.Random()
    with running_sink() as (sink, port), ticking(redis.broker):
        sink.pause = 0.004

        def start() -> Worker:
            return Worker(kind, mail_port=port, broker=redis.broker, log=tmp_path / "workers.log")

        workers = {one.name: one for one in [start(), start()]}
        try:
            write_letters()
            met_at_work = 0
            for _ in range(kills):
                holder = await_a_holder(workers)
                await_letters(sink, len(sink.received) + chance.randrange(LETTERS // kills - 2))
                workers.pop(holder.name).kill()
                met_at_work += OutboxMessage.objects.filter(state=State.SENDING).exists()
                fresh = start()
                workers[fresh.name] = fresh
            await_end()
        finally:
            for worker in workers.values():
                worker.kill()
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port  # type: ignore[attr-defined]
        deliver()
    assert met_at_work >= kills / 2, "the kills came too late to prove anything"
    arrived = sink.addresses()
    by_state = {
        state: set(OutboxMessage.objects.filter(state=state).values_list("email", flat=True))
        for state in State
    }
    assert len(arrived) == len(set(arrived)), "a letter left twice"
    assert by_state[State.SENT] <= set(arrived), "a letter is called sent that never arrived"
    assert set(arrived) <= by_state[State.SENT] | by_state[State.UNCERTAIN]
    assert len(by_state[State.SENT] | by_state[State.UNCERTAIN]) == LETTERS, "a letter is lost"
    assert len(by_state[State.UNCERTAIN]) <= kills, "one letter a killed deliverer can be in doubt"


def write_letters() -> None:
    now = timezone.now()
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            kind="receipt",
            key=f"letter {number}",
            email=f"person{number}@example.org",
            facts={"name": f"PERSON {number}", "zone": "Asia/Baku", "commission": "Commission"},
            created_at=now,
            due_at=now,
            message_id=stable_message_id(f"letter {number}"),
        )
        for number in range(LETTERS)
    )


def await_a_holder(workers: dict[str, Worker]) -> Worker:
    """The worker that has letters and lives: by its lock PostgreSQL says which."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT activity.application_name FROM pg_locks lock JOIN pg_stat_activity activity USING (pid)
                WHERE lock.locktype = 'advisory' AND lock.granted
                AND (lock.classid::bigint << 32) + lock.objid::bigint
                    IN (SELECT claimed_by FROM core_outboxmessage WHERE state = 'sending')
                """
            )
            found = [workers[name] for (name,) in cursor.fetchall() if name in workers]
        if found:
            return found[0]
        if not OutboxMessage.objects.filter(state__in=UNSETTLED).exists():
            return next(iter(workers.values()))  # all have left: the last kills meet idle deliverers
        time.sleep(0.002)
    raise AssertionError("nobody takes the letters")


def await_letters(sink: Sink, number: int) -> None:
    end = time.monotonic() + 10
    while len(sink.received) < min(number, LETTERS) and time.monotonic() < end:
        if not OutboxMessage.objects.filter(state=State.SENDING).exists():
            return
        time.sleep(0.001)


def await_end() -> None:
    end = time.monotonic() + 30
    while OutboxMessage.objects.filter(state__in=UNSETTLED).exists():
        assert time.monotonic() < end, "the letters were not settled"
        time.sleep(0.05)


@contextmanager
def ticking(broker: str) -> Iterator[None]:
    """What beat does, faster."""
    stop = threading.Event()
    beat = Celery(broker=broker)

    def tick() -> None:
        while not stop.wait(0.1):
            beat.send_task("accreditation.core.tasks.deliver_letters", expires=1, ignore_result=True)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
