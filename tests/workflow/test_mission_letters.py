"""Who is told of what befalls a mission, or of the end of its word for an accredited person, and in which words."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accreditation.core.claims import mails_of
from accreditation.core.machine import perform
from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission, MissionRole
from accreditation.observers.models import Membership
from accreditation.workflow.memberships import end_membership
from accreditation.workflow.models import Application
from accreditation.workflow.states import ACCREDITATION, MISSION
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    head_of,
    make_application,
    make_approver,
    make_head,
    make_membership,
    make_mission,
    make_staff,
    move,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
TOLD = NOW + timedelta(seconds=settings.LETTER_UNDO_SECONDS)
"""The moment from which a decision of NOW is told outside."""


def text_of(letter: OutboxMessage) -> str:
    return render(letter.kind, letter.language, [letter.facts], sent_at=NOW).text


def letters(kind: str) -> dict[str, OutboxMessage]:
    return {letter.email: letter for letter in OutboxMessage.objects.filter(kind=kind)}


def moved(mission: Mission, name: str, now: datetime = TOLD, **given: Any) -> Mission:
    return perform(MISSION, mission.pk, name, actor=actor(make_approver()), now=now, **given)


def person(mission: Mission, state: str, email: str) -> Application:
    return application_in(state, membership=complete(make_membership(mission, email=email)))


@pytest.fixture
def mission() -> Mission:
    """A mission with a head, somebody of it in each stage, and one without an address; beside another mission."""
    mission = make_mission(name="Mission of Friends")
    make_head(mission, "head@mission.example")
    for state in ("draft", "under_review", "information_requested", "approved", "refused", "withdrawn"):
        person(mission, state, f"{state}@example.org")
    held = person(mission, "approved", "suspended@example.org").accreditation
    perform(ACCREDITATION, held.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Campaigned.")
    ended = person(mission, "submitted", "ended@example.org")
    end_membership(ended.membership, actor=actor(head_of(ended)), now=NOW)
    person(mission, "approved", "head@mission.example")  # speaks for the mission and is one of its people
    make_application(complete(make_membership(mission, email="")))
    person(make_mission(mission.election), "approved", "stranger@example.org")
    return mission


CONCERNED = {
    f"{who}@example.org"
    for who in ("draft", "under_review", "information_requested", "approved", "suspended")
}


def test_the_suspension_of_a_mission_is_told_to_its_heads_with_the_reason_and_to_its_people_without(
    mission: Mission,
) -> None:
    moved(mission, "suspend", reason="Campaigned in public.")
    found = letters("mission_suspended")
    assert found.keys() == CONCERNED | {"head@mission.example"}
    to_head = text_of(found.pop("head@mission.example"))
    for words in (
        "To the mission “Mission of Friends”:", "Campaigned in public.", "no application can be sent",
        "Accreditations that were granted are not ended by this",
    ):  # fmt: skip
        assert words in to_head
    for letter in found.values():
        assert "Campaigned" not in text_of(letter) + str(letter.facts)
        assert (letter.state, letter.due_at) == (State.PENDING, TOLD)


def test_each_reads_what_it_means_for_the_own_file_and_badge(mission: Mission) -> None:
    moved(mission, "suspend", reason="Campaigned in public.")
    found = {email: text_of(letter) for email, letter in letters("mission_suspended").items()}
    (held,) = Accreditation.objects.filter(membership__email="approved@example.org")
    kept = f"Your accreditation {held.number_in_words} is not ended by this: it and your badge stay valid"
    assert kept in found["approved@example.org"]
    assert "stays suspended" in found["suspended@example.org"]
    assert "cannot be sent until the suspension ends" in found["draft@example.org"]
    for who in ("under_review", "information_requested"):
        assert "stays with the commission" in found[f"{who}@example.org"]
    (letter,) = OutboxMessage.objects.filter(kind="mission_suspended", email="approved@example.org")
    assert (letter.about_type, letter.about_id) == ("workflow.application", held.application.pk)


def test_a_decision_that_is_not_told_yet_is_not_told_by_this_letter(mission: Mission) -> None:
    moved(mission, "suspend", now=NOW, reason="Campaigned in public.")
    found = letters("mission_suspended")
    assert found.keys() == CONCERNED | {"head@mission.example", "refused@example.org"}
    for who in ("approved", "refused"):
        assert "stays with the commission" in text_of(found[f"{who}@example.org"])
        assert "accreditation_number" not in found[f"{who}@example.org"].facts


def test_who_was_told_of_a_suspension_is_told_of_its_end_and_of_a_second_one(mission: Mission) -> None:
    for name, given in (
        ("suspend", {"reason": "Campaigned."}),
        ("reinstate", {}),
        ("suspend", {"reason": "Again."}),
    ):
        moved(mission, name, **given)
    again = letters("mission_reinstated")
    assert again.keys() == CONCERNED | {"head@mission.example"}
    assert "10 December 2026, 23:59 Baku time (UTC+4)" in text_of(again["head@mission.example"])
    assert "can be sent again" in text_of(again["draft@example.org"])
    assert "Nothing changes for you" in text_of(again["approved@example.org"])
    assert OutboxMessage.objects.filter(kind="mission_suspended").count() == 2 * (len(CONCERNED) + 1)


def test_the_queries_of_a_suspension_do_not_grow_with_the_people(django_assert_max_num_queries: Any) -> None:
    few, many = make_mission(), make_mission()
    for mission, people in ((few, 1), (many, 30)):
        make_head(mission)
        for number in range(people):
            person(mission, "submitted", f"{number}@example.org")
        with django_assert_max_num_queries(15):
            moved(mission, "suspend", reason="Campaigned.")


def test_two_missions_of_one_head_are_told_of_in_a_mail_each() -> None:
    first = make_mission(name="First")
    second = make_mission(first.election, name="Second")
    head = make_head(first, "head@mission.example")
    MissionRole.objects.create(mission=second, user=head, duty="head")
    for mission in (first, second):
        moved(mission, "suspend", reason="Campaigned.")
    mails = mails_of(list(OutboxMessage.objects.order_by("pk")))
    assert [[letter.facts["mission"] for letter in mail] for mail in mails] == [["First"], ["Second"]]


# A mission takes back its word


def accredited(head: str = "head@mission.example") -> Application:
    mission = make_mission(name="Mission of Friends")
    make_head(mission, head)
    return person(mission, "approved", "ada@example.org")


def ended(application: Application, now: datetime = TOLD) -> Membership:
    return end_membership(
        application.membership, actor=actor(head_of(application)), now=now, reason="Not ours."
    )


def test_who_is_accredited_and_named_by_nobody_any_more_learns_that_the_accreditation_stands() -> None:
    application = accredited()
    number = application.accreditation.number_in_words
    ended(application)
    found = letters("left_without_mission")
    assert found.keys() == {"ada@example.org", "head@mission.example"}
    for words in (
        "The mission “Mission of Friends” has taken you off its list, and no other mission names you.",
        f"This alone does not end your accreditation {number}: it and your badge stay valid",
        "If you come for another mission, ask it to name you.",
    ):
        assert words in text_of(found["ada@example.org"])
    to_head = text_of(found["head@mission.example"])
    assert (
        f"does not end accreditation {number}: it and its badge stay valid" in to_head
        and "please bring it back" in to_head
    )
    assert "Not ours." not in text_of(found["ada@example.org"])


def test_whose_accreditation_is_suspended_reads_that_it_stays_so() -> None:
    application = accredited()
    held = application.accreditation
    perform(ACCREDITATION, held.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Campaigned.")
    ended(application)
    found = letters("left_without_mission")
    assert "is suspended, and stays so" in text_of(found["ada@example.org"])
    assert "valid" not in text_of(found["ada@example.org"])
    assert "is suspended, and stays so" in text_of(found["head@mission.example"])


def test_no_such_letter_where_another_mission_still_names_the_person_or_nothing_was_granted() -> None:
    application = accredited()
    make_membership(make_mission(application.election), application.person, is_primary=False)
    ended(application)
    ended(person(make_mission(), "under_review", "bo@example.org"))
    given_back = accredited(head="another@mission.example")
    head = actor(head_of(given_back))
    perform(ACCREDITATION, given_back.accreditation.pk, "relinquish", actor=head, now=NOW)
    ended(given_back)
    assert letters("left_without_mission") == {}


def test_it_waits_for_the_letter_of_the_grant_and_never_leaves_where_the_grant_is_taken_back() -> None:
    application = person(make_mission(), "recommended", "ada@example.org")
    approver = make_approver()
    move(application, "approve", approver)
    ended(Application.objects.get(pk=application.pk), now=NOW)
    waiting = OutboxMessage.objects.filter(kind="left_without_mission")
    assert {(letter.state, letter.due_at) for letter in waiting} == {(State.PENDING, TOLD)}
    move(application, "take_back_decision", approver)
    assert {letter.state for letter in waiting.all()} == {State.CANCELLED}


def test_it_does_not_leave_once_the_accreditation_stands_otherwise_than_it_says() -> None:
    application = accredited()
    ended(application)
    held = application.accreditation
    perform(ACCREDITATION, held.pk, "suspend", actor=actor(make_approver()), now=TOLD, reason="Campaigned.")
    assert {letter.state for letter in letters("left_without_mission").values()} == {State.CANCELLED}


def test_the_commission_sees_accreditations_whose_bearer_no_mission_names(client: Client) -> None:
    list_page = reverse("admin:credentials_accreditation_changelist")
    application, other = accredited(), person(make_mission(), "approved", "bo@example.org")
    sign_in(client, make_approver())
    assert "No mission names" not in client.get(list_page).content.decode()
    ended(application)
    assert (
        "No mission names the bearer of 1 accreditation any more." in client.get(list_page).content.decode()
    )
    found = client.get(list_page, {"named": "nobody"}).context["cl"].result_list
    assert [one.pk for one in found] == [application.accreditation_id]
    for one, said in ((application, True), (other, False)):
        address = reverse("admin:credentials_accreditation_change", args=[one.accreditation_id])
        assert ("no mission names this person" in client.get(address).content.decode()) is said
    sign_in(client, make_staff("print_desk"))
    assert "No mission names" not in client.get(list_page).content.decode()
    make_membership(make_mission(application.election), application.person)  # named again
    assert client.get(list_page, {"named": "nobody"}).context["cl"].result_count == 0
