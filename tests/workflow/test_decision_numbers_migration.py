"""The note of a hearing leaves the words of the letter, and is not lost where the migration is undone."""

from importlib import import_module

import pytest
from django.db import connection

from accreditation.core.machine import perform
from accreditation.workflow.models import Decision
from accreditation.workflow.states import ACCREDITATION
from tests.factories import NOW, actor, application_in, make_approver

pytestmark = pytest.mark.django_db


def test_reason_and_note_are_parted_and_joined_again() -> None:
    migration = import_module("accreditation.workflow.migrations.0010_decision_numbers")
    reason, note = "Campaigned.\n\nTwice.", "Heard by telephone.\n\nDenied it."
    held = application_in("approved").accreditation
    perform(ACCREDITATION, held.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Test.")
    wish = {"reason": reason, "hearing_note": note}
    perform(ACCREDITATION, held.pk, "revoke", actor=actor(make_approver()), now=NOW, **wish)
    decision = Decision.objects.get(kind="revocation")
    with connection.cursor() as cursor:
        cursor.execute(migration.JOIN)
        decision.refresh_from_db()
        assert decision.text == f"{reason}\n\n{note}"
        Decision.objects.filter(pk=decision.pk).update(file_note="")
        cursor.execute(migration.SPLIT)
    decision.refresh_from_db()
    assert (decision.text, decision.file_note) == (reason, note)
