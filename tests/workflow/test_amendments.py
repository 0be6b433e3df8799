"""What a sender wishes to change in a file that is under way or decided waits for a clerk."""

from dataclasses import replace
from datetime import date, time

import pytest
from django.db import connection

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused, WrongState
from accreditation.core.machine import perform
from accreditation.observers.answers import statement_on
from accreditation.observers.models import Membership, PossibleDuplicate
from accreditation.observers.names import tokens
from accreditation.workflow.amendments import decline, take_over, wish_of
from accreditation.workflow.changing import change_statement
from accreditation.workflow.intake import changes, take_in
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.states import ACCREDITATION
from tests import factories
from tests.factories import (
    NOW,
    actor,
    complete,
    head_of,
    make_approver,
    make_clerk,
    make_membership,
    make_user,
)
from tests.lists import stated

pytestmark = pytest.mark.django_db


def application_in(state: str, **fields) -> Application:
    membership = complete(make_membership(family_name="Vasileva", given_names="Emiliya"))
    return factories.application_in(state, membership=membership, **fields)


def row_of(application: Application, **changed):
    """The row that named the person, with something changed in it."""
    one = application.membership
    values = {
        "family_name": one.family_name, "given_names": one.given_names, "born": one.born,
        "citizenship": one.citizenship_id, "document_number": one.document.number,
        "document_country": one.document.country_id, "document_expires": one.document.expires_on,
    }  # fmt: skip
    return stated(**values | changed)


def send(application: Application, **changed):
    return take_in(
        [row_of(application, **changed)],
        delegation=application.membership.delegation,
        actor=actor(head_of(application)),
        now=NOW,
    )


@pytest.mark.parametrize(
    "state", ["submitted", "under_review", "information_requested", "recommended", "refused", "appealed"]
)
def test_a_corrected_row_of_a_file_under_way_waits_for_a_clerk(state):
    application = application_in(state)
    before = Membership.objects.values().get(pk=application.membership_id)
    result = send(application, family_name="Corrected", phone="+994 12 123456")
    assert (result.amendments, result.changed) == (1, 0)
    assert Membership.objects.values().get(pk=application.membership_id) == before
    amendment = Amendment.objects.get()
    assert (amendment.fields, amendment.is_correction) == (["family_name", "phone"], False)
    assert wish_of(amendment) == {"family_name": "Corrected", "phone": "+994 12 123456"}


def test_a_corrected_row_of_an_accredited_person_asks_for_a_correction():
    application = application_in("approved")
    send(application, family_name="Corrected")
    assert Amendment.objects.get().is_correction


def test_the_preview_names_what_will_wait():
    application = application_in("submitted")
    (change,) = changes(
        [row_of(application, family_name="Corrected")], delegation=application.membership.delegation
    )
    assert (change.kind, change.fields) == ("amendment", ["family_name"])


def test_a_wish_is_not_readable_in_the_database():
    application = application_in("submitted")
    send(application, family_name="Corrected")
    with connection.cursor() as cursor:
        cursor.execute("SELECT wish FROM workflow_amendment")
        assert b"Corrected" not in bytes(cursor.fetchone()[0])


def test_the_same_corrected_list_again_changes_nothing():
    application = application_in("submitted")
    send(application, family_name="Corrected")
    result = send(application, family_name="Corrected")
    assert (result.amendments, result.unchanged) == (0, 1)
    assert AuditEvent.objects.filter(verb="amendment_asked").count() == 1


def test_the_latest_word_of_the_sender_replaces_an_open_wish_and_keeps_what_it_does_not_mention():
    application = application_in("submitted")
    send(application, family_name="Corrected", phone="+994 12 123456")
    send(application, family_name="Corrected again")
    assert wish_of(Amendment.objects.get()) == {"family_name": "Corrected again", "phone": "+994 12 123456"}


def test_a_sender_who_returns_to_the_first_word_takes_the_wish_back():
    application = application_in("submitted")
    send(application, family_name="Corrected")
    send(application)
    amendment = Amendment.objects.get()
    assert (amendment.verdict, amendment.decided_by) == ("declined", None)


def test_a_clerk_takes_a_wish_over_with_document_names_and_hours():
    application, clerk = application_in("under_review"), make_clerk()
    send(application, original_name="Исправленная", document_number="N7654321", document_expires=date(2035,
    5, 5),
         arrives_on=date(2026, 12, 17), arrives_at=time(14, 5))  # fmt: skip
    take_over(Amendment.objects.get(), actor=actor(clerk), now=NOW)
    one = Membership.objects.get(pk=application.membership_id)
    assert (one.original_name, one.arrives_on, one.arrives_at) == (
        "Исправленная",
        date(2026, 12, 17),
        time(14, 5),
    )
    assert (one.document.number, one.document.expires_on) == ("N7654321", date(2035, 5, 5))
    assert one.document_id != application.membership.document_id
    assert set(one.name_tokens.values_list("token", flat=True)) == tokens(
        "Vasileva", "Emiliya", "Исправленная"
    )
    amendment = Amendment.objects.get()
    assert (amendment.verdict, amendment.decided_by) == ("taken", clerk)
    assert AuditEvent.objects.about(application).filter(verb="amendment_taken", actor=clerk).count() == 1


def test_a_wish_is_settled_once():
    application, clerk = application_in("submitted"), actor(make_clerk())
    send(application, family_name="Corrected")
    amendment = Amendment.objects.get()
    decline(amendment, actor=clerk, now=NOW, reason="The passport says otherwise.")
    with pytest.raises(Refused):
        take_over(amendment, actor=clerk, now=NOW)
    assert Membership.objects.get(pk=application.membership_id).family_name != "Corrected"


def test_a_wish_is_declined_with_a_reason():
    application = application_in("submitted")
    send(application, family_name="Corrected")
    with pytest.raises(Refused):
        decline(Amendment.objects.get(), actor=actor(make_clerk()), now=NOW, reason=" ")


@pytest.mark.parametrize("who", ["head", "stranger", "approver"])
def test_only_a_clerk_settles_a_wish(who):
    application = application_in("submitted")
    send(application, family_name="Corrected")
    user = {"head": head_of(application), "stranger": make_user(), "approver": make_approver()}[who]
    with pytest.raises(NotAllowed):
        take_over(Amendment.objects.get(), actor=actor(user), now=NOW)
    with pytest.raises(NotAllowed):
        decline(Amendment.objects.get(), actor=actor(user), now=NOW, reason="No.")


def test_a_correction_is_taken_over_by_the_move_correct_only():
    application, approver = application_in("approved"), make_approver()
    send(application, family_name="Corrected")
    amendment = Amendment.objects.get()
    with pytest.raises(Refused):
        take_over(amendment, actor=actor(make_clerk()), now=NOW)
    perform(
        ACCREDITATION,
        application.accreditation_id,
        "correct",
        actor=actor(approver),
        now=NOW,
        amendment=amendment,
    )
    assert Membership.objects.get(pk=application.membership_id).family_name == "Corrected"
    assert Amendment.objects.get().verdict == "taken"


def test_another_category_is_a_move_of_the_file():
    application, clerk = application_in("submitted"), make_clerk()
    send(application, category="foreign-journalist")
    take_over(Amendment.objects.get(), actor=actor(clerk), now=NOW)
    application = Application.objects.get(pk=application.pk)
    assert (application.category.code, application.membership.category.code) == ("foreign-journalist",) * 2
    assert AuditEvent.objects.about(application).filter(verb="change_category", actor=clerk).exists()


def categories_of(application: Application) -> tuple[str, str]:
    """The category of the file, and that of the statement which leads it."""
    application = Application.objects.get(pk=application.pk)
    return application.category.code, application.membership.category.code


@pytest.mark.parametrize("state", ["draft", "submitted", "under_review"])
@pytest.mark.parametrize("who", ["the head", "a clerk"])
def test_a_file_and_its_statement_name_the_same_category_after_the_move(state, who):
    application = application_in(state)
    elsewhere = make_membership(
        factories.make_mission(application.election), application.person, is_primary=False
    )
    journalists = application.election.categories.get(code="foreign-journalist")
    user = head_of(application) if who == "the head" else make_clerk()
    factories.move(application, "change_category", user, category=journalists)
    assert categories_of(application) == ("foreign-journalist", "foreign-journalist")
    assert Membership.objects.get(pk=elsewhere.pk).category.code == "international-observer"


def test_the_rules_of_the_new_category_are_those_of_the_statement():
    """A citizen of the host whom a clerk has put among the journalists can still change the phone number."""
    application = application_in("under_review")
    factories.make_country("AZE")
    journalists = application.election.categories.get(code="foreign-journalist")
    factories.move(application, "change_category", make_clerk(), category=journalists)
    Membership.objects.update(citizenship="AZE")
    membership = Membership.objects.get(pk=application.membership_id)
    said = replace(statement_on(membership), phone="+994 12 123456")
    assert change_statement(membership, said, actor=actor(head_of(application)), now=NOW) is not None
    assert Amendment.objects.get().fields == ["phone"]


def test_an_answer_is_written_at_once_and_another_category_in_it_waits_for_the_clerk():
    application, clerk = application_in("information_requested"), make_clerk()
    membership = application.membership
    said = replace(statement_on(membership), phone="+994 12 123456", category="foreign-journalist")
    change_statement(membership, said, actor=actor(head_of(application)), now=NOW)
    assert Membership.objects.get(pk=membership.pk).phone == "+994 12 123456"
    assert categories_of(application) == ("international-observer", "international-observer")
    assert Amendment.objects.get().fields == ["category"]
    factories.move(application, "resume", clerk)
    take_over(Amendment.objects.get(), actor=actor(clerk), now=NOW)
    assert categories_of(application) == ("foreign-journalist", "foreign-journalist")


def test_a_correction_changes_no_category_of_an_accreditation():
    application = application_in("approved")
    send(application, category="foreign-journalist", family_name="Corrected")
    with pytest.raises(Refused) as refused:
        perform(
            ACCREDITATION, application.accreditation_id, "correct", actor=actor(make_approver()), now=NOW,
            amendment=Amendment.objects.get(),
        )  # fmt: skip
    assert [why.code for why in refused.value.reasons] == ["category_stays"]
    assert categories_of(application) == ("international-observer", "international-observer")
    assert Membership.objects.get(pk=application.membership_id).family_name == "Vasileva"


def test_another_category_of_a_file_that_cannot_change_it_leaves_everything_as_it_was():
    application = application_in("recommended")
    send(application, category="foreign-journalist", family_name="Corrected")
    with pytest.raises(WrongState):
        take_over(Amendment.objects.get(), actor=actor(make_clerk()), now=NOW)
    assert Membership.objects.get(pk=application.membership_id).family_name != "Corrected"
    assert Amendment.objects.get().verdict == "open"


def test_a_wish_that_makes_people_alike_raises_a_doubt_when_it_is_taken_over():
    application, other = application_in("under_review"), application_in("draft")
    document = other.membership.document
    send(application, document_number=document.number, document_country=document.country_id)
    PossibleDuplicate.objects.all().delete()
    take_over(Amendment.objects.get(), actor=actor(make_clerk()), now=NOW)
    assert PossibleDuplicate.objects.get().agrees == ["document", "birth", "name"]


# --- by hand ---


def edit(application, user, fields=None, **changed):
    return change_statement(
        application.membership, row_of(application, **changed), actor=actor(user), now=NOW, fields=fields
    )


def test_a_head_edits_a_draft_at_once_and_may_empty_a_field():
    application = application_in("draft")
    head = head_of(application)
    assert edit(application, head, fields={"email", "phone"}, phone="+994 12 123456").kind == "draft"
    one = Membership.objects.get(pk=application.membership_id)
    assert (one.email, one.phone) == ("", "+994 12 123456")
    assert AuditEvent.objects.get(verb="statement_changed").fields == ["email", "phone"]


def test_an_edit_of_a_file_under_way_waits_for_a_clerk():
    application = application_in("under_review")
    assert edit(application, head_of(application), family_name="Corrected").kind == "amendment"


def test_an_answer_to_a_request_is_written_at_once():
    application = application_in("information_requested")
    assert edit(application, head_of(application), family_name="Corrected").kind == "draft"
    assert Membership.objects.get(pk=application.membership_id).family_name == "Corrected"


def test_an_edit_that_says_nothing_new_is_none():
    application = application_in("draft")
    assert edit(application, head_of(application)) is None


def test_an_edit_obeys_the_rules_of_a_row():
    application = application_in("draft")
    with pytest.raises(Refused) as refused:
        edit(application, head_of(application), family_name="X \u202e Y")
    assert [reason.code for reason in refused.value.reasons] == ["hidden_characters"]


def test_nobody_else_edits():
    application = application_in("draft")
    with pytest.raises(NotAllowed):
        edit(application, make_user(), family_name="Corrected")


def test_the_applicant_edits_the_own_draft():
    user = make_user()
    application = application_in("draft", applicant=user)
    assert edit(application, user, family_name="Corrected").kind == "draft"
    application.person.refresh_from_db()
    assert application.person.family_name == "Corrected"


def test_what_the_commission_has_confirmed_is_not_touched():
    application = application_in("approved")
    person = application.person
    send(application, family_name="Corrected")
    perform(
        ACCREDITATION, application.accreditation_id, "correct", actor=actor(make_approver()), now=NOW,
        amendment=Amendment.objects.get(),
    )  # fmt: skip
    person.refresh_from_db()
    assert person.confirmed_at is not None and person.family_name == "Vasileva"
