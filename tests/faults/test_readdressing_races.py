"""A letter is readdressed at the very moment at which it leaves: it arrives at one address, never at both or none."""

from collections import Counter
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accreditation.core.delivery import deliver
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.readdressing import send_elsewhere
from tests.core.test_delivery import write
from tests.factories import actor, make_clerk
from tests.faults.test_races import at_once
from tests.mail_server import Sink

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROUNDS = 100
State = OutboxMessage.State


def test_a_letter_arrives_at_the_old_address_or_at_the_new_one_and_only_once(sink: Sink) -> None:
    clerk = actor(make_clerk())
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        old, new = f"old{number}@example.org", f"new{number}@example.org"
        letter = write(number, email=old)
        now = timezone.now()
        answers = at_once(
            lambda pk=letter.pk, new=new, now=now: send_elsewhere(
                pk, new, actor=clerk, now=now, reason="Told."
            ),
            lambda: SimpleNamespace(state=f"{deliver().sent} sent"),
        )
        deliver()
        arrived = [address for address in sink.addresses() if address in (old, new)]
        assert arrived == ([new] if answers[0] == State.PENDING else [old])
        seen[answers[0]] += 1
    assert seen.keys() <= {State.PENDING, "WrongState"} and seen.total() == ROUNDS
    assert set(OutboxMessage.objects.values_list("state", flat=True)) <= {State.SENT, State.CANCELLED}


def test_two_clerks_with_two_addresses_at_once_send_one_letter(sink: Sink) -> None:
    clerks = [actor(make_clerk()), actor(make_clerk())]
    for number in range(20):
        letter = write(number, state=State.FAILED)
        answers = at_once(
            *(
                lambda pk=letter.pk, who=who, to=to: send_elsewhere(
                    pk, to, actor=who, now=timezone.now(), reason="Told."
                )
                for who, to in zip(clerks, (f"a{number}@example.org", f"b{number}@example.org"), strict=True)
            )
        )
        assert sorted(answers) == ["WrongState", State.PENDING]
    deliver()
    assert len(sink.received) == 20
