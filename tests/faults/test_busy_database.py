"""What a person meets whose wish waits too long for somebody else, or whose database goes away: never a broken page,
nothing done by halves, nothing typed that is lost.
"""

import time
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.utils import OperationalError, ProgrammingError
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone, translation
from rest_framework.authtoken.models import Token

from accreditation.core.audit import AuditEvent
from accreditation.core.busy import SECONDS_WHEN_BUSY, SECONDS_WHEN_LOST, reason_of, unavailable
from accreditation.core.errors import Busy
from accreditation.observers.matching import PEOPLE_LOCK
from accreditation.observers.models import Membership
from accreditation.workflow import bulk
from accreditation.workflow.models import Application
from config import urls
from tests.core import specimen
from tests.factories import actor, application_in, make_clerk, make_country
from tests.faults.elsewhere import Aside, await_waiting, patience, somebody_else
from tests.missions.heads import STATEMENT, headed
from tests.signing_in import sign_in

LOCK_AND_PAGE = (
    5  # seconds: three for the lock, the rest for a page on a machine that is at work elsewhere, too
)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


class SentAgain(HTMLParser):
    """The form on the page of 503: where it goes, and its hidden fields."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.feed(answer.content.decode())

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        attributes = dict(found)
        if tag == "form" and attributes.get("method") == "post":
            self.action = attributes["action"] or ""
        if tag == "input" and attributes.get("type") == "hidden":
            self.fields.append((attributes["name"] or "", attributes["value"] or ""))

    def press(self, client: Client) -> Any:
        assert self.action, "the page offers no form"
        data: dict[str, list[str]] = {}
        for name, value in self.fields:
            data.setdefault(name, []).append(value)
        return client.post(self.action, data)


def browser_of(user: Any) -> Client:
    """As in life: what no view has caught becomes a page, not an error of the test."""
    return sign_in(Client(raise_request_exception=False), user)


def held_in(other: Any, application: Application) -> None:
    other.execute("SELECT FROM workflow_application WHERE id = %s FOR UPDATE", [application.pk])


def taken(application: Application) -> tuple[str, int]:
    """Its state now, and how often it was taken."""
    takes = AuditEvent.objects.about(application).filter(verb="take").count()
    return Application.objects.get(pk=application.pk).state, takes


def take(client: Client, application: Application) -> Any:
    url = reverse("admin:workflow_application_move", args=[application.pk, "take"])
    return client.post(url, {"version": application.version})


# Pages


def test_a_clerk_waits_three_seconds_for_a_file_that_somebody_holds_and_the_next_press_takes_it() -> None:
    application, client = application_in("submitted"), browser_of(make_clerk())
    with somebody_else() as other, patience("web"):
        held_in(other, application)
        began = time.monotonic()
        answer = take(client, application)
        assert 3 <= time.monotonic() - began < LOCK_AND_PAGE
        assert (answer.status_code, answer["Retry-After"]) == (503, str(SECONDS_WHEN_BUSY))
        assert "The system is busy" in answer.content.decode()
        assert "Nothing was changed." in answer.content.decode()
        assert "no-store" in answer["Cache-Control"] and answer["X-Request-ID"]
        assert taken(application) == ("submitted", 0)

        other.rollback()
        assert SentAgain(answer).press(client).status_code == 302
    assert taken(application) == ("under_review", 1)


def test_a_head_reads_it_in_arabic_and_sends_again_what_was_typed_without_typing_it() -> None:
    make_country("GEO")
    house = headed()
    client = browser_of(house.head)
    with translation.override("ar"):
        url = house.url("add")
    with somebody_else() as other, patience(lock=0.3):
        other.execute("SELECT pg_advisory_xact_lock(%s)", [PEOPLE_LOCK])
        answer = client.post(url, STATEMENT)
        page = answer.content.decode()
        assert answer.status_code == 503
        assert '<html lang="ar" dir="rtl">' in page
        again = SentAgain(answer)
        assert (again.action, dict(again.fields)) == (url, STATEMENT)
        assert not Membership.objects.exists()

        other.rollback()
        assert again.press(client).status_code in (302, 303)
    assert Membership.objects.get().original_name == STATEMENT["original_name"]


def test_the_page_gives_a_stranger_no_token_and_nobody_a_password() -> None:
    application, client = application_in("submitted"), browser_of(make_clerk())
    url = reverse("admin:workflow_application_move", args=[application.pk, "take"])
    with somebody_else() as other, patience(lock=0.2):
        held_in(other, application)
        for secret in ("password", "new_password1"):
            answer = client.post(url, {"version": application.version, secret: "correct horse"})
            assert answer.status_code == 503
            assert "correct horse" not in answer.content.decode()
            assert SentAgain(answer).fields == []
        assert "csrfmiddlewaretoken" not in take(client, application).content.decode()


@pytest.mark.parametrize("page", ["account_confirm_login_code", "mfa_authenticate", "mfa_activate_totp"])
def test_the_page_gives_nobody_a_code(rf: RequestFactory, page: str) -> None:
    request = rf.post(reverse(page), {"code": "K7RW2M9Q"})
    request.resolver_match = resolve(request.path)
    assert "K7RW2M9Q" not in unavailable(request, Busy().reasons[0]).content.decode()


def test_what_was_typed_comes_back_as_words_and_never_as_marks() -> None:
    application, client = application_in("submitted"), browser_of(make_clerk())
    words = '</form><script>alert("1")</script>\r\nsecond line'
    with somebody_else() as other, patience(lock=0.2):
        held_in(other, application)
        url = reverse("admin:workflow_application_move", args=[application.pk, "take"])
        answer = client.post(url, {"version": application.version, "reason": words})
    assert "<script>alert" not in answer.content.decode()
    assert dict(SentAgain(answer).fields)["reason"] == words


def test_a_question_that_takes_too_long_is_broken_off_and_can_be_asked_again() -> None:
    application, client = application_in("submitted"), browser_of(make_clerk())
    url = reverse("admin:workflow_application_change", args=[application.pk])
    with somebody_else() as other, patience(statement=0.3, lock=20):
        other.execute("LOCK TABLE workflow_application IN ACCESS EXCLUSIVE MODE")
        answer = client.get(url)
        assert (answer.status_code, answer["Retry-After"]) == (503, str(SECONDS_WHEN_BUSY))
        assert f'href="{url}"' in answer.content.decode()
    assert client.get(url).status_code == 200


def test_a_database_that_goes_away_in_the_middle_is_said_and_the_same_press_again_moves_once() -> None:
    application, clerk = application_in("submitted"), make_clerk()
    client = browser_of(clerk)
    with somebody_else() as other:
        held_in(other, application)
        aside = Aside(lambda: take(client, application))
        for pid in await_waiting(other):
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        answer = aside.answer()
        assert (answer.status_code, answer["Retry-After"]) == (503, str(SECONDS_WHEN_LOST))
        assert "may not have been carried out" in answer.content.decode()
        other.rollback()
    assert taken(application) == ("submitted", 0)
    for _press in range(2):
        assert SentAgain(answer).press(client).status_code == 302
    assert taken(application) == ("under_review", 1)


def test_a_session_that_was_ended_between_two_requests_is_not_noticed() -> None:
    application, client = application_in("submitted"), browser_of(make_clerk())
    assert connection.settings_dict["CONN_HEALTH_CHECKS"] is True
    with somebody_else() as other:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    close_old_connections()  # as every request begins, but those of Django's test client
    assert take(client, application).status_code == 302
    assert taken(application) == ("under_review", 1)


# Other systems, and many at once


def test_another_system_reads_it_as_json_and_its_next_try_succeeds() -> None:
    application, clerk = application_in("submitted"), make_clerk()
    clerk.set_unusable_password()
    clerk.save()
    bearer = {"Authorization": f"Token {Token.objects.create(user=clerk).key}"}
    client, url = Client(), f"/api/v1/applications/{application.public_id}/transitions/take/"
    with somebody_else() as other, patience("web"):
        held_in(other, application)
        began = time.monotonic()
        answer = client.post(url, {"version": application.version}, headers=bearer)
        assert 3 <= time.monotonic() - began < LOCK_AND_PAGE
        assert (answer.status_code, answer["Retry-After"]) == (503, str(SECONDS_WHEN_BUSY))
        assert answer["Content-Type"] == "application/json"
        assert [reason["code"] for reason in answer.json()["reasons"]] == ["busy"]
        assert taken(application) == ("submitted", 0)
        other.rollback()
        assert client.post(url, {"version": application.version}, headers=bearer).status_code == 200
    assert taken(application) == ("under_review", 1)


def test_of_many_files_the_one_that_somebody_holds_is_named_and_the_others_are_moved() -> None:
    clerk = make_clerk()
    free, held = application_in("submitted"), application_in("submitted")
    with somebody_else() as other, patience(lock=0.2):
        held_in(other, held)
        run = bulk.begin([held, free], "take", election=free.election, actor=actor(clerk), now=timezone.now(),
                         given={})  # fmt: skip
        bulk.carry_on(run, actor=actor(clerk), now=timezone.now())
    assert {pk: [reason["code"] for reason in reasons] for pk, reasons in run.refusals().items()} == {
        held.pk: ["busy"]
    }
    assert (taken(free), taken(held)) == (("under_review", 1), ("submitted", 0))


# What counts as busy


def test_a_pool_without_a_free_connection_is_busy() -> None:
    pooled = connection.settings_dict | {
        "CONN_MAX_AGE": 0,
        "OPTIONS": connection.settings_dict["OPTIONS"]
        | {"pool": {"min_size": 1, "max_size": 1, "timeout": 0.3}},
    }
    one, two = DatabaseWrapper(pooled, "pooled"), DatabaseWrapper(pooled, "pooled")
    try:
        one.ensure_connection()
        with pytest.raises(OperationalError) as raised:
            two.ensure_connection()
        reason = reason_of(raised.value)
        assert reason is not None and reason.code == "busy"
        one.close()
        two.ensure_connection()
    finally:
        one.close()
        two.close()
        one.close_pool()


def test_a_database_that_cannot_be_reached_is_lost_and_a_fault_of_ours_is_neither() -> None:
    elsewhere = DatabaseWrapper(connection.settings_dict | {"HOST": "127.0.0.1", "PORT": "1"}, "elsewhere")
    with pytest.raises(OperationalError) as raised:
        elsewhere.ensure_connection()
    reason = reason_of(raised.value)
    assert reason is not None and reason.code == "database_lost"

    with pytest.raises(ProgrammingError) as wrong, connection.cursor() as cursor:
        cursor.execute("SELECT FROM no_such_table")
    assert reason_of(wrong.value) is None
    assert reason_of(ValueError("ours")) is None


def test_a_fault_of_ours_keeps_the_page_of_500(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "tests.core.specimen"
    monkeypatch.setattr(specimen, "handler500", urls.handler500, raising=False)
    answer = Client(raise_request_exception=False).get("/en/broken/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "Retry-After" not in answer
