"""The whole way of an applicant, without JavaScript: every page by GET and POST."""

import pytest
import time_machine
from django.core.cache import cache

from accreditation.core.outbox import OutboxMessage
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership
from accreditation.workflow.models import Application
from tests.observers import applying

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    cache.clear()
    settings.PRIVATE_FILES_ROOT = tmp_path
    with time_machine.travel(applying.NOW, tick=False):
        yield


@pytest.fixture
def mission():
    return applying.mission_without_days(applying.open_election())


def text(answer) -> str:
    return answer.content.decode()


def test_a_whole_application_from_the_first_answer_to_the_receipt(mission):
    client, user = applying.applicant()
    assert "Not yet started" in text(client.get("/en/apply/demo/"))
    assert not Beginning.objects.exists()
    applying.answer_until_the_file_opens(client, mission)
    membership = Membership.objects.get()
    assert (membership.full_name, membership.original_name) == ("AL RASHID Omar", "عمر الراشد")
    assert (membership.stated_by, membership.sender_confirmed, membership.email) == (user, False, user.email)
    assert not Beginning.objects.exists()
    applying.answer_the_rest(client)
    check = text(client.get("/en/apply/demo/check/"))
    assert "•••••0T47" in check
    assert "c01x00t47" not in check.lower()
    answer = applying.send(client)
    assert (answer.status_code, answer["Location"]) == (303, "/en/apply/demo/")
    application = Application.objects.get()
    assert (application.state, application.applicant) == ("submitted", user)
    status = text(client.get("/en/apply/demo/"))
    assert application.number in status
    assert "26 November 2026, 23:59 Baku time (UTC+4)" in status
    letter = OutboxMessage.objects.get(kind="receipt")
    assert letter.email == user.email
    link = letter.facts["link"].removeprefix("http://127.0.0.1:8000")
    assert client.get(link)["Location"] == "/en/apply/demo/"
