"""The sample lists, as missions send them: golden results."""

import json
from datetime import date
from pathlib import Path

import pytest

from accreditation.core.encryption import normalise_document_number
from accreditation.observers import names
from accreditation.observers.lists import ReadList
from accreditation.observers.statements import Statement
from tests.observers.lists_by_hand import read

SAMPLES = Path(__file__).parent.parent / "data" / "delegations"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())


def sample(name: str) -> ReadList:
    return read((SAMPLES / name).read_bytes(), filename=name)


@pytest.mark.parametrize("name", EXPECTED["rows"])
def test_every_row_of_a_sample_is_good_and_nothing_is_asked(name: str) -> None:
    found = sample(name)
    assert (len(found.rows), len(found.good)) == (EXPECTED["rows"][name], EXPECTED["rows"][name])
    assert not found.questions
    assert found.mapping.unmapped == []


def test_each_wrong_row_gives_its_reason_and_no_other() -> None:
    found = sample("with-errors.xlsx")
    said = {str(row.number): ", ".join(str(w.words) for w in row.refusals) or "ok" for row in found.rows}
    assert said == EXPECTED["with-errors.xlsx"]


def test_each_wrong_row_has_a_stable_code() -> None:
    found = sample("with-errors.xlsx")
    assert {row.number: [w.code for w in row.refusals] for row in found.refused} == {
        3: ["duplicate_in_file"],
        4: ["impossible_date_of_birth"],
        5: ["unknown_citizenship"],
        6: ["no_name"],
        7: ["no_document_number"],
        8: ["document_expires_before_election"],
        9: ["characters_in_name"],
        10: ["host_citizen"],
        11: ["born_in_future"],
        12: ["arrives_after_election"],
        13: ["hidden_characters"],
    }


def test_the_first_four_lists_name_170_people() -> None:
    people = set()
    memberships = 0
    for name in list(EXPECTED["rows"])[:4]:
        for row in sample(name).rows:
            s = row.statement
            key = names.fold(f"{s.family_name} {s.given_names}")
            people.add((normalise_document_number(s.document_number), s.document_country, s.born, key))
            memberships += 1
    assert memberships == EXPECTED["memberships_of_the_first_four"]
    assert len(people) == EXPECTED["distinct_people_of_the_first_four"]


FIRST = {
    "cis-observer-mission.xlsx": Statement(
        family_name="MUKHIN",
        given_names="PANTELEYMON",
        original_name="Мухин Пантелеймон Валерьевич",
        sex="M",
        born=date(1974, 10, 9),
        citizenship="RUS",
        document_number="66 7347829",
        document_country="RUS",
        document_country_assumed=True,
        document_expires=date(2030, 8, 28),
        function="Кинооператор",
        arrives_on=date(2026, 12, 17),
        arrival_flight="J2 782",
    ),
    "ipa-cis.csv": Statement(
        family_name="Fokin",
        given_names="Valentin",
        original_name="Фокин Валентин Феликсович",
        sex="M",
        born=date(1962, 8, 4),
        citizenship="RUS",
        document_number="682293693",
        document_country="RUS",
        document_country_assumed=True,
        document_expires=date(2033, 1, 14),
        function="Член делегации",
        arrives_on=date(2026, 12, 15),
        departs_on=date(2026, 12, 22),
    ),
    "russian-cec.xlsx": Statement(
        family_name="RYBAKOV",
        given_names="MIKHAIL",
        original_name="Рыбаков Михаил Жанович",
        born=date(1959, 9, 18),
        citizenship="RUS",
        document_number="586627469",
        document_country="RUS",
        document_country_assumed=True,
        document_expires=date(2027, 2, 23),
        function="Member of the delegation",
        arrives_on=date(2026, 12, 19),
        arrival_flight="SU 1854",
        departs_on=date(2026, 12, 21),
    ),
    "journalists.xlsx": Statement(
        family_name="KOTOV",
        given_names="NIFONT",
        original_name="Котов Нифонт Харламович",
        born=date(1954, 7, 4),
        citizenship="RUS",
        document_number="582155011",
        document_country="RUS",
        document_country_assumed=True,
        document_expires=date(2033, 6, 28),
        outlet="Outlet 1",
        function="Camera operator",
        ministry_number="MFA-7415",
    ),
    "odihr.xlsx": Statement(
        family_name="SAMA",
        given_names="SENIHA",
        original_name="Seniha Şama",
        sex="M",
        born=date(1968, 2, 10),
        citizenship="TUR",
        document_number="B8405722",
        document_country="TUR",
        document_country_assumed=True,
        document_expires=date(2028, 2, 11),
        role="long_term",
        email="observer17.0@example.org",
        arrives_on=date(2026, 11, 21),
        departs_on=date(2026, 12, 23),
    ),
    "oic.xlsx": Statement(
        family_name="HASSAN",
        given_names="MOHAMED ALI",
        original_name="محمد علي حسن",
        born=date(1976, 9, 27),
        citizenship="EGY",
        document_number="Y9853720",
        document_country="EGY",
        document_country_assumed=True,
        document_expires=date(2029, 6, 16),
    ),
}


@pytest.mark.parametrize("name", FIRST)
def test_the_first_row_of_a_sample_says_what_it_says(name: str) -> None:
    assert sample(name).rows[0].statement == FIRST[name]


def test_a_person_with_one_name_has_one_name() -> None:
    statement = sample("oic.xlsx").rows[3].statement
    assert (statement.family_name, statement.given_names, statement.original_name) == ("SUHARTINI", "", "")


def test_the_row_numbers_are_those_of_the_spreadsheet() -> None:
    found = sample("cis-observer-mission.xlsx")
    assert (found.header_row, found.rows[0].number, found.rows[-1].number) == (3, 4, 121)


def test_the_total_below_is_left_out_and_said_so() -> None:
    found = sample("cis-observer-mission.xlsx")
    assert [(row.number, row.words) for row in found.left_out] == [(123, "Итого: 118")]


def test_mixed_dates_in_one_column_are_read_one_by_one() -> None:
    statement = sample("with-errors.xlsx").rows[-1].statement
    assert (statement.born, statement.document_expires, statement.arrives_on) == (
        date(1960, 1, 7),
        date(2027, 4, 28),
        date(2026, 12, 15),
    )
