"""The publication of the results: shown first, recorded once, and then every term ends with its letter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Election
from accreditation.workflow.clocks import expire_accreditations
from accreditation.workflow.results import record_results, what_would_end
from tests.factories import actor, application_in, make_approver, make_clerk, make_election, make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

PUBLISHED = date(2027, 1, 5)
EVENING = datetime(2027, 1, 5, 15, 0, tzinfo=UTC)  # 19:00 in Baku


@pytest.fixture
def held() -> Accreditation:
    held = application_in("approved").accreditation
    assert held is not None
    return held


def record(
    election: Election, day: date = PUBLISHED, now: datetime = EVENING, role: str = "supervisor"
) -> Election:
    return record_results(election, day, actor=actor(make_staff(role)), now=now)


def codes(error: Any) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def test_terms_end_with_the_day_that_is_recorded_and_everybody_gets_a_letter(held: Accreditation) -> None:
    election = held.election
    found = what_would_end(election, PUBLISHED, EVENING)
    assert (found.accreditations, found.is_over) == (1, False)
    assert found.ends_at == datetime(2027, 1, 5, 20, 0, tzinfo=UTC)
    record(election)
    assert expire_accreditations(EVENING) == 0  # the day itself still counts
    assert expire_accreditations(found.ends_at + timedelta(minutes=1)) == 1
    held.refresh_from_db()
    assert (held.state, held.valid_until) == ("expired", PUBLISHED)
    assert OutboxMessage.objects.about(held).filter(kind="expiry").count() == 1
    event = AuditEvent.objects.about(election).get(verb="results_recorded")
    assert (event.fields, event.facts) == (
        ["results_published_on"],
        {"before": None, "after": "2027-01-05"},
    )


@pytest.mark.parametrize(
    ("day", "changed", "expected"),
    [
        (date(2026, 12, 19), {}, ["before_the_vote"]),
        (date(2027, 1, 6), {}, ["not_yet"]),
        (PUBLISHED, {"cancelled_at": EVENING}, ["cancelled"]),
        (PUBLISHED, {"published_at": None}, ["not_published"]),
    ],
)
def test_a_day_that_cannot_be_is_refused(day: date, changed: dict[str, Any], expected: list[str]) -> None:
    election = make_election(**changed)
    with pytest.raises(Refused) as refused:
        record(election, day)
    assert codes(refused) == expected
    assert Election.objects.get().results_published_on is None


@pytest.mark.parametrize("role", ["clerk", "approver", "auditor", "print_desk"])
def test_only_who_publishes_elections_records_their_results(held: Accreditation, role: str) -> None:
    with pytest.raises(NotAllowed):
        record(held.election, role=role)


def test_a_mistyped_day_is_corrected_while_no_term_has_ended_by_it(held: Accreditation) -> None:
    election = held.election
    record(election, date(2027, 1, 4))
    record(election)
    record(election)  # said twice, recorded once
    assert AuditEvent.objects.filter(verb="results_recorded").count() == 2
    expire_accreditations(EVENING + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        record(election, date(2027, 1, 4))
    assert codes(refused) == ["terms_ended"]


# The page


def wish(day: date, **more: str) -> dict[str, str]:
    return {"day_day": str(day.day), "day_month": str(day.month), "day_year": str(day.year)} | more


def test_the_page_shows_what_ends_and_does_it_once_the_code_is_typed(
    client: Client, held: Accreditation
) -> None:
    election = held.election
    url = reverse("admin:workflow_results", args=[election.pk])
    with time_machine.travel(EVENING):
        sign_in(client, make_staff("supervisor"))
        early = client.post(url, wish(date(2027, 1, 6)))
        assert early.status_code == 422
        assert "Record the publication on its day or later." in early.content.decode()
        shown = client.post(url, wish(PUBLISHED, step="show")).content.decode()
        assert "5 January 2027, 23:59 Baku time (UTC+4)" in shown
        sure = {"step": "confirm", "shown": PUBLISHED.isoformat()}
        untyped = client.post(url, wish(PUBLISHED, **sure))
        assert untyped.status_code == 422
        assert f"Type {election.code} to confirm." in untyped.content.decode()
        another = client.post(url, wish(date(2027, 1, 4), typed=election.code, **sure))
        assert "You changed the day." in another.content.decode()
        assert Election.objects.get().results_published_on is None
        done = client.post(url, wish(PUBLISHED, typed=election.code, **sure), follow=True)
    assert [str(one) for one in done.context["messages"]] == [
        "The results were published on 5 January 2027; every term ends with that day."
    ]
    assert Election.objects.get().results_published_on == PUBLISHED


def test_a_day_that_is_over_ends_the_terms_within_minutes_and_the_page_says_so(
    client: Client, held: Accreditation
) -> None:
    with time_machine.travel(EVENING + timedelta(days=1)):
        sign_in(client, make_staff("supervisor"))
        url = reverse("admin:workflow_results", args=[held.election_id])
        assert "they end within minutes" in client.post(url, wish(PUBLISHED)).content.decode()


def test_the_page_opens_to_nobody_else(client: Client, held: Accreditation) -> None:
    url = reverse("admin:workflow_results", args=[held.election_id])
    for user in (make_clerk(), make_approver(), make_staff("auditor")):
        sign_in(client, user)
        assert client.get(url).status_code == 403
        assert client.post(url, wish(PUBLISHED)).status_code == 403
