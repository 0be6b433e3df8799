"""Outside the commission one state stands for all that happens inside, and nobody reads a decision before its letter
may leave: until then it can be taken back, and then it was never made.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.core.places_seed import load_places
from accreditation.credentials.models import Badge
from accreditation.workflow.list_imports import receive
from accreditation.workflow.list_pages import reading_of
from accreditation.workflow.models import Application
from accreditation.workflow.reminders import write_reminders
from accreditation.workflow.roster import Filters, counts, page_of
from accreditation.workflow.states import ACCREDITATION
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    head_of,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    make_user,
    move,
)
from tests.missions.heads import STATEMENT
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

WINDOW = timedelta(seconds=120)
SOON, LATER = NOW + timedelta(seconds=60), NOW + WINDOW
DECIDED = ["approved", "refused"]
TELLING = ["Accredit", "accredited", "Approv", "approved", "Refus", "refused", "granted", "Badge", "appeal"]
"""Words that would give a decision away. The pages' own furniture has none of them."""


@pytest.fixture(autouse=True)
def _window(settings: Any) -> None:
    settings.LETTER_UNDO_SECONDS = WINDOW.total_seconds()


@pytest.fixture
def approver() -> Any:
    return make_approver()


def decided(state: str, approver: Any, **fields: Any) -> tuple[Application, Any]:
    """A file decided at NOW, of an applicant's own; and the applicant."""
    applicant = make_user(fields.pop("email", ""))
    membership = complete(make_membership(fields.pop("mission", None), stated_by=applicant, **fields))
    return application_in(state, membership=membership, applicant=applicant, approver=approver), applicant


def at(moment: Any, user: Any, address: str) -> str:
    """What a page says to somebody at a moment, without the frame around it."""
    with time_machine.travel(moment, tick=False):
        page = sign_in(Client(), user).get(address, follow=True).content.decode()
    return page.partition("<main")[2].partition("</main>")[0]


def roster_of(application: Application) -> str:
    return f"/en/missions/{application.election.code}/{application.mission.code}/"


# The pages


@pytest.mark.parametrize("state", DECIDED)
def test_the_applicant_reads_a_decision_when_its_letter_may_leave_and_not_before(
    state: str, approver: Any
) -> None:
    application, applicant = decided(state, approver)
    address = reverse("apply", args=[application.election.code])

    before = at(LATER - timedelta(microseconds=1), applicant, address)
    assert "With the commission" in before
    assert [word for word in TELLING if word in before.replace("With the commission", "")] == []

    assert {"approved": "Accredited", "refused": "Refused"}[state] in at(LATER, applicant, address)


@pytest.mark.parametrize("state", DECIDED)
def test_the_head_reads_a_decision_when_its_letter_may_leave_and_not_before(
    state: str, approver: Any
) -> None:
    application, _applicant = decided(state, approver)
    head, person = (
        head_of(application),
        roster_of(application) + f"people/{application.membership.public_id}/",
    )

    assert "With the commission" in at(SOON, head, roster_of(application))
    before = at(SOON, head, person)
    assert "With the commission" in before
    assert [word for word in ("Accredited", "Refused", "Badge", "accreditation") if word in before] == []
    assert before.count("/letters/") == 1  # the receipt

    word = {"approved": "Accredited", "refused": "Refused"}[state]
    assert word in at(LATER, head, roster_of(application))
    assert word in at(LATER, head, person)


def test_a_head_opens_neither_letter_nor_badge_before(approver: Any) -> None:
    application, _applicant = decided("approved", approver)
    letter = OutboxMessage.objects.about(application).get(kind="approval")
    head, person = (
        head_of(application),
        roster_of(application) + f"people/{application.membership.public_id}/",
    )
    for tail in (f"letters/{letter.pk}/", "badge/", "not-coming/", "replace/"):
        with time_machine.travel(SOON, tick=False):
            assert sign_in(Client(), head).get(person + tail).status_code == 404, tail
    with time_machine.travel(LATER, tick=False):
        assert sign_in(Client(), head).get(person + f"letters/{letter.pk}/").status_code == 200


def test_a_change_made_before_says_nothing_of_an_accreditation(approver: Any) -> None:
    application, _applicant = decided("approved", approver, family_name="Smirnov")
    head = head_of(application)
    address = roster_of(application) + f"people/{application.membership.public_id}/edit/"
    with time_machine.travel(SOON, tick=False):
        client = sign_in(Client(), head)
        assert "badge" not in client.get(address).content.decode().partition("<main")[2]
        page = client.post(address, STATEMENT | {"document_number": ""}, follow=True).content.decode()
    assert "Sent to the commission as a wish" in page
    assert "badge" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_corrected_list_shown_before_says_nothing_of_an_accreditation(
    approver: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PRIVATE_FILES_ROOT = tmp_path
    load_places()
    application, _applicant = decided("approved", approver, family_name="Smirnov", given_names="Ada")
    mission, stated = application.mission, application.membership
    header = "Surname;Given names;Date of birth;Citizenship;Passport number"
    row = f"Smirnov;Adelaide;{stated.born:%d.%m.%Y};GEO;{stated.document.number}"
    told = {}
    for moment in (SOON, LATER):
        job = receive(
            f"{header}\n{row}\n".encode(), "list.csv", delegation=mission.delegations.get(),
            actor=actor(head_of(application)), now=moment,
        )  # fmt: skip
        (change,) = reading_of(job, now=moment).changes
        told[moment] = change.kind
    assert told == {
        SOON: "asked of the commission", LATER: "asked of the commission: the badge is made again",
    }  # fmt: skip


@pytest.mark.parametrize("state", DECIDED)
def test_who_is_named_by_a_mission_reads_a_decision_no_earlier(state: str, approver: Any) -> None:
    application = application_in(state, approver=approver)
    named = make_user(application.membership.email)
    address = f"/en/apply/{application.public_id}/"
    assert "With the commission" in at(SOON, named, address)
    assert "has named you already" in at(SOON, named, f"/en/apply/{application.election.code}/")
    assert "With the commission" not in at(LATER, named, address)


def test_another_head_of_the_same_person_reads_no_earlier_either(approver: Any) -> None:
    application, _applicant = decided("approved", approver)
    other = make_mission(application.election)
    make_membership(other, application.person, is_primary=False)
    address = f"/en/missions/{other.election.code}/{other.code}/"
    head = make_head(other)
    assert "With the commission" in at(SOON, head, address)
    assert application.membership.family_name.upper() in at(SOON, head, address + "?state=with")
    assert "Accredited" in at(LATER, head, address)


# Taken back: it was never made


@pytest.mark.parametrize("state", DECIDED)
def test_of_a_decision_that_was_taken_back_nobody_outside_ever_reads(state: str, approver: Any) -> None:
    application, applicant = decided(state, approver)
    head, person = (
        head_of(application),
        roster_of(application) + f"people/{application.membership.public_id}/",
    )
    move(application, "take_back_decision", approver, now=SOON)

    for moment in (SOON, LATER, NOW + timedelta(days=1)):
        own = at(moment, applicant, reverse("apply", args=[application.election.code]))
        assert [word for word in TELLING if word in own.replace("With the commission", "")] == []
        heads = at(moment, head, person)
        assert [word for word in ("Accredited", "Refused", "taken back", "Badge") if word in heads] == []


def test_a_decision_made_anew_is_told_and_the_one_before_it_is_not(approver: Any) -> None:
    application, applicant = decided("refused", approver)
    move(application, "take_back_decision", approver, now=SOON)
    move(application, "approve", approver, now=SOON, reason="The information was confirmed.")

    page = at(SOON + WINDOW, applicant, reverse("apply", args=[application.election.code]))
    assert "The commission granted the accreditation" in page
    assert "refused" not in page


# The roster's figures, filters and orders


def groups_of(mission: Any, moment: Any) -> dict[str, int]:
    found = counts(mission, now=moment)
    return {code: number for code, number in found.by_group.items() if number}


def found_in(mission: Any, group: str, moment: Any, sort: str = "name") -> set[str]:
    rows = page_of(mission, Filters(group=group, sort=sort), now=moment).memberships
    return {one.family_name for one in rows}


@pytest.fixture
def mixed(approver: Any) -> Any:
    """A mission with a file in each state that matters, decided at NOW; names say which."""
    mission = make_mission()
    for state in ("submitted", *DECIDED):
        membership = complete(make_membership(mission, family_name=state.title()))
        application_in(state, membership=membership, approver=approver)
    suspended = application_in(
        "approved",
        membership=complete(make_membership(mission, family_name="Suspended")),
        approver=approver,
    )
    perform(
        ACCREDITATION, suspended.accreditation_id, "suspend", actor=actor(approver), now=NOW, reason="Wait."
    )
    return mission


def test_figures_and_filters_count_what_is_not_told_as_with_the_commission(mixed: Any) -> None:
    assert groups_of(mixed, SOON) == {"with": 4}
    assert groups_of(mixed, LATER) == {"with": 1, "accredited": 1, "ended": 1, "refused": 1}
    everybody = {"Submitted", "Approved", "Refused", "Suspended"}
    for sort in ("name", "arrival"):
        assert found_in(mixed, "with", SOON, sort) == everybody
        assert [found_in(mixed, one, SOON, sort) for one in ("accredited", "refused", "ended")] == [set()] * 3
        assert found_in(mixed, "with", LATER, sort) == {"Submitted"}
        assert found_in(mixed, "accredited", LATER, sort) == {"Approved"}
        assert found_in(mixed, "ended", LATER, sort) == {"Suspended"}
    for moment in (SOON, LATER):
        assert found_in(mixed, "", moment, "state") == everybody


def test_the_download_tells_no_earlier(mixed: Any) -> None:
    address = reverse("missions:download", args=[mixed.election.code, mixed.code, "csv"])
    head = make_head(mixed)
    with time_machine.travel(SOON, tick=False):
        answer = sign_in(Client(), head).get(address)
        text = b"".join(answer.streaming_content).decode()
    assert text.count("With the commission") == 4
    assert "2026-00" not in text  # no number of an accreditation


def test_an_approval_that_was_taken_back_leaves_the_figures_right(approver: Any) -> None:
    application = application_in("approved", approver=approver)
    move(application, "take_back_decision", approver, now=SOON)
    assert groups_of(application.mission, LATER) == {"with": 1}

    move(application, "approve", approver, now=LATER)
    assert groups_of(application.mission, LATER + WINDOW) == {"accredited": 1}


# Letters and other systems


def test_a_reminder_of_the_arrival_tells_no_earlier(approver: Any) -> None:
    election = make_election()
    mission = make_mission(election)
    make_head(mission)
    application_in("approved", membership=complete(make_membership(mission)), approver=approver)
    Application.objects.update(decided_at=NOW + timedelta(days=20))

    write_reminders(NOW + timedelta(days=20, seconds=60))

    (letter,) = OutboxMessage.objects.filter(kind="arrival_reminder")
    (person,) = letter.facts["people"]
    assert (person["state"], person["accreditation_number"]) == ("With the commission", "")


def asked(user: Any, moment: Any, address: str, **data: Any) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    with time_machine.travel(moment, tick=False):
        return client.post(address, data, format="json") if data else client.get(address)


@pytest.mark.parametrize("state", ["submitted", "under_review", "recommended", *DECIDED])
def test_other_systems_outside_know_one_state_for_all_that_happens_inside(state: str, approver: Any) -> None:
    application = application_in(state, approver=approver)
    address = f"/api/v1/applications/{application.public_id}/"
    head = head_of(application)

    told = asked(head, SOON, address).json()
    assert (told["state"], told["state_words"], told["decided_at"]) == ("submitted", "submitted", None)
    assert "withdraw" in told["moves"] and "appeal" not in told["moves"]
    assert [
        row["id"] for row in asked(head, SOON, "/api/v1/applications/?state=submitted").json()["results"]
    ] == [application.public_id]
    if state != "submitted":
        assert asked(head, SOON, f"/api/v1/applications/?state={state}").json()["results"] == []
    if state in DECIDED:
        assert asked(head, LATER, address).json()["state"] == state
        assert len(asked(head, LATER, f"/api/v1/applications/?state={state}").json()["results"]) == 1
        assert asked(head, LATER, "/api/v1/applications/?state=submitted").json()["results"] == []
    assert asked(make_clerk(), SOON, address).json()["state"] == state


@pytest.mark.parametrize("state", ["recommended", *DECIDED])
def test_who_comes_too_late_outside_learns_neither_a_decision_nor_a_clerk_s_name(
    state: str, approver: Any
) -> None:
    application = application_in(state, approver=approver)
    address = f"/api/v1/applications/{application.public_id}/transitions/withdraw/"

    answer = asked(head_of(application), SOON, address, version=1)

    assert answer.status_code == 409
    told = answer.json()
    assert (told["state"], told["moved_by"], told["moved_at"]) == ("submitted", None, None)
    assert "With the commission" in told["reasons"][0]["words"]
    assert application.membership.full_name not in str(told)


def test_the_commission_itself_knows_at_once(approver: Any) -> None:
    application, _applicant = decided("approved", approver)
    page = at(SOON, approver, reverse("admin:workflow_application_change", args=[application.pk]))
    assert "Take the decision back" in page
    assert Badge.objects.filter(accreditation=application.accreditation).exists()
