"""Odd and hostile wishes by API get an answer with words, never a fault."""

import base64
import json
from typing import Any

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accreditation.core.outbox import OutboxMessage
from accreditation.missions.models import RefusalGround
from accreditation.workflow.models import Application
from tests.factories import (
    GROUND,
    application_in,
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_membership,
    move,
)

pytestmark = pytest.mark.django_db


def system_of(user: Any) -> APIClient:
    user.set_unusable_password()
    user.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
    return client


@pytest.mark.parametrize(
    ("name", "state", "wish", "answer"),
    [
        ("ask", "under_review", {"text": "The photo."}, 422),
        ("ask", "under_review", {"text": "The photo.", "due_on": None}, 400),
        ("ask", "under_review", {"text": "The photo.", "due_on": "9999-12-31"}, 200),
        ("ask", "under_review", {"text": "a\0b", "due_on": "2026-12-01"}, 400),
        ("ask", "under_review", {"text": "x", "reasons": ["s" * 41], "due_on": "2026-12-01"}, 400),
        ("ask", "under_review", {"reason": "\ud800", "text": "x", "due_on": "2026-12-01"}, 400),
        ("change_category", "under_review", {"category": None}, 400),
        ("change_category", "under_review", {"category": "no-such"}, 422),
        ("merge", "under_review", {"kept_person": 10**30}, 422),
        ("merge", "under_review", {"kept_person": -1}, 422),
        ("merge", "under_review", {}, 422),
        ("take", "submitted", {"version": 10**30}, 409),
        ("take", "submitted", ["take"], 400),
        ("uphold", "appealed", {"ruling": "r" * 201}, 400),
        ("refuse", "recommended", {"legal_basis": "b" * 10_000, **GROUND}, 422),
    ],
)  # fmt: skip
def test_an_odd_wish_is_answered_in_words(name: str, state: str, wish: Any, answer: int) -> None:
    application = application_in(state)
    user = make_approver() if name in ("uphold", "refuse") else make_clerk()
    url = f"/api/v1/applications/{application.public_id}/transitions/{name}/"
    assert system_of(user).post(url, json.dumps(wish), content_type="application/json").status_code == answer


@pytest.mark.parametrize("field", ["election", "mission", "state"])
def test_a_filter_with_a_nul_finds_nothing(field: str) -> None:
    application_in("submitted")
    answer = system_of(make_clerk()).get("/api/v1/applications/", {field: "a\0b"})
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_a_cursor_that_is_none_is_not_found() -> None:
    cursor = base64.b64encode(b"p=abc").decode()
    assert system_of(make_clerk()).get("/api/v1/applications/", {"cursor": cursor}).status_code == 404


def test_a_refusal_on_many_grounds_cites_all_their_laws() -> None:
    application = application_in("under_review")
    codes = [f"ground-{number}" for number in range(3)]
    for code in codes:
        RefusalGround.objects.create(
            election=application.election, code=code, words=code, article=f"{code}: " + "§" * 150
        )
    move(application, "recommend_refusal", make_clerk(), documents_checked=True, grounds=codes)
    move(application, "refuse", make_approver(), grounds=codes)
    (refusal,) = application.decisions.all()
    assert refusal.legal_basis == "; ".join(f"{code}: " + "§" * 150 for code in codes)


def test_the_longest_address_gets_its_letters() -> None:
    email = "a" * 64 + "@" + ".".join(["b" * 61] * 3) + ".az"
    application = make_application(complete(make_membership(email=email)))
    move(application, "submit", head_of(application))
    assert Application.objects.get().state == "submitted"
    assert [letter.email for letter in OutboxMessage.objects.filter(kind="receipt")] == [email]
