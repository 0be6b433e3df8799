"""The same tick reaches two workers at the same moment: what it does is done once."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import OutboxMessage
from accreditation.missions.models import Election
from accreditation.workflow.clocks import expire_accreditations, lapse_drafts
from accreditation.workflow.models import Application
from accreditation.workflow.reminders import write_reminders
from tests.factories import (
    NOW,
    application_in,
    complete,
    make_application,
    make_approver,
    make_head,
    make_membership,
    make_mission,
)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PEOPLE = 12


def twice_at_once(tick: Callable[[datetime], Any], now: datetime) -> None:
    barrier = threading.Barrier(2)
    broken: list[BaseException] = []

    def run() -> None:
        try:
            barrier.wait()
            tick(now)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []


@pytest.fixture
def mission() -> Any:
    found = make_mission()
    make_head(found)
    return found


def test_each_draft_lapses_once(mission: Any) -> None:
    for _ in range(PEOPLE):
        make_application(complete(make_membership(mission)))
    twice_at_once(lapse_drafts, NOW + timedelta(days=60))
    assert Application.objects.filter(state="lapsed").count() == PEOPLE
    assert AuditEvent.objects.filter(verb="lapse").count() == PEOPLE


def test_each_term_ends_once_with_one_letter(mission: Any) -> None:
    approver = make_approver()
    for _ in range(PEOPLE):
        application_in("approved", membership=complete(make_membership(mission)), approver=approver)
    Election.objects.update(results_published_on=date(2026, 12, 28))
    twice_at_once(expire_accreditations, datetime(2026, 12, 29, 8, tzinfo=UTC))
    assert AuditEvent.objects.filter(verb="expire").count() == PEOPLE
    assert OutboxMessage.objects.filter(kind="expiry").count() == PEOPLE


def test_each_reminder_is_written_once(mission: Any) -> None:
    approver = make_approver()
    for _ in range(PEOPLE):
        application_in("submitted", membership=complete(make_membership(mission)), approver=approver)
    twice_at_once(write_reminders, datetime(2026, 12, 14, 8, tzinfo=UTC))  # two days before they arrive
    written = OutboxMessage.objects.exclude(kind="receipt")
    kinds = {kind: written.filter(kind=kind).count() for kind in set(written.values_list("kind", flat=True))}
    assert kinds == {"arrival_reminder": 1, "arrival_reminder_person": PEOPLE, "decision_overdue": PEOPLE}
    twice_at_once(write_reminders, datetime(2026, 12, 14, 9, tzinfo=UTC))
    assert written.count() == sum(kinds.values())
