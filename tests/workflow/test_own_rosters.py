"""A head downloads the roster, corrects it in a spreadsheet and sends it back: only what was corrected changes."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from accreditation.observers.lists.headers import field_of
from accreditation.observers.models import Membership
from accreditation.workflow.list_imports import preview_of, read_again, receive, report_of
from tests import factories as make
from tests.missions.heads import Headed, headed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.PRIVATE_FILES_ROOT = tmp_path / "private"


@pytest.fixture
def place() -> Headed:
    return headed()


@pytest.fixture
def people(place: Headed) -> list[Membership]:
    """Three of the mission, one of them accredited; and two of another mission with one of their numbers."""
    stay = place.mission.delegations.get()
    stay.arrives_on, stay.arrival_flight = date(2026, 12, 17), "J2 082"
    stay.save()
    own = [
        place.person(
            state,
            person=(one := make.make_person(family_name=family, given_names=given, born=born)),
            document=make.make_document(one, number),
        )
        for state, family, given, born, number in (
            ("draft", "Vasileva", "Emiliya", date(1979, 3, 4), "C0004567"),
            ("under_review", "Smirnov", "Onufriy", date(1980, 3, 27), "C0001234"),
            ("approved", "Rossi", "Anna", date(1985, 5, 6), "C0009876"),
        )
    ]
    other = make.make_mission(place.mission.election)
    stranger = make.make_person(family_name="Stranger", given_names="A", born=date(1990, 1, 1))
    make.make_membership(other, stranger, document=make.make_document(stranger, "X7774567"))
    return own


def downloaded(place: Headed) -> list[dict[str, str]]:
    answer = place.get("download", form="csv")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def sent_back(place: Headed, rows: list[dict[str, str]]) -> Any:
    written = io.StringIO()
    table = csv.DictWriter(written, fieldnames=list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    job = receive(
        written.getvalue().encode(),
        "roster.csv",
        delegation=place.mission.delegations.get(),
        actor=make.actor(place.head),
        now=make.NOW,
    )
    return read_again(job, now=make.NOW)


def reasons(read: Any) -> list[list[str]]:
    return [row["reasons"] for row in report_of(read)["refused"]]


def test_a_roster_sent_back_as_it_is_changes_nothing(place: Headed, people) -> None:
    rows = downloaded(place)
    assert all(row["Passport number"].startswith("•••••") for row in rows)
    read = sent_back(place, rows)
    found = preview_of(read, place.mission.delegations.get())
    assert (found.new, found.unchanged, found.changes, reasons(read)) == (0, 3, [], [])


def test_only_what_was_corrected_changes_and_no_number_does(place: Headed, people) -> None:
    rows = downloaded(place)
    for row in rows:
        if row["Family name"].upper() == "ROSSI":
            row["Given names"] = "Anna Maria"
    found = preview_of(sent_back(place, rows), place.mission.delegations.get())
    assert [(change.membership, change.fields) for _row, change in found.changes] == [
        (people[2], ["given_names"])
    ]


def test_the_two_flights_have_names_of_their_own_and_each_comes_back_to_its_own_end(
    place: Headed, people
) -> None:
    rows = downloaded(place)
    assert len(rows[0]) == 16  # a reader by names loses the first of two columns of one name
    for row in rows:
        if row["Family name"].upper() == "SMIRNOV":
            row["Flight of departure"], row["Flight of arrival"] = "TK 335", "J2 182"
    read = sent_back(place, rows)
    ((number, change),) = preview_of(read, place.mission.delegations.get()).changes
    (statement,) = (row.statement for row in read.good if row.number == number)
    assert (statement.arrival_flight, statement.departure_flight) == ("J2 182", "TK 335")
    assert sorted(change.fields) == ["arrival_flight", "departure_flight"]


@pytest.mark.parametrize(
    ("arrival", "departure"),
    [
        ("Flight of arrival", "Flight of departure"),
        ("Gəliş reysi", "Gediş reysi"),
        ("Vol d’arrivée", "Vol de départ"),
        ("Рейс прилёта", "Рейс вылета"),
        ("رحلة الوصول", "رحلة المغادرة"),
    ],
)
def test_a_list_s_reader_knows_both_flights_in_every_language_of_the_pages(
    arrival: str, departure: str
) -> None:
    assert (field_of(arrival), field_of(departure)) == (("arrival_flight", 1.0), ("departure_flight", 1.0))


def test_a_hidden_number_that_fits_nobody_here_is_refused_and_never_taken_as_a_number(
    place: Headed, people
) -> None:
    rows = downloaded(place)[:1]
    rows[0] |= {"Family name": "Stranger", "Given names": "A", "Date of birth": "1990-01-01"}
    rows[0]["Passport number"] = "•••••4567"  # another mission's person has such a number
    read = sent_back(place, rows)
    assert reasons(read) == [["document_number_hidden"]]
    assert str(read.refused[0].refusals[0]) == "the passport number is hidden: write all of it"


def test_a_person_who_stands_twice_in_the_file_is_taken_once(place: Headed, people) -> None:
    rows = downloaded(place)
    read = sent_back(place, [*rows, rows[0]])
    assert reasons(read) == [["duplicate_in_file"]]
    assert len(read.good) == 3
