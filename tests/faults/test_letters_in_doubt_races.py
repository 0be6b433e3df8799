"""Many letters in doubt are settled by two clerks at once while a deliverer works: each is settled once."""

import threading
from collections import Counter

import pytest
from django.db import connections
from django.utils import timezone

from accreditation.core.audit import AuditEvent
from accreditation.core.correspondence import settle_each
from accreditation.core.delivery import deliver
from accreditation.core.outbox import OutboxMessage
from tests.core.test_delivery import write
from tests.factories import actor, make_clerk
from tests.mail_server import Sink

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LETTERS = 100
State = OutboxMessage.State


def test_each_letter_is_said_to_be_sent_or_sent_again_and_never_both(sink: Sink) -> None:
    letters = [write(number, state=State.UNCERTAIN) for number in range(LETTERS)]
    pks = [letter.pk for letter in letters]
    clerks = {name: actor(make_clerk()) for name in ("was_sent", "send_again")}
    barrier, refused = threading.Barrier(3), {}

    def say(name: str, order: list[int]) -> None:
        barrier.wait()
        refused[name] = settle_each(order, name, actor=clerks[name], now=timezone.now(), reason="Looked.")
        connections.close_all()

    def carry() -> None:
        barrier.wait()
        for _ in range(5):
            deliver()
        connections.close_all()

    threads = [
        threading.Thread(target=say, args=("was_sent", pks)),
        threading.Thread(target=say, args=("send_again", pks[::-1])),
        threading.Thread(target=carry),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deliver()

    again = set(pks) - refused["send_again"].keys()
    assert again == refused["was_sent"].keys(), "what one clerk settled the other was told of"
    arrived = Counter(sink.addresses())
    assert arrived == Counter(letter.email for letter in letters if letter.pk in again)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}
    events = AuditEvent.objects.filter(verb__in=["letter_was_sent", "letter_send_again"])
    assert events.count() == LETTERS == events.values("subject_id").distinct().count()
