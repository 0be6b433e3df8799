"""People are found by the beginning of their names in any script, and by the number of a passport."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accreditation.observers.models import NameToken
from accreditation.observers.names import tokens
from accreditation.observers.search import looks_like_a_document, memberships_named, people_with_document
from tests.factories import (
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_country,
    make_document,
    make_membership,
    make_mission,
    make_person,
    move,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    mission = make_mission()
    names = {
        "vasileva": ("Vasileva", "Emiliya", "Васильева Эмилия Тимуровна"),
        "vasilyan": ("Vasilyan", "Aram", "Վասիլյան Արամ"),
        "alhassan": ("Al-Hassan", "Yusuf", "يوسف الحسن"),
        "nino": ("Gelashvili", "Nino", "ნინო გელაშვილი"),
        "suharto": ("Suharto", "", ""),
        "aliyeva": ("Əliyeva", "Günel", ""),
    }
    return {
        key: make_membership(mission, family_name=family, given_names=given, original_name=original)
        for key, (family, given, original) in names.items()
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("vas", {"vasileva", "vasilyan"}),
        ("VASILEVA", {"vasileva"}),
        ("em vas", {"vasileva"}),
        ("Васильева", {"vasileva"}),
        ("эмил", {"vasileva"}),
        ("يوسف", {"alhassan"}),
        ("hassan", {"alhassan"}),
        ("ნინო", {"nino"}),
        ("gel nin", {"nino"}),
        ("suharto", {"suharto"}),
        ("aliy", {"aliyeva"}),
        ("Əliyeva", {"aliyeva"}),
        ("vas aram", {"vasilyan"}),
        ("vas nino", set()),
        ("ileva", set()),
        ("%", set()),
        ("   ", set()),
        ("", set()),
    ],
)
def test_a_name_is_found_by_the_beginning_of_its_words_in_any_script(people, text, found):
    by_pk = {membership.pk: key for key, membership in people.items()}
    assert {by_pk[one.pk] for one in memberships_named(text)} == found


def test_a_passport_is_found_by_its_whole_number_however_it_is_spaced_and_whoever_issued_it():
    georgian, french = make_person(), make_person(citizenship=make_country("FRA"))
    make_document(georgian, "AB 123-456"), make_document(french, "AB123456")
    make_document(make_person(), "AB1234567")
    for text in ("AB123456", "ab 123456", "AB-123 456", "АВ123456"):
        assert people_with_document(text) == {georgian.pk, french.pk}, text
    assert people_with_document("AB12345") == set()
    assert people_with_document("") == set()


def test_what_holds_a_digit_is_a_passport_and_what_holds_none_is_a_name():
    assert [looks_like_a_document(text) for text in ("AB 123456", "4512 3007", "Vasileva", "a1", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


# On the desk


@pytest.fixture
def found_on_desk(client: Client):
    sign_in(client, make_clerk())

    def search(text: str):
        return client.post(reverse("admin:workflow_application_search"), {"text": text}, follow=True)

    return search


def test_a_number_leads_straight_to_its_file(found_on_desk):
    application = make_application(complete(make_membership()))
    clerk = make_clerk()
    move(application, "submit", head_of(application))
    move(application, "take", clerk)
    move(application, "recommend_approval", clerk, documents_checked=True)
    approved = move(application, "approve", make_approver())
    url = reverse("admin:workflow_application_change", args=[application.pk])
    for text in (application.number, f" {application.number} ", approved.accreditation.number_in_words):
        assert found_on_desk(text).redirect_chain == [(url, 302)], text
    assert found_on_desk(application.number.replace("2026", "2025")).redirect_chain[0][0] != url


def test_a_name_finds_the_files_of_the_person_under_every_senders_spelling(found_on_desk):
    first = make_application(complete(make_membership(family_name="Vasileva", given_names="Emiliya")))
    other = make_membership(make_mission(first.election), first.person, is_primary=False)
    NameToken.objects.bulk_create(
        NameToken(membership=other, token=token) for token in tokens("Vassilieva", "Emilia")
    )
    make_application(complete(make_membership(make_mission(first.election))))
    for text in ("vasil", "vassil emilia"):
        page = found_on_desk(text)
        assert [line.pk for line in page.context["lines"]] == [first.pk]
        assert "vas" not in page.redirect_chain[0][0]


def test_a_passport_is_found_and_its_number_is_in_no_address_and_no_session(found_on_desk, client: Client):
    person = make_person()
    document = make_document(person, "QX7654321")
    one = make_application(complete(make_membership(person=person, document=document)))
    make_application(complete(make_membership(one.mission)))
    page = found_on_desk("qx 765 43 21")
    assert [line.pk for line in page.context["lines"]] == [one.pk]
    assert "passport •••••4321" in page.content.decode()
    assert "7654321" not in page.content.decode()
    assert "7654321" not in page.redirect_chain[0][0]
    kept = Session.objects.get(session_key=client.session.session_key).get_decoded()
    assert "7654321" not in str(kept)


def test_a_search_that_finds_nobody_says_how_to_search(found_on_desk):
    make_application(complete(make_membership()))
    page = found_on_desk("Nobody")
    assert page.context["lines"] == []
    assert "Nobody was found." in page.content.decode()
