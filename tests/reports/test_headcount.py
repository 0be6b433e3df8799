"""A person is counted once, however many lists name them."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.core.places import Country, Region
from accreditation.missions.models import Election, Mission
from accreditation.observers.models import IdentityDocument, Membership, Person, PossibleDuplicate
from accreditation.reports.counting import headcount
from accreditation.reports.models import PastElection
from tests import factories
from tests.factories import NOW, make_membership, make_mission, make_person, make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def people_of(mission: Mission, number: int, *, again: list[Person] = (), **fields: Any) -> list[Person]:
    """Name `number` people in a mission, the first of them known already from other lists."""
    new = Person.objects.bulk_create(
        Person(
            family_name=f"{mission.code}{index}",
            born=date(1980, 1, 1),
            citizenship_id=factories.make_country("GEO").pk,
            name_key=f"{mission.code}{index}",
        )
        for index in range(number - len(again))
    )
    people = [*again, *new]
    documents = IdentityDocument.objects.bulk_create(
        IdentityDocument(
            person=person, number="P1", number_index=b"i" * 32, number_end="P1", country_id="GEO"
        )
        for person in people
    )
    delegation = mission.delegations.get()
    Membership.objects.bulk_create(
        Membership(
            person=person,
            delegation=delegation,
            mission=mission,
            document=document,
            family_name=person.family_name,
            sort_key=person.family_name,
            born=person.born,
            citizenship_id=person.citizenship_id,
            category=fields.get("category", mission.default_category),
        )
        for person, document in zip(people, documents, strict=True)
    )
    return people


def count(election: Election) -> dict[str, Any]:
    out = StringIO()
    call_command("headcount", election.code, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_first_four_lists_are_170_people_and_180_memberships() -> None:
    """118 + 21 + 14 + 27 rows: four of the assembly and six of the commission are on the first list, too."""
    election = factories.make_election()
    journalist = election.categories.get(code="foreign-journalist")
    first = people_of(make_mission(election, code="cis"), 118)
    people_of(make_mission(election, code="ipa-cis"), 21, again=first[:4])
    people_of(make_mission(election, code="ru-cec"), 14, again=first[10:16])
    people_of(make_mission(election, code="media"), 27, category=journalist)
    people_of(make_mission(), 50)  # another election's
    found = count(election)
    assert (found["people"], found["memberships"]) == (170, 180)
    assert (found["observers"]["people"], found["observers"]["memberships"]) == (143, 153)
    assert (found["others"]["people"], found["others"]["memberships"]) == (27, 27)
    by_mission = {group["code"]: group["people"] for group in found["by_mission"]}
    assert by_mission == {"cis": 118, "ipa-cis": 21, "ru-cec": 14, "media": 27}
    by_category = {group["code"]: group["memberships"] for group in found["by_category"]}
    assert by_category == {"international-observer": 153, "foreign-journalist": 27}
    assert found["applied"] == found["accredited"] == found["arrived"] == 0
    assert found["election"] == election.code


def test_each_stage_counts_people_and_not_files() -> None:
    election = factories.make_election()
    for state in ("draft", "submitted", "refused", "withdrawn", "approved", "lapsed"):
        membership = factories.complete(make_membership(make_mission(election)))
        factories.application_in(state, membership=membership)
    found = headcount(election, now=NOW)
    # The withdrawn one was never sent; the refused and the approved ones were.
    assert (found.total.people, found.total.applied, found.total.accredited) == (6, 3, 1)
    approved = Membership.objects.get(person__accreditations__isnull=False)
    second = make_membership(make_mission(election), approved.person)
    for membership in (approved, second):
        membership.arrived_at = NOW
        membership.save()
    again = headcount(election, now=NOW)
    assert (again.total.people, again.total.memberships) == (6, 7)
    assert (again.total.accredited, again.total.arrived) == (1, 1)
    missions = {group.code: group.tally.accredited for group in again.by_mission}
    assert missions[approved.mission.code] == missions[second.mission.code] == 1


def test_a_person_accredited_as_observer_is_no_accredited_journalist() -> None:
    election = factories.make_election()
    journalist = election.categories.get(code="foreign-journalist")
    membership = factories.complete(make_membership(make_mission(election)))
    make_membership(make_mission(election), membership.person, category=journalist, is_primary=False)
    factories.application_in("approved", membership=membership)
    found = headcount(election, now=NOW)
    assert (found.observers.people, found.observers.accredited) == (1, 1)
    assert (found.others.people, found.others.applied, found.others.accredited) == (1, 0, 0)
    assert found.total.people == 1


def test_who_was_taken_off_every_list_is_not_counted() -> None:
    election = factories.make_election()
    gone, stays = (make_membership(make_mission(election)) for _one in range(2))
    make_membership(make_mission(election), gone.person)
    gone.ended_at = stays.ended_at = NOW
    gone.save()
    stays.save()
    found = headcount(election, now=NOW)
    assert (found.total.people, found.total.memberships) == (1, 1)


def test_regions_overlap_and_the_note_says_so() -> None:
    election, mission = factories.make_election(), None
    mission = make_mission(election)
    east, south = (
        Region.objects.create(code=code, name=code.title()) for code in ("test_east", "test_south")
    )
    both, alone = (Country.objects.create(code=code, name=code) for code in ("QQA", "QQB"))
    both.regions.set([east, south])
    nowhere = Country.objects.create(code="QQC", name="QQC")
    alone.regions.set([east])
    for country in (both, both, alone, nowhere):
        make_membership(mission, make_person(citizenship=country))
    found = count(election)
    regions = {group["code"]: group["people"] for group in found["by_region"]}
    assert regions == {"test_east": 3, "test_south": 2, "": 1}
    countries = [(group["code"], group["people"]) for group in found["by_country"]]
    assert countries == [("QQA", 2), ("QQB", 1), ("QQC", 1)]
    assert found["people"] == 4
    assert "Groups overlap" in found["note"]


def test_open_possible_duplicates_of_this_election_are_told() -> None:
    election = factories.make_election()
    one, two, three = (make_membership(make_mission(election)).person for _one in range(3))
    stranger, other = make_membership().person, make_membership().person
    clerk = factories.make_clerk()
    PossibleDuplicate.objects.create(first=one, second=two, agrees=["born"], similarity=0.9)
    PossibleDuplicate.objects.create(first=stranger, second=other, agrees=["born"], similarity=0.9)
    PossibleDuplicate.objects.create(
        first=two, second=three, agrees=["born"], similarity=0.9, verdict="different", decided_by=clerk
    )
    assert count(election)["open_possible_duplicates"] == 1


def test_the_number_of_queries_does_not_grow() -> None:
    election, counts = factories.make_election(), []
    for missions, people in ((1, 1), (4, 30)):
        for _mission in range(missions):
            people_of(make_mission(election), people)
        with CaptureQueriesContext(connection) as queries:
            headcount(election, now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_the_table_for_a_terminal_has_every_group_and_the_note() -> None:
    election, out = factories.make_election(), StringIO()
    people_of(make_mission(election, name="Observers of the North"), 3)
    call_command("headcount", election.code, stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "Parliamentary election, 20 December 2026"
    everybody = next(line for line in lines if line.startswith("Everybody, each once"))
    assert everybody.split()[-5:] == ["3", "3", "0", "0", "0"]
    assert any(line.startswith("Observers of the North") for line in lines)
    assert (
        len({len(line) for line in lines if line.endswith("     0")}) == 1
    )  # columns stand under each other
    assert lines[-1].startswith("Groups overlap")


def test_an_election_without_people_counts_nothing() -> None:
    found = count(factories.make_election())
    assert (found["people"], found["by_mission"], found["by_country"]) == (0, [], [])


def test_an_unknown_election_is_one_clear_line() -> None:
    known = factories.make_election().code
    with pytest.raises(CommandError, match=f"There is no election “nowhere”. There are: {known}."):
        call_command("headcount", "nowhere")


def test_the_page_shows_counts_beside_past_elections() -> None:
    election = factories.make_election()
    people_of(make_mission(election, name="North & South"), 7)
    PastElection.objects.create(
        day=date(2018, 4, 11), name="Presidential election", international_observers=894
    )
    page = sign_in(Client(), make_staff("auditor")).get(reverse("admin:reports_headcount"))
    body = page.content.decode()
    assert page.status_code == 200
    assert page.context["figures_of_all"][0] == (7, "people, each counted once")
    assert "North &amp; South" in body and "Presidential election" in body and "894" in body
    own = reverse("admin:reports_headcount_of", args=[election.code])
    assert sign_in(Client(), make_staff("clerk")).get(own).status_code == 200


def test_nobody_else_sees_the_page() -> None:
    address = reverse("admin:reports_headcount")
    head = factories.make_head(make_mission())
    roleless = factories.make_user("new@cec.example", is_staff=True)
    assert Client().get(address).status_code == 302
    assert sign_in(Client(), head).get(address, follow=True).status_code == 403
    assert sign_in(Client(), roleless).get(address).status_code == 403


def test_the_page_stands_before_the_first_election() -> None:
    page = sign_in(Client(), make_staff("auditor")).get(reverse("admin:reports_headcount"))
    assert "There is no published election yet." in page.content.decode()
