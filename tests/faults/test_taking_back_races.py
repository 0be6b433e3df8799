"""A decision is taken back at the very moment at which its letter leaves: one of the two happens, never both."""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from accreditation.core.delivery import deliver
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application, Decision
from tests.factories import (
    GROUND,
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    move,
)
from tests.faults.test_races import at_once
from tests.mail_server import Sink

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROUNDS = 100


def delivered() -> Any:
    return SimpleNamespace(state=f"{deliver().sent} sent")


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_a_decision_is_taken_back_or_its_letter_leaves_and_never_both(sink: Sink, decision: str) -> None:
    mission = make_mission(make_election(second_review="none"))
    make_head(mission)
    clerk, approver = make_clerk(), make_approver()
    wish, given = ("approval", {}) if decision == "approve" else ("refusal", GROUND)
    seen: Counter[tuple[str, ...]] = Counter()
    for _ in range(ROUNDS):
        application = make_application(complete(make_membership(mission)))
        move(application, "submit", head_of(application))
        move(application, "take", clerk)
        move(application, f"recommend_{wish}", clerk, documents_checked=True, **given)
        now = timezone.now()
        decided = move(application, decision, approver, now=now, **given)
        letter = OutboxMessage.objects.about(decided).filter(kind=wish)
        OutboxMessage.objects.exclude(pk__in=letter).filter(state="pending").update(state="cancelled")
        letter.update(due_at=now)  # the last moment of the window is here

        answers = at_once(
            lambda now=now: move(decided, "take_back_decision", approver, now=now + timedelta(seconds=1)),
            delivered,
        )
        seen[tuple(answers)] += 1
        state, letters = Application.objects.get(pk=decided.pk).state, {one.state for one in letter.all()}
        assert (state, letters) in (("recommended", {"cancelled"}), (decided.state, {"sent"}))

    sent = seen.pop(("Refused", "1 sent"), 0)
    back = seen.pop(("recommended", "0 sent"), 0)
    assert (dict(seen), sent + back) == ({}, ROUNDS)
    assert len(sink.received) == sent
    assert Decision.objects.filter(taken_back_at__isnull=False).count() == back
    assert findings() == []
