"""The note of a hearing leaves the words of decisions and of letters that may still leave; undoing does not lose it."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.models import Decision
from accreditation.workflow.states import ACCREDITATION
from tests.factories import NOW, actor, application_in, make_approver

pytestmark = pytest.mark.django_db


def revoked(reason: str, note: str) -> Any:
    """An accreditation that was suspended and then revoked."""
    held = application_in("approved").accreditation
    perform(ACCREDITATION, held.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Test.")
    wish = {"reason": reason, "hearing_note": note}
    perform(ACCREDITATION, held.pk, "revoke", actor=actor(make_approver()), now=NOW, **wish)
    return held


def test_reason_and_note_are_parted_and_joined_again() -> None:
    migration = import_module("accreditation.workflow.migrations.0010_decision_numbers")
    reason, note = "Campaigned.\n\nTwice.", "Heard by telephone.\n\nDenied it."
    revoked(reason, note)
    decision = Decision.objects.get(kind="revocation")
    with connection.cursor() as cursor:
        cursor.execute(migration.JOIN)
        decision.refresh_from_db()
        assert decision.text == f"{reason}\n\n{note}"
        Decision.objects.filter(pk=decision.pk).update(file_note="")
        cursor.execute(migration.SPLIT)
    decision.refresh_from_db()
    assert (decision.text, decision.file_note) == (reason, note)


@pytest.mark.parametrize(
    ("state", "came_back", "with_note"),
    [
        ("pending", False, False),
        ("failed", False, False),
        ("to_print", False, False),
        ("uncertain", False, False),
        ("sent", True, False),  # sent to another address, it leaves again
        ("sent", False, True),  # as it was read
    ],
)
def test_a_letter_that_may_still_leave_leaves_without_the_note(
    state: str, came_back: bool, with_note: bool
) -> None:
    migration = import_module("accreditation.workflow.migrations.0011_letters_without_notes")
    reason, note = "Campaigned.\n\nTwice.", "Heard by telephone.\n\nDenied it."
    held = revoked(reason, note)
    letters = OutboxMessage.objects.filter(kind="revocation").order_by("pk")
    assert letters and {letter.facts["reason"] for letter in letters} == {reason}
    for letter in letters:
        letter.facts["reason"], letter.state = f"{reason}\n\n{note}", state
        letter.sent_at = NOW if state == "sent" else None
        letter.bounced_at = NOW if came_back else None
        letter.save()
    others = {**letters[0].facts, "reason": ""}
    with connection.cursor() as cursor:
        for _time in range(2):  # the second time it changes nothing
            cursor.execute(migration.LEAVE_THE_NOTE)
    found = [letter.facts for letter in letters.all()]
    assert {facts["reason"] for facts in found} == {f"{reason}\n\n{note}" if with_note else reason}
    assert {**found[0], "reason": ""} == others
    assert {letter.about_id for letter in letters} == {held.pk}
