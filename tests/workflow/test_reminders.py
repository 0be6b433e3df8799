"""Reminders: on or before, never on; once; of those missed the latest; nothing when it is too late."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.core.claims import claim
from accreditation.core.mail import render
from accreditation.core.outbox import Letter, OutboxMessage, Recipient
from accreditation.missions.models import Delegation, Election, Mission, MissionRole
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership
from accreditation.workflow.answering import end_beginning
from accreditation.workflow.models import Application
from accreditation.workflow.reminders import late_decisions, write_kind, write_reminders
from accreditation.workflow.reminders.writing import Due, Reminder, latest_reached, write
from tests.factories import (
    NOW,
    application_in,
    complete,
    make_application,
    make_approver,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    make_user,
    move,
)

pytestmark = pytest.mark.django_db

ARRIVAL = date(2026, 12, 16)  # of every delegation that the factories make
NOON = 8  # in UTC, when it is noon in Baku


def at(month: int, day: int, hour: int = NOON, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def letters(kind: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind=kind).order_by("pk"))


def submitted(mission: Mission, **fields: Any) -> Application:
    application = make_application(complete(make_membership(mission, **fields)))
    role = MissionRole.objects.filter(mission=mission).select_related("user").first()
    move(application, "submit", role.user if role else make_head(mission))
    return Application.objects.get(pk=application.pk)


# Which offset


@pytest.mark.parametrize(
    ("days_left", "offset"), [(8, None), (7, 7), (6, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, 1)]
)
def test_the_latest_reached_offset_counts(days_left: int, offset: int | None) -> None:
    assert latest_reached([7, 3, 1], days_left) == offset


def test_without_offsets_nothing_is_reached() -> None:
    assert latest_reached([], 0) is None


# Arrivals


def test_a_head_is_reminded_seven_three_and_one_day_before_once_each() -> None:
    mission = make_mission()
    head = make_head(mission)
    written = []
    for day in range(1, 20):
        for _twice in range(2):
            write_reminders(at(12, day))
        found = letters("arrival_reminder")
        if len(found) > len(written):
            written.append((day, [letter.email for letter in found[len(written) :]]))
    assert written == [(9, [head.email]), (13, [head.email]), (15, [head.email])]


def test_of_several_missed_offsets_only_the_latest_is_written() -> None:
    mission = make_mission()
    make_head(mission)
    write_reminders(at(12, 14))
    write_reminders(at(12, 14))
    assert [letter.key.split(":")[3] for letter in letters("arrival_reminder")] == ["3"]


def test_the_days_are_those_of_the_elections_zone() -> None:
    early = make_mission(make_election(time_zone="Pacific/Kiritimati"))  # UTC+14
    late = make_mission(make_election(time_zone="Pacific/Pago_Pago"))  # UTC-11
    heads = [make_head(early).email, make_head(late).email]
    write_reminders(at(12, 8, 9, 59))  # 8 December, 23:59 on Kiritimati
    assert letters("arrival_reminder") == []
    write_reminders(at(12, 8, 10, 0))
    assert [letter.email for letter in letters("arrival_reminder")] == heads[:1]
    write_reminders(at(12, 9, 10, 59))  # 8 December, 23:59 in Pago Pago
    assert [letter.email for letter in letters("arrival_reminder")] == heads[:1]
    write_reminders(at(12, 9, 11, 0))
    assert [letter.email for letter in letters("arrival_reminder")] == heads


def test_every_head_is_reminded_and_a_relieved_one_is_not() -> None:
    mission = make_mission()
    head, deputy, gone = make_head(mission), make_head(mission, duty="deputy"), make_head(mission)
    MissionRole.objects.filter(user=gone).update(ended_at=NOW)
    write_reminders(at(12, 9))
    assert [letter.email for letter in letters("arrival_reminder")] == [head.email, deputy.email]


def test_the_head_reads_who_comes_and_how_it_stands_with_each() -> None:
    mission = make_mission()
    make_head(mission)
    alpha = complete(make_membership(mission, family_name="Alpha"))
    accredited = application_in("approved", membership=alpha)
    submitted(mission, family_name="Beta", arrives_on=ARRIVAL, arrival_flight="J2 076")
    make_application(make_membership(mission, family_name="Gamma"))
    move(make_application(make_membership(mission, family_name="Delta")), "withdraw", make_head(mission))
    make_membership(mission, family_name="Epsilon")  # named, and never applied
    make_application(make_membership(make_mission(mission.election), family_name="Zeta"))
    write_reminders(at(12, 9))
    letter = letters("arrival_reminder")[0]
    assert [(one["name"], one["state"]) for one in letter.facts["people"]] == [
        ("ALPHA Ada", "Accredited"),
        ("BETA Ada", "With the commission"),
        ("GAMMA Ada", "Draft"),
    ]
    words = render(letter.kind, "en", [letter.facts], sent_at=at(12, 9))
    assert "3 people of" in words.text
    assert "16 December 2026" in words.subject
    assert f"accreditation {accredited.accreditation.number_in_words}" in words.text
    assert "J2 076" in words.text


def test_people_of_one_delegation_who_arrive_on_two_days_are_two_reminders() -> None:
    mission = make_mission()
    make_head(mission)
    submitted(mission, family_name="Early", arrives_on=date(2026, 12, 10))
    submitted(mission, family_name="Usual")
    write_reminders(at(12, 9))
    facts = [one.facts for one in letters("arrival_reminder")]
    found = {one["arrives_on"]: [person["name"] for person in one["people"]] for one in facts}
    assert found == {"2026-12-10": ["EARLY Ada"], "2026-12-16": ["USUAL Ada"]}


def test_people_with_an_address_under_way_or_accredited_are_reminded_themselves() -> None:
    mission = make_mission()
    make_head(mission)
    first = submitted(mission, email="one@example.org")
    submitted(mission, email="")
    make_application(make_membership(mission, email="draft@example.org"))
    write_reminders(at(12, 9))
    write_reminders(at(12, 9))
    person, *others = letters("arrival_reminder_person")
    assert others == []
    assert (person.email, person.about_id) == ("one@example.org", first.pk)
    assert "16 December 2026" in render(person.kind, "en", [person.facts], sent_at=NOW).subject


def test_a_changed_arrival_is_reminded_of_anew() -> None:
    mission = make_mission()
    make_head(mission)
    submitted(mission, email="one@example.org")
    write_reminders(at(12, 9))
    Delegation.objects.update(arrives_on=date(2026, 12, 17))
    write_reminders(at(12, 10))
    assert [one.facts["arrives_on"] for one in letters("arrival_reminder")] == ["2026-12-16", "2026-12-17"]
    assert len(letters("arrival_reminder_person")) == 2


def test_nobody_is_reminded_after_the_arrival() -> None:
    mission = make_mission()
    make_head(mission)
    membership = submitted(mission, email="one@example.org").membership
    Membership.objects.filter(pk=membership.pk).update(arrived_at=at(12, 8))
    Delegation.objects.update(arrived_at=at(12, 8))
    write_reminders(at(12, 9))
    Delegation.objects.update(arrived_at=None)
    Membership.objects.update(arrived_at=None)
    write_reminders(at(12, 17))
    assert OutboxMessage.objects.filter(kind__startswith="arrival").count() == 0


def test_only_arrivals_before_election_day_are_reminded_of() -> None:
    mission = make_mission()
    make_head(mission)
    Delegation.objects.update(arrives_on=date(2026, 12, 20))
    write_reminders(at(12, 19))
    assert letters("arrival_reminder") == []
    Delegation.objects.update(arrives_on=date(2026, 12, 19))
    write_reminders(at(12, 18))
    assert len(letters("arrival_reminder")) == 1


@pytest.mark.parametrize("change", [{"cancelled_at": NOW}, {"published_at": None}])
def test_a_cancelled_or_unpublished_election_reminds_nobody(change: dict[str, Any]) -> None:
    mission = make_mission(make_election(**change))
    make_head(mission)
    write_reminders(at(12, 9))
    assert OutboxMessage.objects.count() == 0


def test_another_statement_about_a_person_reminds_its_own_head_only() -> None:
    """A person of two missions gets one letter; the second head's list says the state in a word."""
    mission = make_mission()
    other = make_mission(mission.election)
    make_head(mission)
    make_head(other)
    first = submitted(mission, email="one@example.org")
    make_membership(other, person=first.person, email="one@example.org", is_primary=False)
    write_reminders(at(12, 9))
    assert len(letters("arrival_reminder_person")) == 1
    assert [len(one.facts["people"]) for one in letters("arrival_reminder")] == [1, 1]


def test_the_number_of_queries_does_not_grow_with_the_people() -> None:
    counts = []
    for people in (1, 30):
        election = make_election()
        for _ in range(people):
            mission = make_mission(election)
            make_head(mission)
            submitted(mission)
            make_application(make_membership(mission))
        with CaptureQueriesContext(connection) as queries:
            write_reminders(at(12, 9))
        counts.append(len(queries))
        Election.objects.filter(pk=election.pk).update(cancelled_at=NOW)
    assert counts[0] == counts[1]


# Deadline: 10 December 2026, 23:59 in Baku


def test_unfinished_files_are_reminded_of_at_each_offset_before_the_deadline_and_not_after() -> None:
    mission = make_mission()
    head = make_head(mission)
    make_application(make_membership(mission))
    for day in range(-6, 15):
        write_reminders(at(12, 1) + timedelta(days=day))
    written = [(one.created_at.date(), one.email) for one in letters("deadline_reminder")]
    days = [date(2026, 11, 26), date(2026, 12, 3), date(2026, 12, 7), date(2026, 12, 9)]
    assert written == [(day, head.email) for day in days]


def test_in_the_last_minute_it_is_not_too_late_and_after_it_is() -> None:
    mission = make_mission()
    make_head(mission)
    make_application(make_membership(mission))
    write_reminders(at(12, 10, 20, 0))  # 11 December, 00:00 in Baku
    assert letters("deadline_reminder") == []
    write_reminders(at(12, 10, 19, 59))
    assert len(letters("deadline_reminder")) == 1


def test_the_head_reads_which_files_are_incomplete_and_what_is_missing() -> None:
    mission = make_mission()
    make_head(mission)
    make_application(make_membership(mission, family_name="Alpha"))
    make_application(complete(make_membership(mission, family_name="Beta")))
    submitted(mission, family_name="Gamma")
    write_reminders(at(12, 8))
    (letter,) = letters("deadline_reminder")
    words = render(letter.kind, "en", [letter.facts], sent_at=NOW)
    assert [one["name"] for one in letter.facts["people"]] == ["ALPHA Ada", "BETA Ada"]
    assert "the photo" in words.text
    assert "10 December 2026, 23:59 Baku time (UTC+4)" in words.text
    assert letter.facts["people"][1]["missing"] == [], "complete, and not sent"


def test_an_applicant_is_reminded_of_the_own_draft_and_not_once_it_was_sent() -> None:
    applicant = make_user("applicant@example.org")
    mission = make_mission()
    make_head(mission)
    draft = make_application(complete(make_membership(mission, email="")), applicant=applicant)
    write_reminders(at(12, 8))
    (letter,) = letters("deadline_reminder_person")
    assert (letter.email, letter.only_while, letter.about_id) == ("applicant@example.org", "draft", draft.pk)
    move(draft, "submit", applicant)
    letter.refresh_from_db()
    assert letter.state == OutboxMessage.State.CANCELLED


def test_categories_with_an_own_deadline_are_reminded_of_by_it() -> None:
    election = make_election(published_at=None)
    election.categories.filter(code="foreign-journalist").update(deadline_days=20)
    Election.objects.filter(pk=election.pk).update(published_at=NOW)
    mission = make_mission(election, default_category=election.categories.get(code="foreign-journalist"))
    make_head(mission)
    make_application(make_membership(mission))
    write_reminders(datetime(2026, 11, 29, NOON, tzinfo=UTC))
    (letter,) = letters("deadline_reminder")
    assert letter.facts["closes_at"] == "2026-11-30T20:00:00+00:00"


# Begun online, and no file yet


def begun(election: Election, **fields: Any) -> Beginning:
    """Somebody who has answered some questions online."""
    user = fields.pop("user", None) or make_user(language=fields.pop("language", "en"))
    return Beginning.objects.create(user=user, election=election, begun_at=NOW, **fields)


def begun_letters() -> list[tuple[str, str]]:
    """To whom, and for which offset."""
    return [(one.email, one.key.split(":")[-1]) for one in letters("deadline_reminder_begun")]


def test_whoever_has_only_begun_is_reminded_at_each_offset_once_and_not_after_the_deadline() -> None:
    one = begun(make_election())
    for day in range(-6, 15):
        for _twice in range(2):
            write_reminders(at(12, 1) + timedelta(days=day))
    written = [(letter.created_at.date(), letter.email) for letter in letters("deadline_reminder_begun")]
    days = [date(2026, 11, 26), date(2026, 12, 3), date(2026, 12, 7), date(2026, 12, 9)]
    assert written == [(day, one.user.email) for day in days]


def test_of_several_offsets_missed_by_who_has_begun_only_the_latest_is_written() -> None:
    one = begun(make_election())
    write_reminders(at(12, 8))
    write_reminders(at(12, 8))
    assert begun_letters() == [(one.user.email, "3")]
    write_reminders(at(12, 10))
    assert begun_letters() == [(one.user.email, "3"), (one.user.email, "1")]


def test_who_has_begun_reads_in_the_own_language_until_when_and_where_to_go_on() -> None:
    mission = make_mission(make_election(code="demo", name_az="Parlament seçkiləri"), language="ru")
    begun(mission.election, mission=mission, language="az")
    begun(mission.election, mission=mission, language="")
    write_reminders(at(12, 8))
    own, of_mission = letters("deadline_reminder_begun")
    assert (own.language, of_mission.language) == ("az", "ru")
    assert own.facts["election"] == "Parlament seçkiləri"
    assert own.facts["link"].endswith("/az/apply/demo/")
    words = render(own.kind, "en", [own.facts], sent_at=NOW).text
    assert "10 December 2026, 23:59 Baku time (UTC+4)" in words
    assert own.facts["link"] in words


def test_the_letter_to_who_has_begun_holds_nothing_of_the_answers() -> None:
    one = begun(make_election())
    one.add({"family_name": "Zqname", "document_number": "ZQ7654321"})
    one.save()
    write_reminders(at(12, 8))
    (letter,) = letters("deadline_reminder_begun")
    assert "ZQ" not in str(letter.facts).upper()


def test_a_beginning_is_reminded_of_by_the_deadline_of_its_mission_s_usual_category() -> None:
    election = make_election(published_at=None)
    election.categories.filter(code="foreign-journalist").update(deadline_days=20)
    Election.objects.filter(pk=election.pk).update(published_at=NOW)
    media = make_mission(election, default_category=election.categories.get(code="foreign-journalist"))
    journalist = begun(election, mission=media)
    begun(election)  # names no mission: the election's own deadline, whose first offset is reached
    write_reminders(at(11, 29))
    found = {one.email: one.facts["closes_at"] for one in letters("deadline_reminder_begun")}
    assert found.pop(journalist.user.email) == "2026-11-30T20:00:00+00:00"
    assert list(found.values()) == ["2026-12-10T20:00:00+00:00"]


def test_nobody_is_reminded_who_cannot_send_or_has_a_file() -> None:
    election = make_election()
    begun(election, mission=make_mission(election, state="invited"))
    begun(election, user=make_user(is_active=False))
    applicant = make_user()
    begun(election, user=applicant)
    make_application(complete(make_membership(make_mission(election))), applicant=applicant)
    write_reminders(at(12, 8))
    assert begun_letters() == []
    assert [one.email for one in letters("deadline_reminder_person")]


def test_a_waiting_reminder_goes_with_the_beginning_and_the_draft_is_reminded_of_instead() -> None:
    mission = make_mission()
    one = begun(mission.election, mission=mission)
    write_reminders(at(12, 8))
    end_beginning(one)
    (letter,) = letters("deadline_reminder_begun")
    assert letter.state == OutboxMessage.State.CANCELLED
    make_application(complete(make_membership(mission)), applicant=one.user)
    write_reminders(at(12, 8, 9))
    assert [row.user_id for row in letters("deadline_reminder_person")] == [one.user_id]


def test_whoever_has_read_the_reminder_of_a_beginning_is_not_reminded_again_of_the_draft() -> None:
    mission = make_mission()
    one = begun(mission.election, mission=mission)
    write_reminders(at(12, 8))
    OutboxMessage.objects.filter(kind="deadline_reminder_begun").update(state="sent", sent_at=at(12, 8))
    end_beginning(one)
    make_application(complete(make_membership(mission)), applicant=one.user)
    write_reminders(at(12, 8, 9))
    assert letters("deadline_reminder_person") == []
    write_reminders(at(12, 9))
    assert len(letters("deadline_reminder_person")) == 1
    assert letters("deadline_reminder_begun")[0].state == OutboxMessage.State.SENT


def test_a_reminder_whose_beginning_has_gone_is_cancelled_at_the_door() -> None:
    """Written by one process while another deleted what it is about."""
    election = make_election()
    gone, stands = begun(election), begun(election)
    write_reminders(at(12, 8))
    Beginning.objects.filter(pk=gone.pk).delete()
    leaving = [letter.email for mail in claim(1, at(12, 8)) for letter in mail]
    assert leaving == [stands.user.email]
    assert letters("deadline_reminder_begun")[0].state == OutboxMessage.State.CANCELLED


def test_many_who_have_begun_cost_no_more_queries_than_one() -> None:
    counts = []
    for people in (1, 30):
        election = make_election()
        for _ in range(people):
            begun(election, mission=make_mission(election))
        with CaptureQueriesContext(connection) as queries:
            write_reminders(at(12, 8))
        counts.append(len(queries))
        Election.objects.filter(pk=election.pk).update(cancelled_at=NOW)
    assert counts[0] == counts[1]


# Overdue


def test_every_approver_is_told_once_of_every_overdue_decision() -> None:
    approvers = sorted([make_approver().email, make_approver().email])
    make_clerk()
    mission = make_mission()
    make_head(mission)
    applications = [submitted(mission) for _ in range(2)]  # due at the end of 26 November
    write_reminders(datetime(2026, 11, 26, 19, 59, tzinfo=UTC))
    assert letters("decision_overdue") == []
    for _twice in range(2):
        write_reminders(datetime(2026, 11, 26, 20, 0, tzinfo=UTC))
    found = letters("decision_overdue")
    assert sorted({one.email for one in found}) == approvers
    assert len(found) == 4
    assert {one.about_id for one in found} == {one.pk for one in applications}
    assert all(one.together for one in found)
    assert applications[0].membership.full_name not in str(found[0].facts), "a name is read on the desk"


# The alarm


def test_a_decision_letter_that_has_not_left_for_a_day_is_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    application = application_in("approved")
    assert list(late_decisions(NOW + timedelta(hours=23))) == []
    late = late_decisions(NOW + timedelta(hours=24))
    assert [(one.kind, one.about_id) for one in late] == [("approval", application.pk)]
    write_reminders(NOW + timedelta(hours=24))
    assert "1 decision letter(s) have not left for 24 hours" in caplog.text


# Kept back by a mail server that was down


def test_a_reminder_that_could_not_leave_in_time_never_leaves() -> None:
    mission = make_mission()
    make_head(mission)
    submitted(mission)
    make_application(make_membership(mission))  # lacks its pictures
    write_reminders(at(12, 9))
    write_reminders(at(12, 15))
    until = {one.kind: one.not_after for one in OutboxMessage.objects.exclude(not_after=None)}
    closes, arrived = datetime(2026, 12, 10, 20, tzinfo=UTC), datetime(2026, 12, 16, 20, tzinfo=UTC)
    assert until == {
        "deadline_reminder": closes,
        "arrival_reminder": arrived,
        "arrival_reminder_person": arrived,
    }
    assert [mail[0].kind for mail in claim(1, arrived) if "reminder" in mail[0].kind] == []


def test_a_notice_of_an_overdue_decision_goes_with_the_decision() -> None:
    approver, mission = make_approver(), make_mission()
    make_head(mission)
    application = application_in(
        "recommended", membership=complete(make_membership(mission)), approver=approver
    )
    late = datetime(2026, 11, 27, 8, tzinfo=UTC)
    write_reminders(late)
    move(application, "approve", approver, now=late)
    assert [mail[0].kind for mail in claim(1, late) if mail[0].kind == "decision_overdue"] == []


# What fails holds up nobody


def test_a_reminder_that_cannot_be_worded_holds_up_no_other_and_is_tried_again() -> None:
    mission = make_mission()
    letter = Letter("arrival_reminder", Recipient("head@example.org"), {"zone": "Asia/Baku"})

    def unspeakable() -> Reminder:
        raise ValueError("there are no words for it")

    assert write([("first", unspeakable), ("second", lambda: Reminder(letter, mission))], NOW) == 1
    assert list(OutboxMessage.objects.values_list("key", flat=True)) == ["second"]
    assert write([("first", lambda: Reminder(letter, mission))], NOW) == 1


def test_a_kind_of_reminder_that_cannot_be_found_holds_up_no_other() -> None:
    def of_nothing(election: Election, now: datetime) -> Iterator[Due]:
        raise LookupError("no such thing")

    assert write_kind(of_nothing, make_election(), NOW) == 0
