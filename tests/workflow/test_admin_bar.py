"""The bar over every page of the commission's side: what it shows to whom."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.accounts.models import User
from accreditation.accounts.permissions import grant_group_permissions
from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.site import site
from tests.factories import make_mission, make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

FOR_ALL = {
    "Desk",
    "Accreditations",
    "Badges",
    "Scans",
    "Missions",
    "How many people",
    "Elections and rules",
    "All records",
}
SHOWN = {
    CLERK: FOR_ALL | {"Duplicates", "Letters", "Lists"},
    SUPERVISOR: FOR_ALL | {"Duplicates", "Letters", "Lists", "Looks of papers"},
    APPROVER: FOR_ALL | {"Duplicates", "Letters"},
    AUDITOR: FOR_ALL | {"Duplicates", "Letters"},
    PRINT_DESK: FOR_ALL,
}


@pytest.fixture(autouse=True)
def permissions() -> None:
    grant_group_permissions()


def signed_in(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def bar_of(answer: Any) -> dict[str, str]:
    bar = re.search(r'<div class="desk-bar">.*?</nav>', answer.content.decode(), re.DOTALL)
    assert bar is not None
    return {words: url for url, words in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', bar[0])}


@pytest.mark.parametrize("role", SHOWN)
def test_the_bar_shows_each_role_what_it_may_open_and_every_link_opens(role: str) -> None:
    make_mission()
    client = signed_in(make_staff(role))
    bar = bar_of(client.get(reverse("admin:workflow_application_changelist")))
    assert set(bar) == SHOWN[role]
    for url in bar.values():
        answer = client.get(url, follow=True)
        assert (url, answer.status_code, set(bar_of(answer))) == (url, 200, SHOWN[role])


def test_the_bar_stands_on_forms_and_marks_where_one_is() -> None:
    mission = make_mission()
    page = signed_in(make_staff(CLERK)).get(reverse("admin:missions_mission_change", args=[mission.pk]))
    assert set(bar_of(page)) == SHOWN[CLERK]
    assert re.search(r'aria-current="true">Missions<', page.content.decode())


def test_an_administrator_finds_the_accounts_and_no_applications() -> None:
    administrator = User.objects.create_superuser("root@example.org", "a long enough word")
    bar = bar_of(signed_in(administrator).get(reverse("admin:accounts_user_changelist")))
    assert set(bar) == {
        "Accounts",
        "Letters",
        "Missions",
        "How many people",
        "Elections and rules",
        "All records",
        "Looks of papers",
    }


def test_the_bar_costs_no_query_once_the_roles_are_known() -> None:
    clerk = make_staff(CLERK)
    site.bar_for(clerk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert site.bar_for(clerk)
    assert len(queries) == 0
