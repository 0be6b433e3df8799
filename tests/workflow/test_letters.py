"""Which move writes which letter, to whom, in which language, with which facts, and what cancels it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from accreditation.core.machine import perform
from accreditation.core.mail import render
from accreditation.core.outbox import Letter, OutboxMessage, enqueue
from accreditation.credentials.models import Badge
from accreditation.missions.models import MissionRole
from accreditation.workflow.appeals import appeal_last_moment
from accreditation.workflow.recipients import readers_of
from accreditation.workflow.states import ACCREDITATION, MISSION
from tests.factories import (
    NOW,
    REQUEST,
    RULING,
    actor,
    application_in,
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    make_user,
    move,
)

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def letters(subject: Any, kind: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.about(subject).filter(kind=kind))


def text_of(letter: OutboxMessage, **when: Any) -> str:
    return render(letter.kind, letter.language, [letter.facts], sent_at=when.get("sent_at", NOW)).text


# Who reads it


def test_a_letter_goes_to_the_address_on_the_membership() -> None:
    application = application_in("submitted")
    (letter,) = letters(application, "receipt")
    assert (letter.email, letter.together) == (application.membership.email, False)


def test_without_it_to_the_applicants_account_in_the_accounts_language() -> None:
    applicant = make_user("applicant@example.org", language="fr")
    mission = make_mission()
    make_head(mission)
    application = make_application(complete(make_membership(mission, email="")), applicant=applicant)
    move(application, "submit", applicant)
    (letter,) = letters(application, "receipt")
    assert (letter.email, letter.language, letter.user_id) == ("applicant@example.org", "fr", applicant.pk)


def test_without_any_to_everybody_who_speaks_for_the_mission_as_one_mail_each() -> None:
    mission = make_mission()
    head, deputy, gone = make_head(mission), make_head(mission, duty="deputy"), make_head(mission)
    MissionRole.objects.filter(user=gone).update(ended_at=NOW)
    application = make_application(complete(make_membership(mission, email="")))
    move(application, "submit", head)
    found = letters(application, "receipt")
    assert [(one.email, one.together) for one in found] == [(head.email, True), (deputy.email, True)]
    assert text_of(found[0]).startswith(f"To the mission “{mission.name}”:")


def test_without_anybody_the_commission_prints_it() -> None:
    application = make_application(make_membership(make_mission(language="ru"), email=""))
    (reader,) = readers_of(application)
    assert (reader.email, reader.language) == ("", "ru")
    enqueue([Letter("receipt", reader, key="to print")], now=NOW, about=application)
    (letter,) = letters(application, "receipt")
    assert letter.state == State.TO_PRINT


def test_the_missions_language_stands_in_for_an_accounts() -> None:
    application = make_application(complete(make_membership(make_mission(language="ru"))))
    move(application, "submit", head_of(application))
    (letter,) = letters(application, "receipt")
    assert letter.language == "ru"


def test_the_texts_of_the_commission_are_frozen_in_the_readers_language() -> None:
    election = make_election(name_ru="Выборы в парламент", published_at=None)
    election.categories.filter(code="international-observer").update(name_ru="международный наблюдатель")
    type(election).objects.filter(pk=election.pk).update(published_at=NOW)
    application = make_application(complete(make_membership(make_mission(election, language="ru"))))
    move(application, "submit", head_of(application))
    (letter,) = letters(application, "receipt")
    assert letter.facts["category"] == "международный наблюдатель"
    assert letter.facts["election"] == "Выборы в парламент"


# What it says


def test_a_receipt_says_the_legal_decision_date_with_hour_and_zone() -> None:
    (letter,) = letters(application_in("submitted"), "receipt")
    assert "26 November 2026, 23:59 Baku time (UTC+4)" in text_of(letter)
    assert f"{settings.SITE_URL}/en/apply/" in text_of(letter)


def test_a_request_says_what_and_by_when_and_is_cancelled_by_the_answer() -> None:
    application = application_in("information_requested")
    (letter,) = letters(application, "information_request")
    assert REQUEST["text"] in text_of(letter)
    assert "until 1 December 2026, 23:59 Baku time (UTC+4)" in text_of(letter)
    move(application, "answer", head_of(application))
    letter.refresh_from_db()
    assert letter.state == State.CANCELLED


def test_an_approval_says_number_term_and_decision_and_waits_for_its_undo_window() -> None:
    application = application_in("approved")
    (letter,) = letters(application, "approval")
    assert letter.due_at == NOW + timedelta(seconds=settings.LETTER_UNDO_SECONDS)
    for words in (
        application.accreditation.number_in_words,
        application.decisions.get().number,
        "until the day on which the official results are published",
    ):
        assert words in text_of(letter)


def test_a_refusal_says_grounds_law_and_the_last_day_of_the_appeal_as_the_calendar_does() -> None:
    application = application_in("refused")
    (letter,) = letters(application, "refusal")
    sent = NOW + timedelta(days=1, hours=13)
    text = text_of(letter, sent_at=sent)
    for words in ("was not confirmed", "Election Code art. 44", "Court of Appeal", "Election Code art. 112"):
        assert words in text
    OutboxMessage.objects.filter(pk=letter.pk).update(state=State.SENT, sent_at=sent)
    last = appeal_last_moment(application)
    assert last is not None
    assert application.election.calendar.in_words(last) in text


def test_receipts_and_decisions_are_not_cancelled_by_what_follows() -> None:
    application = application_in("appealed")
    assert {one.state for one in OutboxMessage.objects.about(application)} == {State.PENDING}


def test_an_appeal_is_confirmed_and_its_outcome_said() -> None:
    application = application_in("appealed")
    assert len(letters(application, "appeal_received")) == 1
    move(application, "overturn", make_approver(), **RULING)
    (letter,) = letters(application, "appeal_outcome")
    assert "The appeal was granted" in text_of(letter)
    assert RULING["ruling"] in text_of(letter)


def test_a_withdrawal_is_told_to_the_person_and_to_the_heads() -> None:
    application = application_in("submitted")
    head = head_of(application)
    move(application, "withdraw", head)
    found = {one.email for one in letters(application, "withdrawn_notice")}
    assert found == {application.membership.email, head.email}


def test_a_registered_mission_learns_it_with_the_deadline() -> None:
    mission = make_mission(state="invited")
    head = make_head(mission)
    perform(MISSION, mission.pk, "apply", actor=actor(head), now=NOW)
    clerk = make_clerk()
    perform(MISSION, mission.pk, "take", actor=actor(clerk), now=NOW)
    perform(MISSION, mission.pk, "register", actor=actor(clerk), now=NOW)
    (letter,) = letters(mission, "mission_registered")
    assert letter.email == head.email
    assert "10 December 2026, 23:59 Baku time (UTC+4)" in text_of(letter)


def test_a_suspended_badge_is_void_and_who_is_reinstated_is_told_of_a_new_one() -> None:
    held = application_in("approved").accreditation
    perform(
        ACCREDITATION,
        held.pk,
        "suspend",
        actor=actor(make_approver()),
        now=NOW,
        reason="Campaigned in public.",
    )
    (suspended,) = letters(held, "suspension")
    assert "is suspended from now on, and its badge is void." in text_of(suspended)
    perform(ACCREDITATION, held.pk, "reinstate", actor=actor(make_approver()), now=NOW)
    (again,) = letters(held, "reinstatement")
    assert "The badge that was void stays void, and a new one is made" in text_of(again)
    states = Badge.objects.filter(accreditation=held).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["void", "queued"]


def test_a_revocation_says_why_on_what_law_and_where_and_until_when_to_appeal() -> None:
    held = application_in("approved").accreditation
    for name, given in {
        "suspend": {"reason": "Campaigned in public."},
        "revoke": {"reason": "Campaigned for a candidate.", "hearing_note": "Heard by telephone."},
    }.items():
        perform(ACCREDITATION, held.pk, name, actor=actor(make_approver()), now=NOW, **given)
    (letter,) = letters(held, "revocation")
    text = text_of(letter)
    decision = held.application.decisions.get(kind="revocation")
    for words in (
        held.number_in_words, "Campaigned for a candidate.", f"Decision: {decision.number}",
        "Election Code art. 44", "Court of Appeal", "26 November 2026, 23:59 Baku time (UTC+4)",
    ):  # fmt: skip
        assert words in text
    assert (decision.text, decision.file_note) == ("Campaigned for a candidate.", "Heard by telephone.")
    assert "Heard by telephone." not in text + str(letter.facts)
    assert letter.due_at == NOW + timedelta(seconds=settings.LETTER_UNDO_SECONDS)


def test_a_mission_that_is_declined_learns_why() -> None:
    mission = make_mission(state="applied")
    head = make_head(mission)
    perform(MISSION, mission.pk, "take", actor=actor(make_clerk()), now=NOW)
    perform(MISSION, mission.pk, "decline", actor=actor(make_approver()), now=NOW, reason="No invitation.")
    (letter,) = letters(mission, "mission_declined")
    assert letter.email == head.email
    assert "No invitation." in text_of(letter)
