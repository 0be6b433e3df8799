"""Two tabs, a double click, a retry: real threads on the real database, one application in the end."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import OutboxMessage
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership, Upload
from accreditation.workflow.models import Application
from tests.observers import applying

pytestmark = pytest.mark.django_db(transaction=True)

TABS = 4


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    cache.clear()
    settings.PRIVATE_FILES_ROOT = tmp_path


@pytest.fixture
def mission():
    today = timezone.now().date()
    return applying.mission_without_days(
        applying.open_election(day=today + timedelta(days=27), called_on=today - timedelta(days=30))
    )


def at_once(act) -> list[int]:
    """What `act(client)` answers in as many tabs as there are, all at the same moment."""
    statuses: list[int] = []
    start = threading.Barrier(TABS)
    tabs = [applying.applicant()[0] for _tab in range(TABS)]

    def run(client) -> None:
        try:
            start.wait()
            statuses.append(act(client).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(tab,)) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_the_first_answer_in_four_tabs_begins_one_application(mission):
    applying.applicant()
    assert at_once(lambda tab: applying.post(tab, "mission", {"mission": mission.pk})) == [303] * TABS
    assert Beginning.objects.count() == 1


def test_the_answer_that_opens_the_file_opens_one_in_four_tabs(mission):
    client, _user = applying.applicant()
    for task, answers in (
        ("mission", {"mission": mission.pk}),
        ("names", applying.NAMES),
        ("birth", applying.BIRTH),
    ):
        applying.post(client, task, answers)
    assert at_once(lambda tab: applying.post(tab, "passport", applying.PASSPORT)) == [303] * TABS
    assert (Membership.objects.count(), Application.objects.count()) == (1, 1)
    assert not Beginning.objects.exists()


def test_one_picture_in_four_tabs_is_kept_once(mission):
    client, _user = applying.applicant()
    applying.answer_until_the_file_opens(client, mission)
    assert at_once(lambda tab: applying.post(tab, "photo", {"file": applying.picture()})) == [303] * TABS
    assert Upload.objects.count() == 1


def test_sending_in_four_tabs_sends_once(mission):
    client, _user = applying.applicant()
    applying.answer_until_the_file_opens(client, mission)
    applying.answer_the_rest(client)
    assert at_once(applying.send) == [303] * TABS
    application = Application.objects.get()
    assert (application.state, application.version) == ("submitted", 2)
    assert AuditEvent.objects.about(application).filter(verb="submit").count() == 1
    assert OutboxMessage.objects.filter(kind="receipt").count() == 1
