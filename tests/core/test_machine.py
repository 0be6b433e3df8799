"""The write door, proved on the application: the order of its steps, and what PostgreSQL refuses behind it."""

import pytest
from django.db import IntegrityError, connection, transaction

from accreditation.core.actors import SYSTEM
from accreditation.core.audit import AuditEvent, creations
from accreditation.core.errors import NotAllowed, Refused, WrongState
from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from accreditation.workflow.states import APPLICATION
from tests.factories import (
    NOW,
    REQUEST,
    actor,
    application_in,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_head,
    make_mission,
    move,
)

pytestmark = pytest.mark.django_db


def stored(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def events(application: Application) -> list[tuple[int | None, str, str, str]]:
    return list(
        AuditEvent.objects.about(application).values_list("version", "verb", "from_state", "to_state")
    )


def test_a_move_writes_state_version_event_and_letter() -> None:
    application = make_application()
    head = head_of(application)

    moved = perform(APPLICATION, application.pk, "submit", actor=actor(head), now=NOW, expected_version=1)

    assert (moved.state, moved.version, moved.moved_at) == ("submitted", 2, NOW)
    assert (stored(application).state, stored(application).version) == ("submitted", 2)
    assert events(application) == [(1, "created", "", "draft"), (2, "submit", "draft", "submitted")]
    letters = OutboxMessage.objects.about(application)
    assert [(letter.kind, letter.email) for letter in letters] == [("receipt", application.membership.email)]
    event = AuditEvent.objects.about(application).last()
    assert event is not None and event.actor_id == head.pk
    assert letters[0].key == f"{event.pk}:receipt:{application.membership.email}"
    assert findings() == []


def test_what_the_actor_may_not_see_does_not_exist() -> None:
    application = make_application()
    stranger = make_head(make_mission(application.election))

    with pytest.raises(Application.DoesNotExist):
        move(application, "submit", stranger)
    assert events(application) == [(1, "created", "", "draft")]


def test_permission_is_asked_before_the_state_is_told() -> None:
    approved = application_in("approved")

    with pytest.raises(NotAllowed):
        move(approved, "submit", make_approver())


def test_a_double_click_succeeds_and_does_nothing() -> None:
    application = application_in("submitted")
    clerk = make_clerk()
    move(application, "take", clerk, expected_version=2)

    again = move(application, "take", clerk, expected_version=2)

    assert (again.state, again.version) == ("under_review", 3)
    assert len(events(application)) == 3


def test_another_clerk_s_same_move_is_a_conflict_that_says_who_and_when() -> None:
    application = application_in("submitted")
    first, second = make_clerk(), make_clerk()
    move(application, "take", first, expected_version=2)

    with pytest.raises(WrongState) as conflict:
        move(application, "take", second, expected_version=2)
    assert (conflict.value.state, conflict.value.moved_by, conflict.value.moved_at) == (
        "under_review",
        str(first),
        NOW,
    )


def test_a_page_from_before_a_change_is_a_conflict_even_where_the_state_would_do() -> None:
    application = application_in("under_review")
    other = application.election.categories.get(code="foreign-journalist")
    move(application, "change_category", make_clerk(), category=other)

    with pytest.raises(WrongState):
        move(application, "recommend_approval", make_clerk(), documents_checked=True, expected_version=3)


def test_all_reasons_are_given_not_the_first_only() -> None:
    application = application_in("under_review")
    application.membership.sender_confirmed = False
    application.membership.save()

    with pytest.raises(Refused) as refused:
        move(application, "recommend_refusal", make_clerk())
    assert [reason.code for reason in refused.value.reasons] == [
        "documents_not_checked",
        "sender_not_confirmed",
        "no_ground",
    ]
    assert stored(application).version == application.version


def test_a_reason_that_must_be_given_is_asked_for() -> None:
    application = application_in("recommended")

    with pytest.raises(Refused) as refused:
        move(application, "send_back", make_approver(), reason="  ")
    assert [reason.code for reason in refused.value.reasons] == ["no_reason"]


def test_a_waiting_request_is_cancelled_when_its_state_is_left() -> None:
    application = application_in("information_requested")

    move(application, "resume", make_clerk())

    states = (
        OutboxMessage.objects.about(application)
        .filter(kind="information_request")
        .values_list("state", flat=True)
    )
    assert list(states) == ["cancelled"]


def test_a_database_constraint_becomes_a_sentence() -> None:
    application = application_in("under_review")
    move(application, "ask", make_clerk(), **REQUEST)
    Application.objects.filter(pk=application.pk).update()
    request = application.information_requests.get()
    move(application, "resume", make_clerk())
    application.information_requests.filter(pk=request.pk).update(answered_at=None)

    with pytest.raises(Refused) as refused:
        move(application, "ask", make_clerk(), **REQUEST)
    assert [reason.code for reason in refused.value.reasons] == ["asked_already"]


# What PostgreSQL refuses, raw SQL included


def refused_by(constraint: str, sql: str, *values: object) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
        connection.check_constraints()
    assert error.value.__cause__.diag.constraint_name == constraint


def test_a_state_cannot_change_without_its_event() -> None:
    application = make_application()
    update = "UPDATE workflow_application SET state = 'withdrawn', version = 2 WHERE id = %s"
    refused_by("workflow_application_has_event", update, application.pk)


@pytest.mark.parametrize("version", [2, 3, 5])
def test_a_version_can_be_neither_kept_nor_skipped_nor_taken_back(version: int) -> None:
    application = application_in("under_review")
    connection.check_constraints()
    update = "UPDATE workflow_application SET state = 'submitted', version = %s WHERE id = %s"
    refused_by("workflow_application_has_event", update, version, application.pk)


def test_nothing_is_born_in_a_late_state() -> None:
    application = make_application()
    birth = (
        "INSERT INTO workflow_application (version, public_id, state, opened_at, recommendation, documents_checked,"
        " category_id, election_id, membership_id, mission_id, person_id)"
        " SELECT 1, 'x', 'withdrawn', now(), '', false, category_id, election_id, membership_id, mission_id, person_id"
        " FROM workflow_application WHERE id = %s"
    )
    refused_by("workflow_application_has_event", birth, application.pk)


def test_an_event_cannot_stand_without_its_move() -> None:
    application = make_application()
    event = (
        "INSERT INTO core_auditevent (at, request_id, verb, subject_type, subject_id, version, from_state, to_state,"
        " reason, fields, facts) VALUES (now(), '', 'submit', 'workflow.application', %s, 2, 'draft', 'submitted',"
        " '', '{}', '{}')"
    )
    refused_by("workflow_application_event_has_move", event, application.pk)


@pytest.mark.parametrize("sql", ["UPDATE core_auditevent SET verb = 'x'", "DELETE FROM core_auditevent"])
def test_the_audit_cannot_be_changed(sql: str) -> None:
    make_application()
    refused_by("audit_is_append_only", sql)


def test_the_audit_cannot_be_emptied() -> None:
    make_application()
    connection.check_constraints()
    with connection.cursor() as cursor:  # only the test database may empty it, see conftest
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER audit_no_truncate")
    refused_by("audit_is_append_only", "TRUNCATE core_auditevent CASCADE")


def test_audit_rows_refuse_deletion_in_python_as_well() -> None:
    application = make_application()
    for attempt in (AuditEvent.objects.all().delete, AuditEvent.objects.about(application).get().delete):
        with pytest.raises(TypeError):
            attempt()


def test_a_second_event_for_a_version_is_refused_even_without_the_lock() -> None:
    application = make_application()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.bulk_create(creations([application], actor=SYSTEM, now=NOW))
