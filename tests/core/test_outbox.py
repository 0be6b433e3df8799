"""Letters as rows: written with their cause, once by their key, cancelled by the state that was left."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accreditation.core.outbox import (
    Letter,
    OutboxMessage,
    Recipient,
    cancel_for_left_state,
    enqueue,
    stable_message_id,
    write_new,
)
from tests import factories
from tests.factories import NOW, application_in

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def letter(key: str = "one", email: str = "ada@example.org", **fields: Any) -> Letter:
    return Letter("receipt", Recipient(email=email), key=key, **fields)


def test_a_key_is_written_once_for_ever() -> None:
    enqueue([letter(), letter()], now=NOW)
    OutboxMessage.objects.update(state=State.CANCELLED)
    enqueue([letter(), letter("two")], now=NOW)
    assert list(OutboxMessage.objects.order_by("pk").values_list("key", "state")) == [
        ("one", State.CANCELLED),
        ("two", State.PENDING),
    ]


def test_a_letter_is_undone_with_its_cause() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue([letter()], now=NOW)
        raise ZeroDivisionError
    assert OutboxMessage.objects.count() == 0


def test_letters_by_the_ten_thousand_are_the_same_rows_as_one_by_one() -> None:
    reader, application = factories.make_user("ada@example.org"), application_in("draft")
    letters = [
        Letter("receipt", Recipient("", "az"), {"name": 'Ə\\"\n\t'}, key="printed"),
        Letter(
            "receipt",
            Recipient("ada@example.org", "ar", reader.pk, together=True),
            {"to_head": True, "dates": ["2026-12-20", None]},
            key="sent",
            only_while="draft",
            not_before=NOW + timedelta(hours=1),
            not_after=NOW + timedelta(days=1),
        ),
    ]
    rows = []
    for write in (enqueue, write_new):
        write(letters, now=NOW, about=application)
        mine = OutboxMessage.objects.about(application)
        rows.append([{**row, "id": None} for row in mine.values()])
        mine.delete()
    assert rows[0] == rows[1] and len(rows[1]) == 2
    write_new([], now=NOW)


def test_a_key_that_exists_is_no_new_letter() -> None:
    enqueue([letter()], now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        write_new([letter("two"), letter()], now=NOW)
    assert OutboxMessage.objects.get().key == "one"


def test_a_letter_without_an_address_is_printed_and_cannot_wait_to_leave() -> None:
    enqueue([letter(email="")], now=NOW)
    assert OutboxMessage.objects.get().state == State.TO_PRINT
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(state=State.PENDING)


@pytest.mark.parametrize("state", [State.SENDING, State.SENT])
def test_a_leaving_letter_has_a_deliverer_and_a_sent_one_its_time(state: str) -> None:
    enqueue([letter()], now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(state=state)


def test_the_same_letter_bears_the_same_message_id_and_another_one_another() -> None:
    assert stable_message_id("a") == stable_message_id("a") != stable_message_id("b")
    assert stable_message_id("a").endswith("@cec.example>")


def test_only_what_waits_and_depends_on_the_state_is_cancelled() -> None:
    subject = application_in("draft")
    other = application_in("draft")
    enqueue([letter("bound", only_while="draft"), letter("free")], now=NOW, about=subject)
    enqueue([letter("printed", email="", only_while="draft")], now=NOW, about=subject)
    enqueue([letter("sent", only_while="draft")], now=NOW, about=subject)
    enqueue([letter("of another", only_while="draft")], now=NOW, about=other)
    OutboxMessage.objects.filter(key="sent").update(state=State.SENT, sent_at=NOW)
    assert cancel_for_left_state(subject, "draft") == 2
    cancelled = OutboxMessage.objects.filter(state=State.CANCELLED).values_list("key", flat=True)
    assert sorted(cancelled) == ["bound", "printed"]
