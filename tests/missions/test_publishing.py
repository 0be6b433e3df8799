"""What is published stands; what must still change is set by hand, with a reason, and audited."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.missions.models import Category, DateOverride, Election
from accreditation.missions.publishing import changed_frozen_fields, override_date, publish, rules_reopened
from tests import factories
from tests.factories import NOW, actor, make_staff

pytestmark = pytest.mark.django_db

TEXTS = ("name", "commission", "pledge_text", "privacy_notice", "appeal_body")


def unpublished(**fields: Any) -> Election:
    """An election with all words in English and Azerbaijani, not yet published."""
    words = {f"{field}_{language}": f"{field} {language}" for field in TEXTS for language in ("en", "az")}
    election = factories.make_election(published_at=None, **{**words, **fields})
    for category in election.categories.all():
        category.name_az = f"{category.name} az"
        category.save()
    for ground in election.refusal_grounds.all():
        ground.words_az = f"{ground.words} az"
        ground.save()
    return election


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def test_publishing_freezes_and_is_audited() -> None:
    election, supervisor = unpublished(), make_staff("supervisor")
    published = publish(election, actor=actor(supervisor), now=NOW)
    assert Election.objects.get(pk=election.pk).published_at == NOW == published.published_at
    [event] = AuditEvent.objects.about(election)
    assert (event.verb, event.actor_id, event.at) == ("published", supervisor.pk, NOW)


def test_an_election_without_words_categories_and_grounds_is_refused_with_every_reason() -> None:
    election = unpublished(pledge_text_az="", privacy_notice_en="", privacy_notice="")
    election.categories.all().delete()
    election.refusal_grounds.all().delete()
    with pytest.raises(Refused) as refused:
        publish(election, actor=actor(make_staff("supervisor")), now=NOW)
    assert codes(refused) == ["no_category", "no_ground", "text_missing", "text_missing"]
    assert [str(reason) for reason in refused.value.reasons[2:]] == [
        f"“pledge” of election {election.code} has no words in this language: Azerbaijani.",
        f"“privacy notice” of election {election.code} has no words in this language: English.",
    ]
    assert Election.objects.get(pk=election.pk).published_at is None


def test_an_election_is_published_once_and_not_after_its_day() -> None:
    election, supervisor = unpublished(), actor(make_staff("supervisor"))
    publish(election, actor=supervisor, now=NOW)
    with pytest.raises(Refused) as refused:
        publish(election, actor=supervisor, now=datetime(2026, 12, 20, 20, 0, tzinfo=UTC))
    assert codes(refused) == ["published", "past"]


@pytest.mark.parametrize("role", ["clerk", "approver", "print_desk", "auditor"])
def test_only_a_supervisor_publishes(role: str) -> None:
    with pytest.raises(NotAllowed):
        publish(unpublished(), actor=actor(make_staff(role)), now=NOW)


def test_rules_are_frozen_and_words_are_not() -> None:
    election = factories.make_election()
    election.decision_days, election.day, election.name_fr = 9, date(2027, 1, 1), "Élections"
    assert changed_frozen_fields(election) == ["day", "decision_days"]
    with pytest.raises(ValidationError) as refused:
        election.full_clean()
    assert {"day", "decision_days"} <= set(refused.value.message_dict)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        election.save()
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Election.objects.filter(pk=election.pk).update(published_at=None)
    election.refresh_from_db()
    election.name_fr, election.results_published_on = "Élections", date(2026, 12, 25)
    assert changed_frozen_fields(election) == []
    election.save()


def test_before_publication_everything_may_change() -> None:
    election = unpublished()
    election.decision_days = 9
    assert changed_frozen_fields(election) == []
    election.save()
    assert changed_frozen_fields(Election(code="new")) == []


def test_a_category_s_rules_freeze_with_its_election() -> None:
    category = factories.make_election().categories.first()
    assert category is not None
    Category.objects.filter(pk=category.pk).update(colour="#112233", rights_en="To be present")
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Category.objects.filter(pk=category.pk).update(deadline_days=2)
    draft = unpublished().categories.first()
    assert draft is not None
    assert Category.objects.filter(pk=draft.pk).update(deadline_days=2) == 1


def test_rules_open_for_one_transaction_only() -> None:
    election = factories.make_election()
    with rules_reopened():
        Election.objects.filter(pk=election.pk).update(day=date(2027, 1, 17))
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Election.objects.filter(pk=election.pk).update(day=date(2027, 2, 17))
    assert Election.objects.get(pk=election.pk).day == date(2027, 1, 17)


def test_a_date_set_by_hand_holds_has_its_reason_and_is_audited() -> None:
    election, approver = factories.make_election(), make_staff("approver")
    assert election.calendar.application_deadline.closes_at == datetime(2026, 12, 10, 20, tzinfo=UTC)
    moment = datetime(2026, 12, 12, 14, 0, tzinfo=UTC)
    override_date(election, "application_deadline", moment, " Flood ", actor=actor(approver), now=NOW)
    assert election.calendar.application_deadline.closes_at == moment
    assert Election.objects.get().calendar.application_deadline.rule == "Set by hand: Flood"
    [event] = AuditEvent.objects.about(election)
    assert (event.verb, event.fields, event.reason) == ("date_set", ["application_deadline"], "Flood")
    assert event.facts == {"before": "2026-12-10T20:00:00+00:00", "after": "2026-12-12T14:00:00+00:00"}
    later = moment + timedelta(hours=2)
    override_date(election, "application_deadline", later, "More flood", actor=actor(approver), now=NOW)
    assert election.calendar.application_deadline.closes_at == later
    assert DateOverride.objects.count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE missions_dateoverride SET closes_at = now()",
        "UPDATE missions_dateoverride SET reason = 'another one'",
        "DELETE FROM missions_dateoverride",
        "TRUNCATE missions_dateoverride",
    ],
)
def test_a_date_set_by_hand_is_never_changed_or_deleted(sql: str) -> None:
    election, moment = factories.make_election(), datetime(2026, 12, 12, 14, 0, tzinfo=UTC)
    approver = actor(make_staff("approver"))
    override_date(election, "application_deadline", moment, "Flood", actor=approver, now=NOW)
    connection.check_constraints()
    with connection.cursor() as cursor:  # only the test database may empty it, see conftest
        cursor.execute("ALTER TABLE missions_dateoverride ENABLE TRIGGER date_override_no_truncate")
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert refused.value.__cause__.diag.constraint_name == "date_override_is_append_only"  # type: ignore[union-attr]
    kept = DateOverride.objects.get()
    assert (kept.closes_at, kept.reason) == (moment, "Flood")


def test_a_category_s_own_deadline_may_be_set_by_hand() -> None:
    election, approver = factories.make_election(), actor(make_staff("approver"))
    journalists = election.categories.get(code="foreign-journalist")
    moment = datetime(2026, 12, 15, 14, 0, tzinfo=UTC)
    override_date(election, f"category_deadline:{journalists.pk}", moment, "Agreed", actor=approver, now=NOW)
    assert election.calendar.application_deadline_for(journalists).closes_at == moment
    assert election.calendar.application_deadline.closes_at == datetime(2026, 12, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "moment", "reason", "wrong"),
    [
        ("application_deadline", datetime(2026, 12, 12, tzinfo=UTC), " ", ["no_reason"]),
        ("election_day", datetime(2026, 12, 12, tzinfo=UTC), "x", ["unknown_date"]),
        ("category_deadline:0", datetime(2026, 12, 12, tzinfo=UTC), "x", ["unknown_date"]),
        ("replacement_deadline", datetime(2026, 12, 20, 20, 1, tzinfo=UTC), "x", ["after_election"]),
        ("application_deadline", datetime(2026, 9, 1, tzinfo=UTC), "x", ["empty_window"]),
        ("application_opens", datetime(2026, 12, 11, tzinfo=UTC), "", ["no_reason", "empty_window"]),
    ],
)
def test_a_date_that_makes_no_sense_is_refused(
    name: str, moment: datetime, reason: str, wrong: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        override_date(
            factories.make_election(), name, moment, reason, actor=actor(make_staff("approver")), now=NOW
        )
    assert codes(refused) == wrong
    assert not DateOverride.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "supervisor", None])
def test_only_an_approver_sets_a_date(who: str | None) -> None:
    election = factories.make_election()
    with pytest.raises(NotAllowed):
        override_date(
            election,
            "application_deadline",
            datetime(2026, 12, 12, tzinfo=UTC),
            "x",
            actor=actor(make_staff(who) if who else None),
            now=NOW,
        )


def test_a_calendar_reads_its_dates_once() -> None:
    election = Election.objects.get(pk=factories.make_election().pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _again in range(3):
            assert len(election.calendar.dates()) == 4
    assert len(queries) == 1
