"""Numbers that badges and letters bear stay when an election is postponed to another year, and go on being found."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accreditation.accounts.models import User
from accreditation.accounts.roles import PRINT_DESK
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.badges import Badge
from accreditation.credentials.facing import faces_of
from accreditation.credentials.payload import address_of
from accreditation.credentials.verifying import verify_by_record
from accreditation.missions.models import Election
from accreditation.missions.publishing import rules_reopened
from accreditation.workflow.finding import accredited_under, application_numbered
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from accreditation.workflow.postponement import postpone
from accreditation.workflow.states import ACCREDITATION
from tests.badges import make_badge
from tests.factories import (
    NOW,
    actor,
    application_in,
    complete,
    make_approver,
    make_clerk,
    make_election,
    make_membership,
    make_mission,
    make_staff,
)
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]

NEW_DAY = date(2027, 2, 14)
DESK_SEARCH = "admin:workflow_application_search"


@pytest.fixture
def postponed() -> Any:
    """A badge and its file, with their numbers as they were before the election went into the next year."""
    badge = make_badge("ready")
    file = badge.accreditation.application
    found = SimpleNamespace(
        badge_number=badge.accreditation.number_in_words,
        file_number=file.number,
        badge_pk=badge.pk,
        file_pk=file.pk,
    )
    assert (found.badge_number, found.file_number) == ("2026-0001", f"2026-{file.pk:06d}")
    postpone(badge.accreditation.election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=NOW)
    found.badge = Badge.objects.get(pk=badge.pk)
    found.file = Application.objects.get(pk=file.pk)
    found.election = Election.objects.get()
    assert found.election.day == NEW_DAY
    return found


def words_of(letter: OutboxMessage) -> str:
    return render(letter.kind, letter.language, [letter.facts], sent_at=NOW).text


# After a postponement


def test_the_file_the_badge_and_the_verifier_say_the_number_as_before(postponed: Any) -> None:
    assert postponed.file.number == postponed.file_number
    assert postponed.badge.accreditation.number_in_words == postponed.badge_number
    assert [face.number for face in faces_of([postponed.badge])] == [postponed.badge_number]
    asked = address_of(bytes(postponed.badge.signed), "https://cec.example")
    assert verify_by_record(asked, now=NOW).number == postponed.badge_number
    assert list(findings()) == []


def test_who_comes_later_gets_the_next_number_of_the_same_year(postponed: Any) -> None:
    mission = postponed.file.mission
    later = application_in("approved", membership=complete(make_membership(mission)))
    assert later.accreditation.number_in_words == "2026-0002"
    assert later.number == f"2026-{later.pk:06d}"
    letter = OutboxMessage.objects.about(later).get(kind="approval")
    assert "2026-0002" in words_of(letter) and later.number in words_of(letter)
    assert "2027-0" not in words_of(letter)
    assert list(findings()) == []


def test_letters_written_before_and_after_say_the_same_number(postponed: Any) -> None:
    held = postponed.badge.accreditation
    perform(ACCREDITATION, held.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Test.")
    before = OutboxMessage.objects.about(postponed.file).get(kind="approval")
    after = OutboxMessage.objects.about(held).filter(kind="suspension")
    for letter in (before, *after):
        assert postponed.badge_number in words_of(letter) and "2027-0" not in words_of(letter)
    assert after


def test_the_desk_finds_both_by_the_number_on_the_paper_and_none_by_the_new_year(postponed: Any) -> None:
    clerk = sign_in(Client(), make_clerk())
    page = reverse("admin:workflow_application_change", args=[postponed.file_pk])
    for number in (postponed.file_number, postponed.badge_number):
        assert clerk.post(reverse(DESK_SEARCH), {"text": number}).headers["Location"] == page
        other = number.replace("2026", "2027")
        assert clerk.post(reverse(DESK_SEARCH), {"text": other}).headers["Location"] != page
        assert application_numbered(other) is accredited_under(other) is None


def test_the_print_desk_finds_the_badge_by_the_number_printed_on_it(postponed: Any) -> None:
    desk = sign_in(Client(), make_staff(PRINT_DESK))
    name = postponed.badge.accreditation.membership.family_name
    for number, finds in ((postponed.badge_number, True), ("2027-0001", False)):
        page = desk.post(reverse("admin:credentials_badge_search"), {"text": number}, follow=True)
        assert (name.upper() in page.content.decode()) is finds, number


def test_two_elections_in_two_years_do_not_answer_for_each_other(postponed: Any) -> None:
    """The one postponed into 2027 and the one of 2027 each have a first accreditation."""
    own = make_election(day=date(2027, 11, 7))
    other = application_in("approved", membership=complete(make_membership(make_mission(own))))
    assert other.accreditation.number_in_words == "2027-0001"
    assert accredited_under("2026-0001") == postponed.file_pk
    assert accredited_under("2027-0001") == other.pk


# When the year is set


def test_the_year_follows_the_day_until_the_publication_and_then_stays() -> None:
    election = make_election(published_at=None)
    assert election.year_in_numbers == 2026
    election.day = NEW_DAY
    election.save()
    election.refresh_from_db()
    assert election.year_in_numbers == 2027
    Election.objects.update(day=date(2026, 12, 20))
    election.refresh_from_db()
    assert election.year_in_numbers == 2026
    Election.objects.update(published_at=NOW)
    for days in ({"year_in_numbers": 2027}, {"day": NEW_DAY, "year_in_numbers": 2027}):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Election.objects.update(**days)
        with pytest.raises(IntegrityError, match="given with the year 2026"), rules_reopened():
            Election.objects.update(**days)


def test_an_election_copied_with_its_year_keeps_it() -> None:
    assert make_election(day=NEW_DAY, year_in_numbers=2026).year_in_numbers == 2026


@pytest.mark.parametrize("published_at", [None, NOW])
def test_the_election_s_page_says_the_year_and_offers_no_change(published_at: Any) -> None:
    client = sign_in(Client(), User.objects.create_superuser("admin@cec.example"))
    election = make_election(published_at=published_at)
    body = client.get(reverse("admin:missions_election_change", args=[election.pk])).content.decode()
    rule = "It is the election day&#x27;s year until the election is published; from then on it stays"
    assert "2026. Of applications and accreditations. " + rule in body
    assert 'name="year_in_numbers"' not in body
    made = client.get(reverse("admin:missions_election_add")).content.decode()
    assert rule in made and "DatabaseDefault" not in made


# Elections from before there was this column


def test_the_migration_takes_the_year_of_the_day_and_of_a_postponed_one_that_of_its_first_day() -> None:
    migration = import_module("accreditation.missions.migrations.0007_year_in_numbers")
    twice, plain = make_election(), make_election(day=date(2027, 5, 9))
    for day in (NEW_DAY, date(2028, 1, 9)):
        postpone(twice, day, reason="Flood", actor=actor(make_approver()), now=NOW)
    AuditEvent.objects.create(  # of something else with the same key
        at=NOW,
        verb="postponed",
        subject_type="core.other",
        subject_id=plain.pk,
        facts={"old_day": "2020-01-01"},
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.LET_GO)
        with rules_reopened():
            Election.objects.update(year_in_numbers=0)
        cursor.execute(migration.FILL)
        cursor.execute(migration.KEEP)
    assert dict(Election.objects.values_list("pk", "year_in_numbers")) == {twice.pk: 2026, plain.pk: 2027}
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Election.objects.update(day=date(2028, 2, 9))
