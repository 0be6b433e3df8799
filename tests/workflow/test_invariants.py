"""What must always be true is looked at with eyes open: each predicate finds what is broken behind the back of all
constraints and triggers, and says which row it is.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Badge
from accreditation.workflow.invariants import PREDICATES, findings
from accreditation.workflow.models import Application
from tests.badges import make_badge, make_keys
from tests.factories import application_in, make_document, make_mission
from tests.scans import make_scan

pytestmark = pytest.mark.django_db

APPLICATION, EVENT, LETTER = "workflow_application", "core_auditevent", "core_outboxmessage"


def broken(statement: str, *values: Any) -> None:
    """Write what no door of ours would let through: triggers and foreign keys are off for this transaction."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = origin")


def a_grant_without_its_file() -> str:
    file = application_in("approved")
    broken(f"UPDATE {APPLICATION} SET state = 'withdrawn', accreditation_id = NULL WHERE id = %s", file.pk)
    return f"accreditation {file.accreditation_id} belongs to no application"


def a_decision_that_is_on_no_record() -> str:
    file = application_in("approved")
    broken("DELETE FROM workflow_decision WHERE application_id = %s", file.pk)
    return f"application {file.pk}: 1 moves 'approve', 0 decisions"


def a_version_without_its_event() -> str:
    file = application_in("submitted")
    broken(f"UPDATE {APPLICATION} SET version = version + 1 WHERE id = %s", file.pk)
    return f"workflow.application {file.pk} is at version 3 with 2 events"


def a_state_that_nobody_moved() -> str:
    file = application_in("submitted")
    broken(f"UPDATE {APPLICATION} SET state = 'under_review' WHERE id = %s", file.pk)
    return f"workflow.application {file.pk} is 'under_review', which its last event does not say"


def an_event_from_another_state() -> str:
    file = application_in("under_review")
    broken(
        f"UPDATE {EVENT} SET from_state = 'draft' WHERE subject_type = 'workflow.application'"
        " AND subject_id = %s AND version = 3",
        file.pk,
    )
    return f"workflow.application {file.pk}: the move to version 3 starts where no move ended"


def a_decision_without_its_letter() -> str:
    file = application_in("refused")
    broken(f"DELETE FROM {LETTER} WHERE kind = 'refusal' AND about_id = %s", file.pk)
    return f"decision {file.decisions.get().pk} (refusal) has no letter"


def a_letter_about_what_was_taken_back() -> str:
    file = application_in("approved")
    broken("UPDATE workflow_decision SET taken_back_at = decided_at WHERE application_id = %s", file.pk)
    return f"decision {file.decisions.get().pk} was taken back, and its letter was not stopped"


def a_badge_that_holds_longer() -> str:
    badge = make_badge("printed")
    broken("UPDATE credentials_accreditation SET state = 'suspended' WHERE id = %s", badge.accreditation_id)
    return f"badge {badge.pk} holds, but its accreditation is suspended"


def a_grant_without_a_badge() -> str:
    file = application_in("approved")
    broken("DELETE FROM credentials_badge WHERE accreditation_id = %s", file.accreditation_id)
    assert not Badge.objects.exists()
    return f"accreditation {file.accreditation_id} is in force and never had a badge"


def a_letter_in_dead_hands() -> str:
    letter = OutboxMessage.objects.about(application_in("submitted")).get()
    broken(f"UPDATE {LETTER} SET state = 'sending', claimed_by = 4711 WHERE id = %s", letter.pk)
    return f"letter {letter.pk} is leaving, but its deliverer is gone"


def a_clock_of_its_own() -> str:
    file = application_in("submitted")
    broken(
        f"UPDATE {APPLICATION} SET decision_due_at = decision_due_at + interval '1 day' WHERE id = %s",
        file.pk,
    )
    due = file.decision_due_at
    late = Application.objects.get(pk=file.pk).decision_due_at
    return f"application {file.pk} is due at {late}, by law at {due}"


def a_file_in_another_mission() -> str:
    file = application_in("submitted")
    broken(f"UPDATE {APPLICATION} SET mission_id = %s WHERE id = %s", make_mission(file.election).pk, file.pk)
    return f"application {file.pk} is not where its primary membership is"


def a_person_behind_the_tally_s_back() -> str:
    file = application_in("draft")
    broken("UPDATE observers_membership SET ended_at = now() WHERE id = %s", file.membership_id)
    return f"mission {file.mission_id} has 0 'people', and its tally says 1"


def a_seal_of_another_row() -> str:
    file = application_in("draft")
    other = make_document(file.person, "X1234567")
    broken(
        "UPDATE observers_identitydocument SET number = (SELECT number FROM observers_identitydocument"
        " WHERE id = %s) WHERE id = %s",
        file.membership.document_id,
        other.pk,
    )
    return f"identity document {other.pk} does not open"


def a_letter_before_its_cause() -> str:
    letter = OutboxMessage.objects.about(application_in("submitted")).get()
    broken(
        f"UPDATE {LETTER} SET state = 'sent', sent_at = created_at - interval '1 hour' WHERE id = %s",
        letter.pk,
    )
    return f"letter {letter.pk} left before it was written"


def a_scan_of_a_badge_that_is_gone() -> str:
    scan = make_scan(make_badge())
    broken("DELETE FROM credentials_badge WHERE id = %s", scan.badge_id)
    return f"scan {scan.pk} is of badge {scan.badge_id}, which is not there"


BREAKS: dict[str, Callable[[], str]] = {
    "every_approved_application_was_granted_exactly_once": a_grant_without_its_file,
    "every_decision_is_on_record": a_decision_that_is_on_no_record,
    "every_version_has_exactly_one_event": a_version_without_its_event,
    "every_state_is_what_its_last_event_says": a_state_that_nobody_moved,
    "events_follow_each_other": an_event_from_another_state,
    "every_decision_has_its_letter": a_decision_without_its_letter,
    "no_letter_tells_of_a_decision_taken_back": a_letter_about_what_was_taken_back,
    "no_badge_outlives_its_accreditation": a_badge_that_holds_longer,
    "every_accreditation_in_force_has_had_a_badge": a_grant_without_a_badge,
    "no_letter_is_left_leaving": a_letter_in_dead_hands,
    "the_clock_is_the_law_s": a_clock_of_its_own,
    "a_file_follows_its_primary_statement": a_file_in_another_mission,
    "tallies_agree_with_a_count": a_person_behind_the_tally_s_back,
    "seals_open": a_seal_of_another_row,
    "sent_letters_left_after_their_cause": a_letter_before_its_cause,
    "every_scan_knows_its_badge": a_scan_of_a_badge_that_is_gone,
}


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, settings: Any) -> None:
    settings.SIGNING_KEYS_DIR, settings.PRIVATE_FILES_ROOT = tmp_path / "keys", tmp_path / "files"
    make_keys()


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found_and_named(name: str) -> None:
    assert findings() == []
    sentence = BREAKS[name]()
    assert (name, sentence) in findings()


def test_every_predicate_is_broken_here() -> None:
    assert sorted(predicate.__name__ for predicate in PREDICATES) == sorted(BREAKS)


def test_the_command_ends_with_1_and_says_what_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_invariants")
    sentence = a_state_that_nobody_moved()
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_invariants")
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert sentence in said.out + said.err
