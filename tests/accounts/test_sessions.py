"""A session is new at the sign-in, and never stronger than the account is at this moment."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accreditation.missions.models import MissionRole
from tests.factories import NOW, make_clerk, make_head, make_mission
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

DESK = "/admin/workflow/application/"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def test_the_key_of_a_session_changes_with_the_sign_in() -> None:
    client = Client()
    client.post("/en/sign-in/", {"email": "ada@example.org"})
    planted = client.cookies["sessionid"].value
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mail.outbox[-1].body, re.MULTILINE)
    assert code is not None
    client.post("/en/sign-in/code/", {"code": code[1], "action": "verify"})
    assert client.session.get("_auth_user_id")
    assert client.cookies["sessionid"].value != planted

    other = Client()
    other.cookies["sessionid"] = planted
    assert other.session.get("_auth_user_id") is None


def test_who_loses_the_role_loses_the_pages_with_the_next_request() -> None:
    clerk = make_clerk()
    client = sign_in(Client(), clerk)
    assert client.get(DESK).status_code == 200
    clerk.groups.clear()
    assert client.get(DESK).status_code == 403


def test_a_closed_account_of_the_staff_is_out_with_the_next_request() -> None:
    clerk = make_clerk()
    client = sign_in(Client(), clerk)
    clerk.is_active = False
    clerk.save()
    answer = client.get(DESK)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("admin:login"))


def test_a_relieved_head_is_out_with_the_next_request() -> None:
    mission = make_mission()
    head = make_head(mission)
    client = sign_in(Client(), head)
    roster = f"/en/missions/{mission.election.code}/{mission.code}/"
    assert client.get(roster).status_code == 200
    MissionRole.objects.filter(user=head).update(ended_at=NOW)
    assert client.get(roster).status_code == 404
