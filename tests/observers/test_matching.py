"""How a statement meets a person: agreement of all, or a doubt."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.observers.matching import Identity, document_index, meet, similarity
from accreditation.observers.models import Person
from accreditation.observers.names import fold
from tests.factories import make_document, make_membership, make_mission, make_person, make_user
from tests.lists import stated

pytestmark = pytest.mark.django_db
BORN = date(1981, 3, 14)


def known(number: str = "P1234567", country: str = "BGR", **fields) -> Person:
    """Somebody whom a confirmed sender has named."""
    values = {"family_name": "Vasileva", "given_names": "Emiliya", "born": BORN} | fields
    person = make_person(**values)
    make_membership(person=person, document=make_document(person, number, country), email="")
    return person


def met(**fields):
    return meet([Identity.of(stated(**fields))])[0]


def doubts(**fields):
    return [(doubt.person, set(doubt.agrees)) for doubt in met(**fields).doubts]


def test_agreement_of_document_birth_and_name_joins():
    person = known()
    assert (met().person, met().doubts) == (person.pk, [])


def test_another_spelling_of_the_same_name_and_number_joins():
    person = known()
    assert met(family_name="VASILEVA", given_names="Emilia", document_number="p 123-4567").person == person.pk


def test_a_number_typed_with_cyrillic_letters_is_the_same_number():
    person = known()
    assert met(document_number="Р1234567").person == person.pk


def test_the_same_document_with_another_birth_is_a_doubt():
    person = known()
    assert met(born=date(1981, 4, 13)).person is None
    assert doubts(born=date(1981, 4, 13)) == [(person.pk, {"document", "name"})]


def test_the_same_document_and_birth_with_another_name_is_a_doubt():
    person = known()
    assert doubts(family_name="Khasanzade", given_names="Ilgar") == [(person.pk, {"document", "birth"})]


def test_the_same_number_of_another_country_is_a_doubt_by_birth_and_name_only():
    person = known()
    assert doubts(document_country="SRB") == [(person.pk, {"birth", "name"})]


def test_a_similar_name_on_the_same_birthday_is_a_doubt():
    person = known()
    assert doubts(given_names="Emiliana", document_number="X7654321") == [(person.pk, {"birth", "name"})]


def test_a_birthday_alone_is_nothing():
    known()
    assert doubts(family_name="Haddad", given_names="Omar", document_number="X7654321") == []


def test_an_address_in_common_is_a_doubt_only_on_the_same_birthday():
    person = make_person(family_name="Haddad", given_names="Omar", born=BORN)
    make_membership(person=person, email="Office@mission.example")
    other = {"document_number": "X7654321", "email": "office@mission.example"}
    assert doubts(**other) == [(person.pk, {"birth", "email"})]
    assert doubts(**other, born=date(1990, 1, 1)) == []


def test_a_namesake_born_another_day_is_somebody_else():
    known()
    assert doubts(born=date(1970, 1, 1), document_number="X7654321") == []


def test_who_was_merged_is_met_as_the_one_who_is_kept():
    kept = known("P1234567")
    merged = make_person(family_name="Wassilewa", given_names="Emilija", born=BORN, merged_into=kept)
    assert met(family_name="Wassilewa", given_names="Emilija").person == kept.pk
    assert met().person == kept.pk
    assert (
        doubts(given_names="Emilijana", family_name="Wassilewa", document_number="X7654321")[0][0] == kept.pk
    )
    assert merged.pk not in {person for person, __ in doubts(document_number="X7654321")}


def test_several_steps_of_merging_lead_to_the_one_who_is_kept():
    kept = known("P1234567", family_name="Third")
    second = make_person(family_name="Second", given_names="Emiliya", born=BORN, merged_into=kept)
    make_person(family_name="Vasileva", given_names="Emiliya", born=BORN, merged_into=second)
    assert met().person == kept.pk


def test_nobody_joins_somebody_known_from_an_unconfirmed_claim_only():
    person = make_person(family_name="Vasileva", given_names="Emiliya", born=BORN)
    document = make_document(person, "P1234567", "BGR")
    make_membership(person=person, document=document, sender_confirmed=False, stated_by=make_user())
    assert met().person is None
    assert doubts() == [(person.pk, {"document", "birth", "name"})]


def test_an_applicant_joins_only_what_the_same_account_has_stated():
    person, own = known(), make_user()
    (meeting,) = meet([Identity.of(stated())], by_applicant=own.pk)
    assert (meeting.person, meeting.doubts[0].person) == (None, person.pk)
    make_membership(make_mission(), person, stated_by=own, document=make_document(person, "P1234567", "BGR"))
    assert meet([Identity.of(stated())], by_applicant=own.pk)[0].person == person.pk


def test_rows_of_one_list_meet_each_other():
    rows = [
        stated(),
        stated(given_names="Emilia"),
        stated(family_name="Vasilewa", document_number="X7654321"),
        stated(family_name="Haddad", given_names="Omar", document_number="A1"),
    ]
    first, same, doubtful, other = meet([Identity.of(row) for row in rows])
    assert first.is_new and not first.doubts
    assert (same.row, same.is_new) == (0, False)
    assert doubtful.is_new and [doubt.row for doubt in doubtful.doubts] == [0]
    assert other.is_new and not other.doubts


def test_a_list_is_asked_with_as_many_queries_as_a_row():
    for number in range(30):
        known(f"K{number:06d}", family_name=f"Person{'abcdefghijklmnopqrstuvwxyz'[number % 26]}")
    rows = [Identity.of(stated(document_number=f"K{n:06d}")) for n in range(30)]
    with CaptureQueriesContext(
        connection,
    ) as one:
        meet(rows[:1])
    with CaptureQueriesContext(connection) as thirty:
        meet(rows)
    assert len(one) == len(thirty) <= 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vasileva Emiliya", "Vasilyeva Emilia"),
        ("Shevchenko Volodymyr", "Schewtschenko Wolodymyr"),
        ("Aliyev Ilqar", "Əliyev İlqar Həsən oğlu"),
    ],
)
def test_spellings_of_one_name_are_alike(one, other):
    assert similarity(fold(one), fold(other)) >= 0.75


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vasileva Emiliya", "Haddad Omar"), ("Kim Minh", "Nguyen Thi Lan"), ("Ivanov Petr", "Sidorov Petr")],
)
def test_names_of_different_people_are_not(one, other):
    assert similarity(fold(one), fold(other)) < 0.75


def test_the_index_knows_country_and_number_apart():
    assert document_index("BGR", "P 1234567") == document_index("BGR", "p1234567")
    assert document_index("BGR", "P1234567") != document_index("SRB", "P1234567")
