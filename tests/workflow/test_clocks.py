"""Drafts lapse and accreditations end by themselves, once, and not a minute early."""

from datetime import UTC, date, datetime

import pytest

from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Election
from accreditation.workflow.clocks import STILL_UNDER_WAY, expire_accreditations, lapse_drafts
from accreditation.workflow.models import Application
from tests.factories import application_in, make_application, make_election, make_membership, make_mission

pytestmark = pytest.mark.django_db

CLOSES = datetime(2026, 12, 10, 20, 0, tzinfo=UTC)  # 11 December, 00:00 in Baku


def test_drafts_lapse_once_the_deadline_has_passed_and_other_files_stay() -> None:
    draft, submitted = application_in("draft"), application_in("submitted")
    assert lapse_drafts(CLOSES.replace(hour=19, minute=59, second=59)) == 0
    assert lapse_drafts(CLOSES) == 0, "what was sent in the last minute may still be under way"
    assert lapse_drafts(CLOSES + STILL_UNDER_WAY) == 1
    assert lapse_drafts(CLOSES + STILL_UNDER_WAY) == 0
    states = Application.objects.in_bulk([draft.pk, submitted.pk])
    assert (states[draft.pk].state, states[submitted.pk].state) == ("lapsed", "submitted")


def test_where_late_applications_are_taken_no_draft_lapses() -> None:
    mission = make_mission(make_election(late_policy=Election.LatePolicy.ACCEPT))
    make_application(make_membership(mission))
    assert lapse_drafts(CLOSES.replace(year=2027)) == 0


def test_a_term_ends_with_the_day_of_the_results_and_its_holder_is_told() -> None:
    application = application_in("approved")
    assert expire_accreditations(datetime(2027, 6, 1, tzinfo=UTC)) == 0, "no results, no end"
    Election.objects.update(results_published_on=date(2026, 12, 28))
    assert expire_accreditations(datetime(2026, 12, 28, 19, 59, tzinfo=UTC)) == 0
    assert expire_accreditations(datetime(2026, 12, 28, 20, 0, tzinfo=UTC)) == 1
    assert expire_accreditations(datetime(2026, 12, 28, 20, 0, tzinfo=UTC)) == 0
    accreditation = Accreditation.objects.get()
    assert (accreditation.state, accreditation.valid_until) == ("expired", date(2026, 12, 28))
    (letter,) = OutboxMessage.objects.about(accreditation).filter(kind="expiry")
    assert letter.email == application.membership.email
