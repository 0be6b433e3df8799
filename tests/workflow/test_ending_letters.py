"""Who is told, in which words, that an accreditation is cancelled or given back, or that a mission is withdrawn."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accreditation.core.claims import mails_of
from accreditation.core.machine import perform
from accreditation.core.mail import render
from accreditation.core.outbox import Letter, OutboxMessage, Recipient, enqueue
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission
from accreditation.workflow.invariants import findings
from accreditation.workflow.memberships import end_membership
from accreditation.workflow.models import Application
from accreditation.workflow.paper import decisions_about
from accreditation.workflow.reminders import late_decisions
from accreditation.workflow.replacing import replace
from accreditation.workflow.states import ACCREDITATION, MISSION
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    head_of,
    make_approver,
    make_clerk,
    make_head,
    make_membership,
    make_mission,
    move,
)
from tests.lists import stated
from tests.signing_in import sign_in
from tests.workflow.test_merging import judged_the_same

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
TOLD = NOW + timedelta(seconds=settings.LETTER_UNDO_SECONDS)
"""The moment from which a decision of NOW is told outside."""
WHY = {"reason": "The document belonged to somebody else."}
OF_AN_END = ("cancellation", "relinquishment", "mission_withdrawn")


def text_of(*letters: OutboxMessage) -> str:
    facts = [letter.facts for letter in letters]
    return render(letters[0].kind, letters[0].language, facts, sent_at=TOLD).text


def letters(kind: str) -> dict[str, OutboxMessage]:
    return {letter.email: letter for letter in OutboxMessage.objects.filter(kind=kind)}


def person(mission: Mission, state: str, email: str) -> Application:
    return application_in(state, membership=complete(make_membership(mission, email=email)))


def accredited(email: str = "ada@example.org", mission: Mission | None = None) -> Application:
    if mission is None:
        mission = make_mission(name="Mission of Friends")
        make_head(mission, "head@mission.example")
    return person(mission, "approved", email)


def held(application: Application) -> Accreditation:
    assert application.accreditation is not None
    return application.accreditation


def cancelled(application: Application, now: Any = TOLD) -> Accreditation:
    by = actor(make_approver())
    return perform(ACCREDITATION, held(application).pk, "cancel", actor=by, now=now, **WHY)


def given_back(application: Application, now: Any = TOLD, **given: Any) -> Accreditation:
    by = actor(head_of(application))
    return perform(ACCREDITATION, held(application).pk, "relinquish", actor=by, now=now, **given)


# Cancelled


def test_a_cancellation_says_what_it_means_why_and_where_and_until_when_to_appeal() -> None:
    application = accredited()
    cancelled(application)
    number = held(application).number_in_words
    found = letters("cancellation")
    assert found.keys() == {"ada@example.org", "head@mission.example"}
    assert {(letter.state, letter.due_at) for letter in found.values()} == {(State.PENDING, TOLD)}
    for words in (
        f"The commission has cancelled your accreditation {number}, which was issued in error.",
        "its badge is void, on paper and on the phone", "please hand it in", WHY["reason"],
        "You may appeal to: Court of Appeal", "until 26 November 2026, 23:59 Baku time (UTC+4)",
        "Election Code art. 112",
    ):  # fmt: skip
        assert words in text_of(found["ada@example.org"])
    to_head = text_of(found["head@mission.example"])
    name = application.membership.full_name
    assert f"has cancelled the accreditation {number} of {name}" in to_head
    assert "please bring it back" in to_head and WHY["reason"] in to_head and "Court of Appeal" in to_head


def test_a_head_reads_of_several_cancellations_in_one_mail_with_the_reason_of_each() -> None:
    first = accredited()
    second = accredited("bo@example.org", first.mission)
    for application in (first, second):
        cancelled(application)
    to_head = OutboxMessage.objects.filter(kind="cancellation", email="head@mission.example").order_by("pk")
    (mail,) = mails_of(list(to_head))
    assert "The commission has cancelled 2 accreditations" in text_of(*mail)
    assert text_of(*mail).count("Reason given for") == 2


def test_who_has_no_address_is_told_by_the_heads_and_without_any_by_the_printer() -> None:
    cancelled(accredited(""))
    assert letters("cancellation").keys() == {"head@mission.example"}
    alone = accredited("", make_mission())
    alone.mission.roles.update(ended_at=NOW)
    cancelled(alone)
    (letter,) = OutboxMessage.objects.about(held(alone)).filter(kind="cancellation")
    assert (letter.email, letter.state) == ("", State.TO_PRINT)


def test_a_head_who_is_the_person_reads_it_once_and_as_the_person() -> None:
    cancelled(accredited("head@mission.example"))
    (letter,) = OutboxMessage.objects.filter(kind="cancellation")
    assert letter.facts["to_head"] is False


def test_before_the_grant_is_told_its_letter_is_stopped_and_the_end_waits_until_it_may_be_told() -> None:
    application = accredited()
    cancelled(application, now=NOW + timedelta(seconds=30))
    assert {letter.state for letter in letters("approval").values()} == {State.CANCELLED}
    found = letters("cancellation").values()
    assert {(letter.state, letter.due_at) for letter in found} == {(State.PENDING, TOLD)}
    assert findings() == []


def test_a_suspension_and_its_end_are_no_news_before_the_grant_is_told() -> None:
    application, approver = accredited(), actor(make_approver())
    early = NOW + timedelta(seconds=30)
    perform(ACCREDITATION, held(application).pk, "suspend", actor=approver, now=early, **WHY)
    perform(ACCREDITATION, held(application).pk, "reinstate", actor=approver, now=early, **WHY)
    for kind in ("approval", "suspension", "reinstatement"):
        assert {letter.due_at for letter in letters(kind).values()} == {TOLD}, kind
    perform(ACCREDITATION, held(application).pk, "suspend", actor=approver, now=TOLD, **WHY)
    late = OutboxMessage.objects.filter(kind="suspension").latest("pk")
    assert late.due_at == TOLD


def test_an_approval_that_waits_for_the_printer_is_stopped_and_one_that_has_left_stays() -> None:
    application, other = accredited(), accredited("bo@example.org", make_mission())
    OutboxMessage.objects.about(application).filter(kind="approval").update(email="", state=State.TO_PRINT)
    OutboxMessage.objects.about(other).filter(kind="approval").update(state=State.SENT, sent_at=TOLD)
    for one in (application, other):
        cancelled(one)
    states = OutboxMessage.objects.filter(kind="approval").order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.CANCELLED, State.SENT]


def test_what_was_written_about_its_standing_does_not_leave_any_more() -> None:
    application = accredited()
    end_membership(application.membership, actor=actor(head_of(application)), now=TOLD)
    cancelled(application)
    assert {letter.state for letter in letters("left_without_mission").values()} == {State.CANCELLED}


def test_a_decision_that_is_taken_back_writes_no_letter_of_an_end() -> None:
    approver = make_approver()
    application = application_in("approved", approver=approver)
    grant = held(application)
    move(application, "take_back_decision", approver, now=NOW + timedelta(seconds=30))
    grant.refresh_from_db()
    assert grant.state == "cancelled"
    assert not OutboxMessage.objects.filter(kind__in=OF_AN_END).exists()


def test_a_merge_writes_no_letter_of_an_end() -> None:
    kept = accredited()
    merged = person(make_mission(), "submitted", "bo@example.org")
    judged_the_same(kept.person, merged.person)
    move(merged, "merge", make_clerk(), kept_person=kept.person_id)
    assert held(kept).state == "active"
    assert not OutboxMessage.objects.filter(kind__in=OF_AN_END).exists()


def test_a_cancellation_that_has_not_left_in_a_day_is_an_alarm_and_once_sent_it_is_a_paper() -> None:
    application = accredited()
    cancelled(application)
    late = late_decisions(TOLD + timedelta(hours=24)).filter(kind="cancellation")
    assert late.count() == 2
    late.update(state=State.SENT, sent_at=TOLD)
    application.refresh_from_db()
    assert set(decisions_about(application).values_list("kind", flat=True)) == {"cancellation"}


def test_whoever_cancels_reads_that_the_reason_stands_in_the_letter_and_sees_it_before(
    client: Client,
) -> None:
    application = accredited()
    sign_in(client, make_approver())
    page = reverse("admin:credentials_accreditation_move", args=[held(application).pk, "cancel"])
    assert "Stands in the letter" in client.get(page).content.decode()
    shown = client.post(page, {"version": 1, "preview": "yes", **WHY})
    previews = shown.content.decode().split('<article class="letter">')[1:]
    for preview, email in zip(previews, ("ada@example.org", "head@mission.example"), strict=True):
        assert email in preview and WHY["reason"] in preview
    assert letters("cancellation") == {}


# Given back


def test_who_is_not_coming_reads_that_accreditation_and_badge_hold_no_more() -> None:
    application = accredited()
    given_back(application, reason="Fell out with us.")
    number = held(application).number_in_words
    found = letters("relinquishment")
    assert found.keys() == {"ada@example.org", "head@mission.example"}
    own, to_head = (text_of(found[email]) for email in ("ada@example.org", "head@mission.example"))
    assert "The mission “Mission of Friends” has said that you are not coming." in own
    assert f"Your accreditation {number} was given back by this: it and your badge hold no more." in own
    assert f"has said that {application.membership.full_name} is not coming." in to_head
    assert "appeal" not in own + to_head
    assert "Fell out" not in own + to_head + str([letter.facts for letter in found.values()])
    assert {letter.state for letter in letters("approval").values()} == {State.CANCELLED}


def test_whom_somebody_replaces_is_told_once() -> None:
    application = accredited()
    given_back(application)
    replace(
        held(application), stated(), delegation=application.membership.delegation,
        actor=actor(head_of(application)), now=TOLD,
    )  # fmt: skip
    assert OutboxMessage.objects.about(held(application)).count() == 2
    end_membership(application.membership, actor=actor(head_of(application)), now=TOLD)
    assert OutboxMessage.objects.about(held(application)).count() == 2


# A mission withdraws


@pytest.fixture
def mission() -> Mission:
    """A mission with a head, somebody of it in each stage, and one without an address; beside another mission."""
    mission = make_mission(name="Mission of Friends")
    make_head(mission, "head@mission.example")
    for state in ("draft", "under_review", "approved", "refused", "withdrawn"):
        person(mission, state, f"{state}@example.org")
    by = actor(make_approver())
    suspended = held(person(mission, "approved", "suspended@example.org"))
    perform(ACCREDITATION, suspended.pk, "suspend", actor=by, now=NOW, reason="Campaigned.")
    given_back(person(mission, "approved", "gone@example.org"))
    person(mission, "draft", "")
    person(make_mission(mission.election), "approved", "stranger@example.org")
    return mission


CONCERNED = {f"{who}@example.org" for who in ("draft", "under_review", "approved", "suspended")}


def withdrawn(mission: Mission, now: Any = TOLD, **given: Any) -> Mission:
    return perform(MISSION, mission.pk, "withdraw", actor=actor(make_clerk()), now=now, **given)


def test_a_withdrawn_mission_its_heads_and_its_people_read_what_becomes_of_their_files(
    mission: Mission,
) -> None:
    withdrawn(mission, reason="The parliament was dissolved.")
    found = letters("mission_withdrawn")
    assert found.keys() == CONCERNED | {"head@mission.example"}
    said = {email.partition("@")[0]: text_of(letter) for email, letter in found.items()}
    accreditation = Accreditation.objects.get(membership__email="approved@example.org")
    number = accreditation.number_in_words
    expected = {
        "head": "drafts lapse at the deadline",
        "draft": "cannot be sent for this mission any more; it lapses at the deadline",
        "under_review": "is not withdrawn by this: it stays with the commission",
        "approved": f"does not end your accreditation {number}: it and your badge stay valid",
        "suspended": "is suspended, and stays so",
    }
    for who, words in expected.items():
        assert words in said[who]
        assert "The mission “Mission of Friends” has been withdrawn." in said[who]
        assert ("dissolved" in said[who]) is (who == "head")
    accreditation.refresh_from_db()
    assert accreditation.state == "active", "as the letter says"


def test_a_decision_that_is_not_told_yet_is_not_told_by_the_withdrawal(mission: Mission) -> None:
    withdrawn(mission, now=NOW)
    found = letters("mission_withdrawn")
    untold = {"refused@example.org", "gone@example.org"}  # at this moment neither is told of any decision
    assert found.keys() == CONCERNED | {"head@mission.example"} | untold
    for who in ("approved", "refused", "gone"):
        assert "stays with the commission" in text_of(found[f"{who}@example.org"])
        assert "accreditation_number" not in found[f"{who}@example.org"].facts


def test_a_withdrawal_without_anybody_to_write_to_is_printed() -> None:
    withdrawn(make_mission())
    (letter,) = OutboxMessage.objects.filter(kind="mission_withdrawn")
    assert (letter.email, letter.state) == ("", State.TO_PRINT)


def test_what_speaks_of_a_deadline_to_come_does_not_leave_for_a_withdrawn_mission(mission: Mission) -> None:
    draft = Application.objects.get(membership__email="draft@example.org")
    stranger = Application.objects.get(membership__email="stranger@example.org")
    approver = actor(make_approver())
    for name, given in (("suspend", {"reason": "Campaigned."}), ("reinstate", {})):
        perform(MISSION, mission.pk, name, actor=approver, now=TOLD, **given)
    for key, kind, about in (
        ("to the head", "deadline_reminder", mission),
        ("to the person", "deadline_reminder_person", draft),
        ("to a stranger", "deadline_reminder_person", stranger),
    ):
        enqueue([Letter(kind, Recipient("a@example.org"), key=key)], now=TOLD, about=about)
    withdrawn(mission)
    stopped = OutboxMessage.objects.filter(state=State.CANCELLED).exclude(kind="approval")
    assert set(stopped.values_list("kind", flat=True)) == {
        "mission_suspended", "mission_reinstated", "deadline_reminder", "deadline_reminder_person",
    }  # fmt: skip
    assert OutboxMessage.objects.get(key="to a stranger").state == State.PENDING
    receipts = OutboxMessage.objects.filter(kind__in=["receipt", "mission_withdrawn"])
    assert set(receipts.values_list("state", flat=True)) == {State.PENDING}


def test_the_queries_of_a_withdrawal_do_not_grow_with_the_people(django_assert_max_num_queries: Any) -> None:
    few, many = make_mission(), make_mission()
    for one, people in ((few, 1), (many, 30)):
        make_head(one)
        for number in range(people):
            person(one, "submitted", f"{number}@example.org")
        clerk = make_clerk()
        with django_assert_max_num_queries(16):
            perform(MISSION, one.pk, "withdraw", actor=actor(clerk), now=TOLD)
