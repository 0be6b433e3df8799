"""The API: the rows, rules and errors of the pages, for other systems."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accreditation.accounts.models import User
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.workflow.models import Application
from accreditation.workflow.states import ACCREDITATION
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    head_of,
    make_approver,
    make_clerk,
    make_head,
    make_membership,
    make_mission,
    make_staff,
    make_user,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def system_of(user: User) -> APIClient:
    """Another system that signs in with this account's token."""
    user.set_unusable_password()
    user.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
    return client


def url_of(application: Application, name: str = "") -> str:
    tail = f"transitions/{name}/" if name else ""
    return f"/api/v1/applications/{application.public_id}/{tail}"


def test_nobody_gets_in_without_an_account() -> None:
    application = application_in("submitted")
    mission = f"{application.election.code}:{application.mission.code}"
    urls = [
        "/api/v1/applications/",
        url_of(application),
        f"/api/v1/missions/{mission}/roster/",
        "/api/v1/schema/",
    ]
    assert [APIClient().get(url).status_code for url in urls] == [401, 401, 401, 401]


def test_a_head_sees_the_own_mission_s_files_and_a_stranger_none() -> None:
    application = application_in("submitted")
    application_in("submitted")
    stranger = make_head(make_mission(application.election))

    own = system_of(head_of(application)).get("/api/v1/applications/").json()["results"]
    assert [(row["id"], row["state"], row["moves"]) for row in own] == [
        (application.public_id, "submitted", ["withdraw", "change_category"])
    ]
    client = system_of(stranger)
    assert client.get("/api/v1/applications/").json()["results"] == []
    assert client.get(url_of(application)).status_code == 404
    assert client.post(url_of(application, "withdraw")).status_code == 404


def test_no_answer_holds_a_passport_number_or_a_birthday() -> None:
    application = application_in("submitted")
    client = system_of(make_clerk())
    mission = f"{application.election.code}:{application.mission.code}"
    answers = [client.get(url_of(application)), client.get(f"/api/v1/missions/{mission}/roster/")]
    number = application.membership.document.number
    for answer in answers:
        assert answer.status_code == 200
        assert number not in answer.content.decode()
        assert application.membership.born.isoformat() not in answer.content.decode()


def test_a_move_by_api_is_the_same_move() -> None:
    application = application_in("submitted")
    clerk = make_clerk()

    answer = system_of(clerk).post(url_of(application, "take"), {"version": 2}, format="json")

    assert (answer.status_code, answer.json()["state"], answer.json()["version"]) == (200, "under_review", 3)
    event = AuditEvent.objects.about(application).last()
    assert event is not None and (event.verb, event.actor_id) == ("take", clerk.pk)


@pytest.mark.parametrize(
    ("name", "given", "status", "code"),
    [
        ("approve", {}, 403, "not_allowed"),
        ("take", {"version": 1}, 409, "wrong_state"),
        ("resume", {}, 409, "wrong_state"),
        ("ask", {"text": "", "due_on": "2027-01-01"}, 422, "asks_nothing"),
    ],
)
def test_errors_are_told_by_status_and_reason(
    name: str, given: dict[str, Any], status: int, code: str
) -> None:
    answer = system_of(make_clerk()).post(url_of(application_in("submitted"), name), given, format="json")
    assert (answer.status_code, [reason["code"] for reason in answer.json()["reasons"]]) == (status, [code])


def test_an_unknown_move_is_a_bad_request() -> None:
    assert system_of(make_clerk()).post(url_of(application_in("submitted"), "fly")).status_code == 400


def test_a_token_is_no_way_past_a_staff_member_s_password() -> None:
    clerk = make_clerk()
    clerk.set_password("a long password of the clerk")
    clerk.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=clerk).key}")
    assert client.get("/api/v1/applications/").status_code == 401


def test_the_schema_is_for_staff_and_complete(tmp_path: Any) -> None:
    assert system_of(make_user()).get("/api/v1/schema/").status_code == 403
    assert system_of(make_staff("clerk")).get("/api/v1/schema/").status_code == 200
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


@pytest.mark.usefixtures("told_at_once")
def test_the_roster_names_the_mission_s_people_with_their_states() -> None:
    application = application_in("approved")
    mission = f"{application.election.code}:{application.mission.code}"
    rows = system_of(head_of(application)).get(f"/api/v1/missions/{mission}/roster/").json()["results"]
    assert [(row["name"], row["state"]) for row in rows] == [(application.membership.full_name, "accredited")]
    stranger = system_of(make_head(make_mission(application.election)))
    assert stranger.get(f"/api/v1/missions/{mission}/roster/").status_code == 404


@pytest.mark.usefixtures("told_at_once")
@pytest.mark.parametrize("name", ["suspend", "relinquish"])
def test_the_roster_tells_by_api_what_its_page_tells_when_an_accreditation_is_not_in_force(
    client: Client, name: str
) -> None:
    application = application_in("approved")
    in_force = application_in("approved", membership=complete(make_membership(application.mission)))
    head = head_of(application)
    accreditation = application.accreditation
    assert accreditation is not None
    by = head if name == "relinquish" else make_approver()
    perform(ACCREDITATION, accreditation.pk, name, actor=actor(by), now=NOW, reason="Campaigned.")
    address = f"{application.election.code}:{application.mission.code}"
    rows = system_of(head).get(f"/api/v1/missions/{address}/roster/").json()["results"]
    page = sign_in(client, head).get(f"/en/missions/{address.replace(':', '/')}/").content.decode()
    words = {"suspend": "Accreditation suspended", "relinquish": "Is not coming"}[name]
    assert {row["id"]: (row["state"], row["state_words"]) for row in rows} == {
        application.membership.public_id: ("ended", words),
        in_force.membership.public_id: ("accredited", "Accredited"),
    }
    assert words in page


def test_a_roster_asks_the_same_number_of_queries_at_1_and_30_people(django_assert_num_queries: Any) -> None:
    application = application_in("approved")
    client = system_of(head_of(application))
    address = f"/api/v1/missions/{application.election.code}:{application.mission.code}/roster/"
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    for _ in range(29):
        application_in("approved", membership=complete(make_membership(application.mission)))
    with django_assert_num_queries(len(queries)):
        assert len(client.get(address).json()["results"]) == 30


def test_lists_ask_the_same_number_of_queries_at_1_and_30_rows(django_assert_num_queries: Any) -> None:
    client = system_of(make_clerk())
    application_in("submitted")
    with django_assert_num_queries(4):
        client.get("/api/v1/applications/")
    for _ in range(29):
        application_in("submitted")
    with django_assert_num_queries(4):
        client.get("/api/v1/applications/")
