"""The certificate of a mission: who gets it, when there is one, and what it says."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.credentials.certificate import face_of_mission, registered_at
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.printing.faces import words
from accreditation.missions.models import Election, Mission
from accreditation.workflow.states import ACCREDITATION, MISSION
from tests.credentials.printing.samples import said
from tests.factories import (
    NOW,
    actor,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_mission,
    make_staff,
    make_user,
)
from tests.missions.heads import Headed, headed
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)
NOT_REGISTERED = {
    "invited": "is not registered yet",
    "applied": "is not registered yet",
    "declined": "has not registered this mission",
    "suspended": "is suspended",
    "withdrawn": "was withdrawn",
}


def in_state(state: str) -> Mission:
    """A mission that has come to this state by the ordinary road."""
    approver, clerk = make_approver(), make_clerk()
    if state in ("suspended", "withdrawn"):
        mission = make_mission()
        name, who, why = ("suspend", approver, "Test.") if state == "suspended" else ("withdraw", clerk, "")
        return perform(MISSION, mission.pk, name, actor=actor(who), now=NOW, reason=why)
    mission = make_mission(state="invited")
    roads = {"applied": ["apply"], "declined": ["apply", "take", "decline"]}
    for name in roads.get(state, []):
        who = approver if name == "decline" else clerk
        perform(MISSION, mission.pk, name, actor=actor(who), now=NOW, reason="Test.")
    mission.refresh_from_db()
    return mission


def in_the_admin(mission: Mission) -> str:
    return reverse("admin:missions_mission_certificate", args=[mission.pk])


def given_out(mission: Mission) -> list[AuditEvent]:
    return list(AuditEvent.objects.about(mission).filter(verb="certificate_given_out"))


# Who gets it


def test_the_head_takes_the_certificate_from_the_mission_s_page_and_it_is_recorded() -> None:
    house = headed(make_mission(name="Mission of Observers", code="observers"))
    assert house.url("certificate") in house.get("mission").content.decode()

    answer = house.get("certificate")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == 'inline; filename="certificate-observers.pdf"'
    assert "Mission of Observers" in said(answer.content)
    assert [event.actor_id for event in given_out(house.mission)] == [house.head.pk]


def test_to_ask_whether_it_is_there_gives_nothing_out() -> None:
    house = headed()
    answer = house.client.head(house.url("certificate"))
    assert (answer.status_code, answer.content, given_out(house.mission)) == (200, b"", [])


def test_nobody_else_outside_learns_of_it() -> None:
    house = headed()
    strangers = {
        "another mission's head": make_head(make_mission(house.mission.election)),
        "an applicant": make_user(),
        "a clerk at the head's door": make_clerk(),
    }
    for who, user in strangers.items():
        assert sign_in(Client(), user).get(house.url("certificate")).status_code == 404, who
    assert Client().get(house.url("certificate")).status_code == 302
    assert sign_in(Client(), house.head).get(in_the_admin(house.mission)).status_code in (302, 403)
    assert given_out(house.mission) == []


@pytest.mark.parametrize("role", [CLERK, APPROVER, SUPERVISOR, PRINT_DESK, AUDITOR])
def test_every_role_of_the_staff_takes_it_in_the_admin(role: str) -> None:
    mission = make_mission()
    client = sign_in(Client(), make_staff(role))
    assert client.get(in_the_admin(mission)).content.startswith(b"%PDF")
    assert len(given_out(mission)) == 1


def test_staff_find_it_on_the_mission_s_page_and_staff_without_a_role_nowhere() -> None:
    mission = make_mission()
    page = reverse("admin:missions_mission_change", args=[mission.pk])
    supervisor = sign_in(Client(), make_staff(SUPERVISOR, is_superuser=True))
    assert in_the_admin(mission) in supervisor.get(page).content.decode()
    nobody = sign_in(Client(), make_user("no-role@cec.example", is_staff=True))
    assert nobody.get(in_the_admin(mission)).status_code == 403


# When there is one


@pytest.mark.parametrize("state", NOT_REGISTERED)
def test_a_mission_that_is_not_registered_has_none_and_is_told_why(state: str) -> None:
    house = headed(in_state(state))
    staff = sign_in(Client(), make_staff(SUPERVISOR, is_superuser=True))
    page = reverse("admin:missions_mission_change", args=[house.mission.pk])
    for shown in (house.get("mission"), staff.get(page)):
        assert shown.status_code == 200 and b"certificate.pdf" not in shown.content
    for refused in (house.get("certificate"), staff.get(in_the_admin(house.mission))):
        assert refused.status_code == 409 and NOT_REGISTERED[state] in refused.content.decode()
    assert given_out(house.mission) == []


def test_there_is_none_for_an_election_that_was_cancelled() -> None:
    house = headed()
    Election.objects.filter(pk=house.mission.election_id).update(cancelled_at=NOW)
    answer = house.get("certificate")
    assert answer.status_code == 409 and b"This election was cancelled" in answer.content


def test_a_name_that_no_font_draws_is_a_sentence_and_no_record() -> None:
    house = headed(make_mission(name="Mission ক"))
    answer = house.get("certificate")
    assert answer.status_code == 422 and b"cannot be made now" in answer.content
    assert given_out(house.mission) == []


# What it says


def certificate(mission: Mission) -> str:
    return said(headed(mission).get("certificate").content)


def test_it_says_the_mission_its_organisation_the_election_and_when_in_both_languages() -> None:
    election = make_election(
        published_at=None, name_az="Milli Məclisə seçkilər", name_en="Elections to the Milli Majlis",
        commission_az="Mərkəzi Seçki Komissiyası", commission_en="Central Election Commission",
    )  # fmt: skip
    Election.objects.filter(pk=election.pk).update(published_at=NOW)
    mission = make_mission(election, name="Observation Mission", code="om-2026")
    text = certificate(mission)
    for one in (
        "Mərkəzi Seçki Komissiyası", "Central Election Commission", "Milli Məclisə seçkilər",
        "Elections to the Milli Majlis", "Observation Mission", mission.organisation.name, "om-2026",
        "20 dekabr 2026", "20 December 2026", "23 noyabr 2026, 13:00 (Bakı, UTC+4)",
        "23 November 2026, 13:00 (Baku, UTC+4)", words()["az"]["registered_observers"],
        words()["en"]["registered_observers"], words()["az"]["stamp"], words()["en"]["signature"],
    ):  # fmt: skip
        assert one in text, one


def test_in_arabic_and_english_its_arabic_words_are_the_commission_s_own() -> None:
    election = make_election(
        published_at=None, state_language="ar", badge_language="en", name_ar="الانتخابات البرلمانية",
        commission_ar="اللجنة العليا للانتخابات",
    )  # fmt: skip
    Election.objects.filter(pk=election.pk).update(published_at=NOW)
    mission = make_mission(election)
    face = face_of_mission(Mission.objects.get(pk=mission.pk), now=NOW)
    assert face.languages == ("ar", "en")
    assert (face.commission[0], face.election[0]) == ("اللجنة العليا للانتخابات", "الانتخابات البرلمانية")
    assert face.day == ("20 ديسمبر 2026", "20 December 2026")
    assert face.registered_on[0].startswith("23 نوفمبر 2026، 13:00 (باكو، ")
    assert "Certificate" in certificate(mission)


@pytest.mark.parametrize(
    ("kind", "english"),
    [("observers", "as an observer mission"), ("media", "the media mission"), ("guests", "its guests")],
)
def test_a_mission_is_certified_as_what_it_is_registered_as(kind: str, english: str) -> None:
    assert english in certificate(make_mission(kind=kind))


def test_the_longest_name_stands_on_it_whole() -> None:
    name = ("Inter-Parliamentary Assembly of States with Rather Long Names " * 4)[:200].strip()
    assert name in certificate(make_mission(name=name))


def test_the_day_of_registration_is_that_of_the_move_and_stays_through_a_suspension() -> None:
    mission, clerk, approver = make_mission(state="invited"), make_clerk(), make_approver()
    for name, who, now in (
        ("apply", clerk, NOW), ("take", clerk, NOW), ("register", clerk, LATER),
        ("suspend", approver, LATER + timedelta(days=1)), ("reinstate", approver, LATER + timedelta(days=2)),
    ):  # fmt: skip
        perform(MISSION, mission.pk, name, actor=actor(who), now=now, reason="Test.")
    assert registered_at(mission) == LATER
    assert registered_at(make_mission()) == NOW


def accredited(mission: Mission) -> str:
    return face_of_mission(Mission.objects.get(pk=mission.pk), now=NOW).accredited


@pytest.mark.usefixtures("told_at_once")
def test_only_people_whose_accreditation_is_in_force_are_counted() -> None:
    house: Headed = headed()
    assert accredited(house.mission) == ""
    people = [house.person("approved") for __ in range(3)]
    house.person("refused")
    headed(make_mission(house.mission.election)).person("approved")
    assert accredited(house.mission) == "3"
    suspended = people[0].accreditations.get()
    perform(ACCREDITATION, suspended.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Test.")
    assert accredited(house.mission) == "2"


def test_a_grant_that_may_still_be_taken_back_is_not_counted_yet() -> None:
    house = headed()
    house.person("approved")
    assert accredited(house.mission) == ""


@pytest.mark.usefixtures("told_at_once")
def test_the_commission_chooses_whether_it_counts_people_and_who_signs() -> None:
    house = headed()
    house.person("approved")
    looks: Any = {"signatory": "Aygün Nümunəvi", "position_az": "Komissiyanın sədri", "position_en": "Chair"}
    design = BadgeDesign.objects.create(election=house.mission.election, **looks)
    text = said(house.get("certificate").content)
    assert all(one in text for one in (*looks.values(), words()["en"]["accredited"]))

    BadgeDesign.objects.filter(pk=design.pk).update(shows_accredited=False)
    assert words()["en"]["accredited"] not in said(house.get("certificate").content)
