"""Where an applicant's pages lead next, and what they say before somebody goes the wrong way."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accreditation.missions.models import CannedReason
from tests import factories
from tests.observers import applying

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    cache.clear()
    settings.PRIVATE_FILES_ROOT = tmp_path
    with time_machine.travel(applying.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mission():
    return applying.mission_without_days(applying.open_election())


def page_of(client: Client, path: str = "") -> str:
    return client.get(f"/en/apply/demo/{path}").content.decode()


def test_a_request_leads_to_what_is_asked_before_it_leads_to_the_sending(mission, at_noon):
    client, _user = applying.applicant()
    application = applying.sent_application(client, mission)
    CannedReason.objects.create(code="page_cut", field="passport_page", words="The page is cut off.")
    factories.move(
        application,
        "ask",
        factories.make_clerk(),
        reasons=["page_cut"],
        due_on=date(2026, 12, 1),
        now=applying.NOW + timedelta(minutes=1),
    )
    at_noon.move_to(applying.NOW + timedelta(minutes=5))
    main, quiet = 'class="button" href="/en/apply/demo/{}"', 'class="button quiet" href="/en/apply/demo/{}"'
    page = page_of(client)
    assert main.format("passport-page/") in page
    assert quiet.format("check/") in page
    assert "1 December 2026, 23:59 Baku time (UTC+4)" in page

    applying.post(client, "passport-page", {"file": applying.picture(1200, 900, shade=9)})
    page = page_of(client)
    assert main.format("check/") in page
    assert main.format("passport-page/") not in page


def test_whom_a_mission_has_named_already_is_told_so_before_applying(mission):
    named = factories.make_membership(mission, email="Omar@example.org")
    file = factories.make_application(named)
    client, _user = applying.applicant("omar@example.org")
    assert f"{mission.name} has named you already" in page_of(client)
    assert f'href="/en/apply/{file.public_id}/"' in page_of(client)
    stranger, _user = applying.applicant("other@example.org")
    assert "has named you already" not in page_of(stranger)
    factories.move(file, "withdraw", factories.head_of(file))
    assert "has named you already" not in page_of(client)


def test_a_withdrawal_says_until_when_one_can_apply_again(mission):
    client, _user = applying.applicant()
    applying.sent_application(client, mission)
    page = page_of(client, "withdraw/")
    assert "until 10 December 2026, 23:59 Baku time (UTC+4)" in page
    with time_machine.travel(applying.TOO_LATE, tick=False):
        client, _user = applying.applicant()  # the session of that day has ended
        assert "Applications have closed: you cannot apply again." in page_of(client, "withdraw/")
