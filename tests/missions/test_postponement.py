"""A postponed election: shown before it is done, done at once, and nothing of it forgotten."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.accounts.permissions import grant_group_permissions
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused
from accreditation.core.mail import render
from accreditation.core.outbox import Letter, OutboxMessage, Recipient, enqueue
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import DateOverride, Election
from accreditation.missions.publishing import override_date
from accreditation.workflow.invariants import findings
from accreditation.workflow.models import Application
from accreditation.workflow.postponement import cancel, postpone, rebind_decisions, what_would_change
from tests import factories
from tests.factories import NOW, actor, make_approver
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

NEW_DAY = date(2027, 1, 24)
AFTER_DEADLINE = datetime(2026, 12, 11, 9, 0, tzinfo=UTC)


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def application_at(election: Election, state: str = "draft", **fields: object) -> Application:
    membership = factories.complete(factories.make_membership(factories.make_mission(election), **fields))
    return factories.application_in(state, membership=membership)


def test_the_page_shows_every_date_before_and_after() -> None:
    election = factories.make_election(latest_decision_days=4)
    found = what_would_change(election, NEW_DAY, NOW)
    assert [(one.label, one.before.words[:16], one.after.words[:16]) for one in found.dates] == [
        ("Applications open", "1 October 2026, ", "1 October 2026, "),
        ("Applications close", "10 December 2026", "14 January 2027,"),
        ("Last decisions", "16 December 2026", "20 January 2027,"),
        ("Replacements end", "17 December 2026", "21 January 2027,"),
        ("Election day", "20 December 2026", "24 January 2027,"),
    ]
    assert [one.is_change for one in found.dates] == [False, True, True, True, True]
    gone = what_would_change(election, None, NOW)
    assert {one.after for one in gone.dates} == {None}
    assert Election.objects.get().day == date(2026, 12, 20)


def test_a_postponement_moves_the_day_with_its_reason_and_one_audit_event() -> None:
    election, approver = factories.make_election(), make_approver()
    moment = datetime(2026, 12, 12, tzinfo=UTC)
    override_date(election, "application_deadline", moment, "Flood", actor=actor(approver), now=NOW)
    postpone(election, NEW_DAY, reason="State of emergency", actor=actor(approver), now=NOW)
    stored = Election.objects.get()
    assert stored.day == NEW_DAY
    assert stored.calendar.application_deadline.closes_at == datetime(2027, 1, 14, 20, tzinfo=UTC)
    assert stored.calendar.election_day.overridden_reason == "State of emergency"
    event = AuditEvent.objects.about(election).get(verb="postponed")
    assert (event.actor_id, event.reason, event.fields) == (approver.pk, "State of emergency", ["day"])
    assert (event.facts["old_day"], event.facts["new_day"]) == ("2026-12-20", "2027-01-24")
    newest = DateOverride.objects.last()
    assert newest is not None and newest.closes_at == datetime(2027, 1, 24, 20, tzinfo=UTC)


def test_drafts_that_were_late_can_be_sent_again() -> None:
    election = factories.make_election()
    draft = application_at(election)
    application_at(election, "lapsed")
    head = factories.head_of(draft)
    with pytest.raises(Refused):
        factories.move(draft, "submit", head, now=AFTER_DEADLINE)
    found = what_would_change(election, NEW_DAY, AFTER_DEADLINE)
    assert (found.drafts_reopened, found.lapsed_files) == (1, 1)
    assert what_would_change(election, NEW_DAY, NOW).drafts_reopened == 0
    postpone(election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=AFTER_DEADLINE)
    assert factories.move(draft, "submit", head, now=AFTER_DEADLINE).state == "submitted"


def test_a_decision_date_moves_only_where_the_latest_decision_bound_it() -> None:
    election = factories.make_election(latest_decision_days=25)  # 25 November, 24:00 in Baku
    bound, free = application_at(election, "submitted"), application_at(election)
    free = factories.move(free, "submit", factories.head_of(free), now=NOW - timedelta(days=5))
    assert bound.decision_due_at == datetime(2026, 11, 25, 20, tzinfo=UTC)
    assert free.decision_due_at == datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert what_would_change(election, NEW_DAY, NOW).decisions_moved == 1
    postpone(election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=NOW)
    bound.refresh_from_db()
    free.refresh_from_db()
    assert bound.decision_due_at == datetime(2026, 11, 26, 20, tzinfo=UTC)  # three days from the 23rd
    assert free.decision_due_at == datetime(2026, 11, 21, 20, tzinfo=UTC)


def test_a_latest_decision_set_by_hand_binds_what_waits() -> None:
    election, approver = factories.make_election(), actor(make_approver())
    application = application_at(election, "submitted")
    moment = datetime(2026, 11, 25, 12, tzinfo=UTC)
    override_date(election, "latest_decision", moment, "Session", actor=approver, now=NOW)
    assert rebind_decisions(election, None) == 1
    application.refresh_from_db()
    assert application.decision_due_at == moment


def test_waiting_reminders_are_cancelled_and_can_be_written_anew() -> None:
    election, other = factories.make_election(), factories.make_election()
    mine, theirs = factories.make_mission(election), factories.make_mission(other)
    for mission in (mine, theirs):
        for kind in ("arrival_reminder", "deadline_reminder", "mission_registered"):
            letter = Letter(kind, Recipient(email="head@mission.example"), key=f"{kind}:{mission.pk}")
            enqueue([letter], now=NOW, about=mission)
    assert what_would_change(election, NEW_DAY, NOW).reminders_cancelled == 2
    postpone(election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=NOW)
    state_of = dict(OutboxMessage.objects.about(mine).values_list("kind", "state"))
    assert state_of == {
        "arrival_reminder": "cancelled",
        "deadline_reminder": "cancelled",
        "mission_registered": "pending",
    }
    assert set(OutboxMessage.objects.about(theirs).values_list("state", flat=True)) == {"pending"}
    again = Letter(
        "arrival_reminder", Recipient(email="head@mission.example"), key=f"arrival_reminder:{mine.pk}"
    )
    enqueue([again], now=NOW, about=mine)
    assert OutboxMessage.objects.about(mine).filter(kind="arrival_reminder", state="pending").count() == 1


def test_every_head_and_applicant_gets_one_letter_and_nobody_else() -> None:
    election = factories.make_election()
    mission = factories.make_mission(election)
    factories.make_head(mission, email="head@mission.example")
    for number in range(2):
        membership = factories.make_membership(mission, email="same@observer.example")
        factories.application_in("draft", membership=factories.complete(membership))
        silent = factories.make_membership(mission, email="")
        factories.make_application(membership=factories.complete(silent))
        assert number < 2
    application_at(election, "withdrawn", email="gone@observer.example")
    other = factories.make_mission()
    factories.make_head(other, email="stranger@mission.example")
    application_at(election, "approved", email="approved@observer.example")
    unreached = factories.make_mission(election, state="invited")
    found = what_would_change(election, NEW_DAY, NOW)
    postpone(election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=NOW)
    letters = OutboxMessage.objects.filter(kind="election_postponed")
    heads = [head for head in letters if head.facts["to_head"] and head.email]
    assert sorted(letter.email for letter in letters if not letter.facts["to_head"]) == [
        "approved@observer.example",
        "same@observer.example",
    ]
    assert "head@mission.example" in {head.email for head in heads}
    assert "stranger@mission.example" not in {head.email for head in heads}
    printed = letters.get(email="")
    assert (printed.state, printed.facts["mission"]) == ("to_print", unreached.name)
    assert found.letters == letters.count() == 2 + len(heads) + 1


def test_an_applicant_without_an_own_address_reads_it_at_the_account_and_in_its_language() -> None:
    election = factories.make_election(name_az="Parlament seçkiləri")
    mission = factories.make_mission(election, language="fr")
    account = factories.make_user("account@observer.example", language="az")
    membership = factories.make_membership(mission, email="", family_name="Əliyeva", given_names="Nərgiz")
    applied = factories.make_application(factories.complete(membership), applicant=account)
    factories.make_application(
        factories.complete(factories.make_membership(mission, email="Own@observer.example"))
    )
    postpone(election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=NOW)
    at_account = OutboxMessage.objects.get(email="account@observer.example")
    assert (at_account.user_id, at_account.language) == (account.pk, "az")
    facts = at_account.facts
    assert (facts["name"], facts["election"]) == ("ƏLIYEVA Nərgiz", "Parlament seçkiləri")
    assert facts["link"].endswith(f"/az/apply/{applied.public_id}/")
    assert (facts["mission"], facts["reason"], facts["old_day"]) == (mission.name, "Flood", "2026-12-20")
    own = OutboxMessage.objects.get(email="Own@observer.example")
    assert (own.user_id, own.language, own.facts["election"]) == (None, "fr", "Parliamentary election")


def test_letters_are_written_in_parts_and_nobody_is_left_out_or_written_to_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("accreditation.workflow.postponement_letters.AT_ONCE", 2)
    election = factories.make_election()
    mission = factories.make_mission(election)
    emails = ["a@x.example", "b@x.example", "A@x.example", "c@x.example", "d@x.example", "b@x.example"]
    for email in emails:
        factories.make_application(factories.complete(factories.make_membership(mission, email=email)))
    found = what_would_change(election, NEW_DAY, NOW)
    postpone(election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=NOW)
    written = OutboxMessage.objects.filter(kind="election_postponed").order_by("pk")
    assert list(written.values_list("email", flat=True)) == [emails[0], emails[1], *emails[3:5]]
    assert found.letters == AuditEvent.objects.get(verb="postponed").facts["letters"] == 4
    assert findings() == []


@pytest.mark.parametrize("kind", ["election_postponed", "election_cancelled"])
def test_the_letter_says_the_days_the_reason_and_the_new_deadline(kind: str) -> None:
    election = factories.make_election()
    factories.make_head(factories.make_mission(election), email="head@mission.example")
    approver = actor(make_approver())
    if kind == "election_postponed":
        postpone(election, NEW_DAY, reason="Flood & storm", actor=approver, now=NOW)
    else:
        cancel(election, reason="Flood & storm", actor=approver, now=NOW)
    words = render(kind, "en", [OutboxMessage.objects.get(kind=kind).facts], sent_at=NOW)
    assert "20 December 2026" in words.text and "Flood & storm" in words.text
    assert "Flood &amp; storm" in words.html
    if kind == "election_postponed":
        assert words.subject == "Parliamentary election: postponed to 24 January 2027"
        assert "Applications close: 14 January 2027, 23:59 Baku time (UTC+4)" in words.text
    else:
        assert words.subject == "Parliamentary election: cancelled"


def test_a_cancelled_election_ends_terms_and_takes_nothing_more() -> None:
    election = factories.make_election()
    approved, draft = application_at(election, "approved"), application_at(election)
    found = what_would_change(election, None, NOW)
    assert (found.accreditations, found.terms_ended, found.drafts_reopened) == (1, 1, 0)
    cancel(election, reason="Dissolved", actor=actor(make_approver()), now=NOW)
    assert approved.accreditation is not None
    assert Accreditation.objects.get(pk=approved.accreditation.pk).valid_until == date(2026, 11, 23)
    assert Election.objects.get().cancelled_at == NOW
    with pytest.raises(Refused) as refused:
        factories.move(draft, "submit", factories.head_of(draft))
    assert codes(refused) == ["election_closed"]
    assert AuditEvent.objects.about(election).get(verb="cancelled").facts["terms_ended"] == 1


@pytest.mark.parametrize(
    ("new_day", "reason", "fields", "wrong"),
    [
        (date(2026, 12, 20), "x", {}, ["not_later"]),
        (NEW_DAY, "  ", {}, ["no_reason"]),
        (NEW_DAY, "x", {"published_at": None}, ["not_published"]),
        (None, "x", {"cancelled_at": NOW}, ["cancelled"]),
        (NEW_DAY, "x", {"results_published_on": date(2026, 12, 22)}, ["results"]),
        (date(2026, 10, 30), "", {"day": date(2026, 10, 20)}, ["no_reason", "past"]),
    ],
)
def test_a_postponement_that_makes_no_sense_is_refused(
    new_day: date | None, reason: str, fields: dict[str, object], wrong: list[str]
) -> None:
    election, approver = factories.make_election(**fields), actor(make_approver())
    with pytest.raises(Refused) as refused:
        if new_day is None:
            cancel(election, reason=reason, actor=approver, now=NOW)
        else:
            postpone(election, new_day, reason=reason, actor=approver, now=NOW)
    assert codes(refused) == wrong
    assert not AuditEvent.objects.about(election).exists()


@pytest.mark.parametrize("role", ["clerk", "supervisor", "auditor", "print_desk"])
def test_only_an_approver_postpones(role: str) -> None:
    election, somebody = factories.make_election(), actor(factories.make_staff(role))
    with pytest.raises(NotAllowed):
        postpone(election, NEW_DAY, reason="x", actor=somebody, now=NOW)
    with pytest.raises(NotAllowed):
        cancel(election, reason="x", actor=somebody, now=NOW)


def test_a_failure_in_the_middle_changes_nothing() -> None:
    election = factories.make_election()
    factories.make_head(factories.make_mission(election), email="head@mission.example")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_outboxmessage ADD CONSTRAINT no_letter CHECK (false) NOT VALID")
    with pytest.raises(Exception, match="no_letter"):
        postpone(election, NEW_DAY, reason="Flood", actor=actor(make_approver()), now=NOW)
    assert Election.objects.get().day == date(2026, 12, 20)
    assert not DateOverride.objects.exists() and not AuditEvent.objects.about(election).exists()


def test_the_page_says_that_very_many_letters_take_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    election, approver = factories.make_election(), make_approver()
    grant_group_permissions()
    factories.make_head(factories.make_mission(election))
    client, address = sign_in(Client(), approver), reverse("admin:workflow_postpone", args=[election.pk])
    for many, said in ((1, False), (0, True)):
        monkeypatch.setattr("accreditation.workflow.postponement.MANY_LETTERS", many)
        shown = client.post(address, {"what": "cancel", "reason": "Dissolved", "step": "show"})
        assert ("With so many letters this takes several seconds" in shown.content.decode()) == said


def test_the_queries_of_the_preview_do_not_grow_with_the_people() -> None:
    election = factories.make_election(latest_decision_days=25)
    counts = []
    for _round in range(2):
        for _one in range(1 if not counts else 8):
            application_at(election, "submitted")
        with CaptureQueriesContext(connection) as queries:
            what_would_change(Election.objects.get(), NEW_DAY, NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]
