"""Delivery against real mail servers: good ones, refusing ones, and such as break off."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accreditation.core import claims, delivery
from accreditation.core.outbox import OutboxMessage, stable_message_id
from tests.mail_server import DROP, HANG, Script, Sink, running_sink, scripted

pytestmark = pytest.mark.django_db(transaction=True)

State = OutboxMessage.State

FACTS = {
    "election": "Election of the parliament",
    "commission": "Central Election Commission",
    "zone": "Asia/Baku",
    "mission": "CIS Observer Mission",
    "category": "international observer",
    "to_head": False,
    "link": "https://cec.example/en/apply/abc/",
    "decision_due_at": "2026-12-13T20:00:00+00:00",
}


def write(number: int = 1, *, email: str | None = None, **fields: Any) -> OutboxMessage:
    facts = {**FACTS, "name": f"PERSON {number}", "number": f"2026-{number:06}"} | fields.pop("facts", {})
    values: dict[str, Any] = {
        "kind": "receipt",
        "key": f"letter {number} {email or ''}",
        "email": f"person{number}@example.org" if email is None else email,
        "facts": facts,
        "created_at": timezone.now(),
        "due_at": timezone.now(),
    } | fields
    return OutboxMessage.objects.create(message_id=stable_message_id(values["key"]), **values)


def states() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with running_sink() as (sink, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield sink


@pytest.fixture
def server(settings: Any) -> Callable[[Script], Any]:
    """Use the mail server of a script: `with server(script) as mail_server`."""

    def start(script: Script) -> Any:
        started = scripted(script)
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_TIMEOUT = 1

        class Started:
            def __enter__(self) -> Any:
                self.server = started.__enter__()
                settings.EMAIL_PORT = self.server.port
                return self.server

            def __exit__(self, *error: Any) -> None:
                started.__exit__(*error)

        return Started()

    return start


def at_stage(stage: str, *answers: bytes | None) -> Script:
    """Answer so at the first times that a stage is reached, and as usual at all others."""
    left = list(answers)
    lock = threading.Lock()

    def script(reached: str, line: str) -> bytes | None:
        with lock:
            return left.pop(0) if reached == stage and left else None

    return script


# What leaves


def test_due_letters_leave_in_the_order_in_which_they_were_written(sink: Sink) -> None:
    for number in (1, 2, 3):
        write(number)
    report = delivery.deliver()
    assert sink.addresses() == ["person1@example.org", "person2@example.org", "person3@example.org"]
    assert report.sent == 3
    assert states() == [State.SENT] * 3
    assert OutboxMessage.objects.filter(sent_at__isnull=True).count() == 0


def test_a_letter_whose_time_has_not_come_stays(sink: Sink) -> None:
    write(1, due_at=timezone.now() + timedelta(minutes=2))
    delivery.deliver()
    assert sink.received == []
    assert states() == [State.PENDING]


def test_what_was_sent_is_not_sent_again(sink: Sink) -> None:
    write(1)
    delivery.deliver()
    delivery.deliver()
    assert sink.addresses() == ["person1@example.org"]


def test_letters_to_print_and_cancelled_ones_never_leave(sink: Sink) -> None:
    write(1, email="", state=State.TO_PRINT)
    write(2, state=State.CANCELLED)
    delivery.deliver()
    assert sink.received == []


def test_due_letters_of_one_kind_to_one_head_leave_as_one_mail(sink: Sink) -> None:
    for number in range(1, 119):
        write(number, email="head@example.org", together=True, facts={"to_head": True})
    write(119, email="other@example.org", together=True, facts={"to_head": True})
    report = delivery.deliver()
    assert sink.addresses() == ["head@example.org", "other@example.org"]
    assert "118 applications" in sink.received[0].mail["Subject"]
    assert all(f"PERSON {number}" in sink.received[0].text for number in range(1, 119))
    assert "PERSON 119" not in sink.received[0].text
    assert report.sent == 119
    assert states() == [State.SENT] * 119


def test_a_group_is_not_cut_by_the_size_of_a_batch(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, claims.BATCH + 20):
        write(number, email="head@example.org", together=True, facts={"to_head": True})
    delivery.deliver()
    assert len(sink.received) == 1


def test_letters_of_another_kind_or_election_are_another_mail(sink: Sink) -> None:
    write(1, email="head@example.org", together=True, facts={"together": "a"})
    write(2, email="head@example.org", together=True, facts={"together": "b"})
    write(3, email="head@example.org", together=True, kind="withdrawn_notice", facts={"together": "a"})
    write(4, email="head@example.org", together=True, facts={"together": "a"})
    delivery.deliver()
    assert len(sink.received) == 3


def test_two_people_with_one_address_get_two_mails(sink: Sink) -> None:
    write(1, email="shared@example.org")
    write(2, email="shared@example.org", key="second")
    delivery.deliver()
    assert len(sink.received) == 2


def test_a_reminder_whose_state_was_left_is_cancelled_at_the_door(sink: Sink) -> None:
    """It was on its way when the state was left, and came back: perform() could not cancel it."""
    other = write(1, due_at=timezone.now() + timedelta(days=1))
    about = {"about_type": "core.outboxmessage", "about_id": other.pk}
    write(2, only_while="sent", **about)
    write(3, only_while="pending", **about)
    delivery.deliver()
    assert states() == [State.PENDING, State.CANCELLED, State.SENT]


def test_a_reminder_whose_time_is_over_is_cancelled_at_the_door(sink: Sink) -> None:
    now = timezone.now()
    write(1, due_at=now, not_after=now)
    write(2, due_at=now, not_after=now + timedelta(microseconds=1))
    delivery.deliver(now=now)
    assert states() == [State.CANCELLED, State.SENT]


def test_delivery_inside_a_transaction_is_refused(sink: Sink) -> None:
    write(1)
    with pytest.raises(RuntimeError), transaction.atomic():
        delivery.deliver()
    assert sink.received == []


def test_several_deliverers_at_once_send_every_letter_once(sink: Sink) -> None:
    for number in range(60):
        write(number)
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        try:
            delivery.deliver()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delivery.deliver()
    assert sorted(sink.addresses()) == sorted(f"person{number}@example.org" for number in range(60))
    assert states() == [State.SENT] * 60


# Refusals


def test_a_refusal_for_now_is_tried_again_with_doubling_delay_up_to_an_hour(server: Any) -> None:
    letter = write(1)
    now = letter.due_at
    delays = []
    with server(at_stage("RCPT", *[b"451 greylisted"] * 9)) as mail_server:
        for _ in range(9):
            delivery.deliver(now=now)
            letter.refresh_from_db()
            assert letter.state == State.PENDING
            delays.append((letter.due_at - now).total_seconds() / 60)
            now = letter.due_at
        assert mail_server.taken == []
        delivery.deliver(now=now)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    letter.refresh_from_db()
    assert (letter.state, letter.error, letter.attempts) == (State.SENT, "", 10)
    assert mail_server.taken == ["person1@example.org"]


def test_a_server_that_refuses_for_two_days_leaves_the_letter_to_the_clerks(server: Any) -> None:
    letter = write(1, attempts=delivery.ATTEMPTS - 1)
    with server(at_stage("RCPT", b"451 later")):
        delivery.deliver()
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (State.FAILED, "451 later")


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "END"])
def test_a_refusal_for_good_is_shown_to_the_clerks_and_holds_up_nobody(server: Any, stage: str) -> None:
    write(1)
    write(2)
    with server(at_stage(stage, b"550 no such mailbox")) as mail_server:
        report = delivery.deliver()
    assert states() == [State.FAILED, State.SENT]
    assert OutboxMessage.objects.order_by("pk")[0].error == "550 no such mailbox"
    assert mail_server.taken == ["person2@example.org"]
    assert (report.failed, report.sent) == (1, 1)
    assert mail_server.connections == 2, "one for the batch, one that found nothing more"


def test_a_server_that_closes_down_gives_all_others_back_untouched(server: Any) -> None:
    write(1)
    write(2)
    with server(at_stage("MAIL", b"421 closing down")):
        delivery.deliver()
    assert states() == [State.PENDING, State.PENDING]
    assert list(OutboxMessage.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0]


def test_a_mail_refused_as_a_whole_comes_back_as_a_whole(server: Any) -> None:
    for number in (1, 2, 3):
        write(number, email="head@example.org", together=True, facts={"to_head": True})
    with server(at_stage("END", b"452 too much")):
        delivery.deliver()
    assert states() == [State.PENDING] * 3
    assert OutboxMessage.objects.values("due_at").distinct().count() == 1


# Connections that are lost


def test_nothing_is_claimed_while_the_mail_server_is_down(settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    write(1)
    report = delivery.deliver()
    assert report.unreachable
    assert states() == [State.PENDING]
    assert OutboxMessage.objects.get().attempts == 0


def test_a_server_that_never_greets_claims_nothing(server: Any) -> None:
    write(1)
    with server(at_stage("CONNECT", HANG)):
        delivery.deliver()
    assert states() == [State.PENDING]


@pytest.mark.parametrize("how", [DROP, HANG])
def test_a_connection_lost_after_the_letter_was_given_leaves_it_in_doubt(server: Any, how: bytes) -> None:
    write(1)
    write(2)
    with server(at_stage("END", how)) as mail_server:
        report = delivery.deliver()
        assert states() == [State.UNCERTAIN, State.PENDING]
        assert report.uncertain == 1
        delivery.deliver()
    assert states() == [State.UNCERTAIN, State.SENT]
    assert mail_server.taken == ["person2@example.org"]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_connection_lost_before_the_letter_was_given_delays_it_and_no_other(
    server: Any, stage: str
) -> None:
    write(1)
    write(2)
    with server(at_stage(stage, DROP)) as mail_server:
        delivery.deliver()
        assert states() == [State.PENDING, State.PENDING]
        delivery.deliver()
        assert states() == [State.PENDING, State.SENT]
        delivery.deliver(now=timezone.now() + timedelta(minutes=2))
    assert mail_server.taken == ["person2@example.org", "person1@example.org"]


def test_a_group_in_doubt_is_in_doubt_as_a_whole(server: Any) -> None:
    for number in (1, 2, 3):
        write(number, email="head@example.org", together=True, facts={"to_head": True})
    write(4)
    with server(at_stage("END", DROP)):
        delivery.deliver()
    assert states() == [State.UNCERTAIN] * 3 + [State.PENDING]
    first = OutboxMessage.objects.order_by("pk")[0]
    ids = OutboxMessage.objects.filter(state=State.UNCERTAIN).values_list("message_id", flat=True)
    assert set(ids) == {first.message_id}, "by it the clerk finds the mail at the server"


def test_a_letter_that_cannot_be_worded_fails_alone(sink: Sink) -> None:
    write(1, kind="no_such_kind")
    write(2, email="person\r\nBcc: all@example.org")
    write(3)
    delivery.deliver()
    assert states() == [State.FAILED, State.FAILED, State.SENT]
    assert sink.addresses() == ["person3@example.org"]


# Deliverers that ended without order


def test_what_a_dead_deliverer_left_is_settled(sink: Sink) -> None:
    for number in (1, 2, 3, 4):
        write(number)
    with claims.proof_of_life() as key:
        mails = claims.claim(key, timezone.now())
        claims.mark_sent(key, mails[0], timezone.now())
    delivery.deliver()
    assert states() == [State.SENT, State.UNCERTAIN, State.SENT, State.SENT]
    assert sink.addresses() == ["person3@example.org", "person4@example.org"]


def test_a_living_deliverers_letters_are_left_alone(sink: Sink) -> None:
    write(1)
    claimed, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with claims.proof_of_life() as key:
            claims.claim(key, timezone.now())
            claimed.set()
            go_on.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    claimed.wait(10)
    delivery.deliver()
    assert states() == [State.SENDING]
    go_on.set()
    holder.join()
    delivery.deliver()
    assert states() == [State.UNCERTAIN]
    assert sink.received == []


def test_a_group_that_a_dead_deliverer_left_is_in_doubt_as_a_whole(sink: Sink) -> None:
    write(1, email="head@example.org", together=True)
    write(2)
    write(3, email="head@example.org", together=True)
    with claims.proof_of_life() as key:
        claims.claim(key, timezone.now())
    delivery.deliver()
    assert states() == [State.UNCERTAIN, State.SENT, State.UNCERTAIN]


def test_a_deliverer_asked_to_stop_gives_the_rest_back(sink: Sink) -> None:
    for number in (1, 2, 3):
        write(number)
    delivery.deliver(stop=lambda: len(sink.received) >= 1)
    assert states() == [State.SENT, State.PENDING, State.PENDING]


# The alarm and the command


def test_letters_that_have_not_left_for_a_day_are_found() -> None:
    now = datetime(2026, 12, 10, 12, tzinfo=UTC)
    late = now - timedelta(hours=24)
    pending = write(1, kind="refusal", created_at=late, due_at=late)
    failed = write(2, kind="approval", created_at=late, due_at=late, state=State.FAILED)
    write(3, kind="approval", created_at=late + timedelta(seconds=1))
    write(4, kind="receipt", created_at=late)
    write(5, kind="approval", created_at=late, state=State.SENT, sent_at=now)
    write(6, kind="approval", created_at=late, state=State.CANCELLED)
    assert set(claims.not_left(["approval", "refusal"], since=late)) == {pending, failed}


def test_the_command_sends_without_redis_and_prints_what_left(sink: Sink, capsys: Any, settings: Any) -> None:
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:9/0"
    write(1)
    call_command("deliver_letters", "--once")
    assert capsys.readouterr().out == "receipt person1@example.org\n1 sent\n"
    assert states() == [State.SENT]


def test_the_command_fails_where_the_mail_server_is_down(settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    write(1)
    with pytest.raises(CommandError):
        call_command("deliver_letters")
