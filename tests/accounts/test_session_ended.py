"""A form that is sent after the session ended (FAILURES: nothing is lost without a word)."""

import pytest
from django.test import Client

from tests.factories import make_clerk, make_election
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

SAID = "You had been signed out, so nothing was sent."


def test_whose_session_ended_in_the_middle_of_a_form_is_told_and_led_back_to_its_page():
    election = make_election()
    address, page = (
        "/admin/credentials/badge/1/hand-over/",
        "http://testserver/admin/credentials/badge/1/change/",
    )
    client = Client()
    answer = client.post(address, {}, headers={"referer": page}, follow=True)
    assert answer.request["PATH_INFO"] == "/en/sign-in/staff/"
    assert answer.request["QUERY_STRING"] == "next=%2Fadmin%2Fcredentials%2Fbadge%2F1%2Fchange%2F"
    assert SAID in answer.content.decode()
    assert SAID in Client().post(f"/en/apply/{election.code}/names/", {}, follow=True).content.decode()


def test_a_page_of_somebody_else_is_not_led_back_to():
    answer = Client().post(
        "/admin/elections/1/postpone/", {}, headers={"referer": "http://evil.example/admin/"}
    )
    assert answer["Location"] == "/admin/login/?next=/admin/elections/1/postpone/"


def test_who_only_opens_a_page_and_who_is_signed_in_hear_nothing_of_it():
    assert SAID not in Client().get("/admin/elections/1/postpone/", follow=True).content.decode()
    client = sign_in(Client(), make_clerk())
    assert SAID not in client.post("/en/sign-in/", {"email": "x@example.org"}, follow=True).content.decode()
