"""A refused form has an address of its own: Back and Reload show it, and nobody else sees what was typed."""

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from accreditation.core.errors import Busy
from accreditation.core.shown_again import KEPT_SECONDS, forget_expired
from tests.factories import make_country, make_head, make_mission
from tests.missions.heads import STATEMENT
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

NAVIGATES = {"Sec-Fetch-Mode": "navigate"}
TYPED = {"family_name": "ZQVICTIM", "given_names": "Ada", "citizenship": ""}


@pytest.fixture
def mission() -> Any:
    cache.clear()
    return make_mission(code="odihr")


@pytest.fixture
def head(mission: Any) -> Client:
    return sign_in(Client(), make_head(mission))


def busy_when_written(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """As when somebody else holds the row for too long."""
    if sql.startswith("INSERT") and "django_cache" not in sql:
        raise Busy
    return execute(sql, params, many, context)


def form_of(mission: Any) -> str:
    return f"/en/missions/{mission.election.code}/{mission.code}/people/add/"


def refused(head: Client, mission: Any, **given: Any) -> str:
    """Send a form with faults, as a browser does; the address under which it is shown."""
    answer = head.post(given.pop("address", form_of(mission)), TYPED, headers=NAVIGATES | given)
    assert answer.status_code == 303
    return str(answer["Location"])


def test_a_refused_form_is_shown_at_an_address_of_its_own_as_often_as_asked_for(
    head: Client, mission: Any
) -> None:
    address = refused(head, mission)
    assert address.startswith(f"{form_of(mission)}?shown=")
    for _time in range(2):
        page = head.get(address)
        assert page.status_code == 422
        assert "There is a problem" in page.content.decode() and 'value="ZQVICTIM"' in page.content.decode()
    assert "shown=" not in page.content.decode()


def test_sent_again_with_faults_it_keeps_its_address(head: Client, mission: Any) -> None:
    address = refused(head, mission)
    assert refused(head, mission, address=address) == address


def test_whoever_does_not_navigate_is_refused_at_once(head: Client, mission: Any) -> None:
    for headers in ({}, {"Sec-Fetch-Mode": "cors"}):
        assert head.post(form_of(mission), TYPED, headers=headers).status_code == 422


def test_nobody_else_sees_it_and_whoever_signed_out_neither(head: Client, mission: Any) -> None:
    address = refused(head, mission)
    other = sign_in(Client(), make_head(mission, email="deputy@example.org"))
    for stranger in (other, Client()):
        answer = stranger.get(address)
        assert (answer.status_code, answer["Location"]) == (302, form_of(mission))
    head.post("/en/sign-out/")
    assert head.get(address)["Location"] == form_of(mission)


def test_whoever_is_shut_out_meanwhile_finds_nothing(mission: Any) -> None:
    user = make_head(mission)
    head = sign_in(Client(), user)
    address = refused(head, mission)
    user.is_active = False
    user.save(update_fields=["is_active"])
    answer = head.get(address)
    assert (answer.status_code, answer["Location"]) == (302, form_of(mission))


def test_what_took_nothing_leaves_what_was_typed_where_it_is(head: Client, mission: Any) -> None:
    make_country("GEO")
    address = refused(head, mission)
    head.raise_request_exception = False
    with connection.execute_wrapper(busy_when_written):
        assert head.post(address, STATEMENT, headers=NAVIGATES).status_code == 503
    assert 'value="ZQVICTIM"' in head.get(address).content.decode()


def test_an_address_that_nobody_was_given_keeps_nothing(mission: Any) -> None:
    Client().post(f"{form_of(mission)}?shown=0bcdefghijkl", TYPED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_cache WHERE cache_key LIKE '%%shown:%%'")
        assert cursor.fetchone() == (0,)


def test_a_page_that_is_too_large_is_shown_at_once(head: Client, mission: Any) -> None:
    words = secrets.token_hex(1_100_000)
    answer = head.post(form_of(mission), TYPED | {"family_name": words}, headers=NAVIGATES)
    assert answer.status_code == 422 and words in answer.content.decode()


def test_once_the_form_is_taken_the_address_leads_to_where_it_stands(head: Client, mission: Any) -> None:
    sent_from = f"http://testserver{form_of(mission)}?shown=0bcdefghijkl&x=1"
    address = refused(head, mission, Referer=sent_from)
    head.post(address, {}, headers={"Sec-Fetch-Mode": "cors"})  # whatever came of it, it was no refusal shown
    assert head.get(address)["Location"] == f"{form_of(mission)}?x=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "http://testserver//evil.example"])
def test_it_leads_to_no_other_site(head: Client, mission: Any, elsewhere: str) -> None:
    address = refused(head, mission, Referer=elsewhere)
    head.post(address, {}, headers={"Sec-Fetch-Mode": "cors"})
    assert head.get(address)["Location"] in (form_of(mission), "/%2Fevil.example")


def test_what_was_typed_is_at_rest_in_cipher_only(head: Client, mission: Any) -> None:
    refused(head, mission)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM django_cache WHERE cache_key LIKE '%%shown:%%'")
        import base64

        stored = [base64.b64decode(row[0]) for row in cursor.fetchall()]
    assert stored and not any(b"ZQVICTIM" in one for one in stored)


def test_an_address_that_nobody_made_leads_to_the_form(head: Client, mission: Any) -> None:
    for token in ("0bcdefghijkl", "x", "../../x", "%00", "ы"):
        answer = head.get(form_of(mission), {"shown": token})
        assert (answer.status_code, answer["Location"]) == (302, form_of(mission))


def rows_of_pages() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_cache WHERE cache_key LIKE '%%shown:%%'")
        return int(cursor.fetchone()[0])


def test_a_session_keeps_four_pages_at_most_the_last_ones(head: Client, mission: Any) -> None:
    addresses = [refused(head, mission) for _time in range(7)]
    assert rows_of_pages() == 4
    assert [head.get(address).status_code for address in addresses] == [302] * 3 + [422] * 4
    assert refused(head, mission, address=addresses[-2]) == addresses[-2]
    assert refused(head, mission, address=addresses[0]) != addresses[0]
    assert rows_of_pages() == 4


def failing(word: str) -> Any:
    """A database that takes no statement of this kind for the cache."""

    def execute_if(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(word) and "django_cache" in sql:
            raise DatabaseError
        return execute(sql, params, many, context)

    return connection.execute_wrapper(execute_if)


@pytest.mark.parametrize(("word", "kept_before"), [("INSERT", False), ("UPDATE", True), ("SELECT", True)])
def test_a_page_that_cannot_be_kept_is_shown_at_once(
    head: Client, mission: Any, word: str, kept_before: bool
) -> None:
    address = refused(head, mission) if kept_before else form_of(mission)
    with failing(word):
        answer = head.post(address, TYPED, headers=NAVIGATES)
    assert answer.status_code == 422 and 'value="ZQVICTIM"' in answer.content.decode()


def test_a_form_that_was_taken_is_answered_as_such_when_the_cache_fails(head: Client, mission: Any) -> None:
    make_country("GEO")
    address = refused(head, mission)
    with failing(""):
        answer = head.post(address, STATEMENT, headers=NAVIGATES)
    assert answer.status_code == 303 and "shown=" not in answer["Location"]


def test_an_expired_page_does_not_stay_in_the_database(head: Client, mission: Any) -> None:
    refused(head, mission)
    now = timezone.now()
    assert (forget_expired(now), rows_of_pages()) == (0, 1)
    forget_expired(now + timedelta(seconds=KEPT_SECONDS + 5))
    assert rows_of_pages() == 0
