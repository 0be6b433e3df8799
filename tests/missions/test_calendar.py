"""The law's clock: expectations are written out by hand, from the rule and a paper calendar."""

import time as clock
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accreditation.missions.calendar import Calendar
from accreditation.missions.legal_dates import SetByHand, standing

BAKU = Calendar(
    day=date(2026, 12, 20),
    called_on=date(2026, 10, 1),
    deadline_article="Election Code art. 44",
    decision_article="Election Code art. 44",
)


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


def in_zone(zone: str, day: date = date(2026, 12, 20)) -> Calendar:
    return replace(BAKU, time_zone=zone, day=day, called_on=day - timedelta(days=60))


def test_the_window_opens_with_the_day_of_the_call_and_closes_after_the_printed_minute() -> None:
    window = BAKU.application_window
    assert window.opens_at == utc(2026, 9, 30, 20, 0)
    assert window.closes_at == utc(2026, 12, 10, 20, 0)
    assert utc(2026, 12, 10, 19, 59, 59, 999999) in window
    assert utc(2026, 12, 10, 20, 0) not in window
    assert utc(2026, 9, 30, 19, 59, 59) not in window
    assert window.closes_in_words == "10 December 2026, 23:59 Baku time (UTC+4)"
    assert window.opens_in_words == "1 October 2026, 00:00 Baku time (UTC+4)"


def test_a_date_explains_its_rule() -> None:
    deadline = BAKU.application_deadline
    assert deadline.label == "Applications close"
    assert deadline.rule == "10 days before 20 December 2026, 23:59 Baku time (UTC+4), Election Code art. 44"
    assert BAKU.application_opens.rule == (
        "The call of the election, 1 October 2026, 00:00 Baku time (UTC+4), Election Code art. 44"
    )
    fixed = replace(BAKU, application_opens_on=date(2026, 11, 2))
    assert fixed.application_opens.closes_at == utc(2026, 11, 1, 20, 0)
    assert fixed.application_opens.rule.startswith("Day fixed by the commission, 2 November 2026, 00:00")


def test_one_day_and_no_day_before_are_said_as_people_say_it() -> None:
    assert replace(BAKU, replacement_days=1).replacement_deadline.rule.startswith("1 day before 20 December")
    assert replace(BAKU, replacement_days=0).replacement_deadline.rule.startswith(
        "On 20 December 2026, 23:59"
    )


@pytest.mark.parametrize("language", ["en", "az", "fr", "ru", "ar"])
def test_every_language_names_hour_and_offset(language: str) -> None:
    with override(language):
        for one in BAKU.dates():
            assert "UTC+4" in one.words and "UTC+4" in one.rule


@pytest.mark.parametrize(
    ("whole_days", "days", "hour", "closes_at"),
    [
        (False, 10, time(23, 59), utc(2026, 12, 10, 20, 0)),
        (True, 10, time(23, 59), utc(2026, 12, 9, 20, 0)),
        (False, 5, time(18, 0), utc(2026, 12, 15, 14, 1)),
        (True, 5, time(18, 0), utc(2026, 12, 14, 14, 1)),
        (False, 0, time(0, 0), utc(2026, 12, 19, 20, 1)),
    ],
)
def test_days_are_counted_by_either_convention(
    whole_days: bool, days: int, hour: time, closes_at: datetime
) -> None:
    calendar = replace(BAKU, whole_days=whole_days, deadline_days=days, deadline_time=hour)
    assert calendar.application_deadline.closes_at == closes_at


def test_kazakhstan_2019_closed_at_18_00_six_days_before_the_vote() -> None:
    """Five whole days before 9 June 2019: 3 June, 18:00 in the capital (UTC+6 that year)."""
    calendar = Calendar(
        day=date(2019, 6, 9),
        called_on=date(2019, 4, 9),
        time_zone="Asia/Almaty",
        deadline_days=5,
        deadline_time=time(18, 0),
        whole_days=True,
    )
    assert calendar.application_deadline.closes_at == utc(2019, 6, 3, 12, 1)
    assert calendar.application_deadline.rule == "5 whole days before 9 June 2019, 18:00 Almaty time (UTC+6)"


def test_dates_pass_the_end_of_the_year() -> None:
    calendar = replace(BAKU, day=date(2027, 1, 5), deadline_days=10)
    assert calendar.application_deadline.closes_at == utc(2026, 12, 26, 20, 0)
    assert calendar.decision_due(utc(2026, 12, 30, 8, 0)) == utc(2027, 1, 2, 20, 0)


def test_a_leap_day_is_a_day() -> None:
    calendar = replace(BAKU, day=date(2028, 3, 5), called_on=date(2028, 1, 5))
    assert calendar.application_deadline.closes_at == utc(2028, 2, 24, 20, 0)
    assert calendar.replacement_deadline.closes_at == utc(2028, 3, 2, 20, 0)


@pytest.mark.parametrize(
    ("zone", "closes_at", "election_starts", "words"),
    [
        (
            "Pacific/Kiritimati",
            utc(2026, 12, 10, 10, 0),
            utc(2026, 12, 19, 10, 0),
            "10 December 2026, 23:59 Kiritimati time (UTC+14)",
        ),
        (
            "Pacific/Pago_Pago",
            utc(2026, 12, 11, 11, 0),
            utc(2026, 12, 20, 11, 0),
            "10 December 2026, 23:59 Pago Pago time (UTC-11)",
        ),
        (
            "Asia/Kathmandu",
            utc(2026, 12, 10, 18, 15),
            utc(2026, 12, 19, 18, 15),
            "10 December 2026, 23:59 Kathmandu time (UTC+5:45)",
        ),
    ],
)
def test_far_zones_have_their_own_days(
    zone: str, closes_at: datetime, election_starts: datetime, words: str
) -> None:
    calendar = in_zone(zone)
    assert calendar.application_deadline.closes_at == closes_at
    assert calendar.application_deadline.words == words
    assert calendar.election_day.printed_at == election_starts
    assert calendar.election_day.closes_at == election_starts + timedelta(days=1)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_the_clock_of_the_server_s_own_zone_changes_nothing(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    clock.tzset()
    try:
        assert BAKU.application_window.closes_at == utc(2026, 12, 10, 20, 0)
        assert BAKU.decision_due(utc(2026, 11, 23, 9)) == utc(2026, 11, 26, 20)
        assert BAKU.application_deadline.words == "10 December 2026, 23:59 Baku time (UTC+4)"
    finally:
        monkeypatch.undo()
        clock.tzset()


def test_one_moment_is_two_days_in_two_zones() -> None:
    moment = utc(2026, 12, 1, 10, 30)
    assert in_zone("Pacific/Kiritimati").today(moment) == date(2026, 12, 2)
    assert in_zone("Pacific/Pago_Pago").today(moment) == date(2026, 11, 30)


def test_a_summer_time_change_before_the_vote_keeps_the_printed_hour() -> None:
    """Paris leaves summer time on 25 October 2026: the deadline of E-10 still has UTC+2."""
    calendar = in_zone("Europe/Paris", date(2026, 11, 1))
    assert calendar.application_deadline.closes_at == utc(2026, 10, 22, 22, 0)
    assert calendar.application_deadline.words.endswith("(UTC+2)")
    assert calendar.replacement_deadline.closes_at == utc(2026, 10, 29, 23, 0)
    # Submitted on Friday the 23rd: three local days later is Monday the 26th, 73 hours and a bit.
    assert calendar.decision_due(utc(2026, 10, 23, 10, 0)) == utc(2026, 10, 26, 23, 0)


def test_a_printed_time_that_the_clock_skips_falls_after_the_gap() -> None:
    """Paris has no 02:30 on 29 March 2026; 02:30 UTC+1 is 03:30 UTC+2."""
    calendar = replace(in_zone("Europe/Paris", date(2026, 4, 5)), deadline_days=7, deadline_time=time(2, 30))
    assert calendar.application_deadline.closes_at == utc(2026, 3, 29, 1, 31)


def test_a_printed_time_that_comes_twice_is_the_second_one() -> None:
    """Paris has 02:30 twice on 25 October 2026: at 00:30 and at 01:30 UTC."""
    calendar = replace(in_zone("Europe/Paris", date(2026, 11, 1)), deadline_days=7, deadline_time=time(2, 30))
    assert calendar.application_deadline.closes_at == utc(2026, 10, 25, 1, 31)


def test_a_day_without_midnight_begins_with_the_jump() -> None:
    """Beirut jumps from 00:00 to 01:00 on 29 March 2026: the 28th ends, and the 29th begins, at 22:00 UTC."""
    calendar = in_zone("Asia/Beirut", date(2026, 3, 29))
    assert (
        calendar.start_of(date(2026, 3, 29)) == calendar.end_of(date(2026, 3, 28)) == utc(2026, 3, 28, 22, 0)
    )
    assert calendar.local_date(calendar.start_of(date(2026, 3, 29))) == date(2026, 3, 29)
    assert calendar.end_of(date(2026, 3, 29)) == utc(2026, 3, 29, 21, 0)


def test_a_day_that_runs_its_last_hour_twice_ends_after_both() -> None:
    """Sao Paulo went from 00:00 back to 23:00 on 18 February 2018: 23:59 of the 17th came twice."""
    calendar = replace(in_zone("America/Sao_Paulo", date(2018, 2, 27)), deadline_days=10)
    assert calendar.application_deadline.closes_at == utc(2018, 2, 18, 3, 0)
    assert calendar.end_of(date(2018, 2, 17)) == utc(2018, 2, 18, 3, 0)


def test_a_day_that_never_was_has_no_length() -> None:
    """Apia skipped 30 December 2011."""
    calendar = in_zone("Pacific/Apia", date(2011, 12, 31))
    assert (
        calendar.start_of(date(2011, 12, 30)) == calendar.end_of(date(2011, 12, 30)) == utc(2011, 12, 30, 10)
    )


def test_a_decision_is_due_at_the_end_of_the_third_local_day() -> None:
    assert BAKU.decision_due(utc(2026, 11, 1, 19, 59, 59)) == utc(2026, 11, 4, 20, 0)  # 1 Nov 23:59:59
    assert BAKU.decision_due(utc(2026, 11, 1, 20, 0)) == utc(2026, 11, 5, 20, 0)  # 2 Nov 00:00
    assert BAKU.in_words(BAKU.decision_due(utc(2026, 11, 1, 8))) == "4 November 2026, 23:59 Baku time (UTC+4)"


def test_a_decision_is_never_due_after_the_latest_decision() -> None:
    calendar = replace(BAKU, latest_decision_days=4)
    assert calendar.latest_decision is not None
    assert calendar.latest_decision.closes_at == utc(2026, 12, 16, 20, 0)
    assert calendar.decision_due(utc(2026, 12, 15, 8, 0)) == utc(2026, 12, 16, 20, 0)
    assert calendar.decision_due(utc(2026, 12, 1, 8, 0)) == utc(2026, 12, 4, 20, 0)
    assert BAKU.latest_decision is None


def test_a_pause_moves_the_due_date_by_the_local_days_it_took() -> None:
    due = utc(2026, 11, 4, 20, 0)
    assert BAKU.decision_due_after_pause(due, utc(2026, 11, 2, 5), utc(2026, 11, 2, 15)) == due
    moved = BAKU.decision_due_after_pause(due, utc(2026, 11, 2, 5), utc(2026, 11, 9, 21))  # 2 to 10 November
    assert moved == utc(2026, 11, 12, 20, 0)
    bound = replace(BAKU, latest_decision_days=4)
    late = bound.decision_due_after_pause(utc(2026, 12, 14, 20), utc(2026, 12, 12, 5), utc(2026, 12, 18, 5))
    assert late == utc(2026, 12, 16, 20, 0)


def test_a_pause_over_a_change_of_the_clock_still_ends_with_a_day() -> None:
    calendar = in_zone("Europe/Paris", date(2026, 11, 20))
    due = calendar.end_of(date(2026, 10, 24))
    moved = calendar.decision_due_after_pause(due, utc(2026, 10, 23, 10), utc(2026, 10, 26, 10))
    assert moved == calendar.end_of(date(2026, 10, 27)) == utc(2026, 10, 27, 23, 0)


def test_an_appeal_is_counted_from_the_letter_and_a_term_from_the_registration() -> None:
    assert BAKU.appeal_closes_at(utc(2026, 11, 1, 20, 30)) == utc(2026, 11, 5, 20, 0)  # sent on 2 Nov 00:30
    assert BAKU.term_starts(utc(2026, 11, 1, 20, 30)) == date(2026, 11, 2)
    later = replace(BAKU, validity_starts_after_days=3)
    assert later.term_starts(utc(2026, 11, 1, 19, 30)) == date(2026, 11, 4)


def test_a_category_may_have_its_own_deadline() -> None:
    journalists = SimpleNamespace(pk=7, name="foreign journalist", deadline_days=5)
    guests = SimpleNamespace(pk=8, name="guest", deadline_days=None)
    assert BAKU.application_deadline_for(journalists).closes_at == utc(2026, 12, 15, 20, 0)
    assert BAKU.application_deadline_for(journalists).label == "Applications close: foreign journalist"
    assert BAKU.application_deadline_for(guests) == BAKU.application_deadline
    assert BAKU.application_deadline_for(None) == BAKU.application_deadline
    names = [one.name for one in BAKU.dates([journalists, guests])]
    assert names == [
        "application_opens",
        "application_deadline",
        "category_deadline:7",
        "replacement_deadline",
        "election_day",
    ]


def override_of(pk: int, name: str, closes_at: datetime, reason: str = "flood") -> SimpleNamespace:
    return SimpleNamespace(pk=pk, date_name=name, closes_at=closes_at, reason=reason)


def test_the_newest_date_set_by_hand_holds_and_gives_its_reason() -> None:
    held = standing(
        [
            override_of(2, "application_deadline", utc(2026, 12, 13, 14, 0), "second"),
            override_of(1, "application_deadline", utc(2026, 12, 12, 14, 0), "first"),
        ]
    )
    deadline = replace(BAKU, set_by_hand=held).application_deadline
    assert deadline.closes_at == utc(2026, 12, 13, 14, 0)
    assert deadline.words == "13 December 2026, 17:59 Baku time (UTC+4)"
    assert deadline.rule == "Set by hand: second"


def test_a_new_election_day_ends_the_dates_counted_from_the_old_one() -> None:
    held = standing(
        [
            override_of(1, "application_opens", utc(2026, 10, 5)),
            override_of(2, "application_deadline", utc(2026, 12, 12)),
            override_of(3, "category_deadline:7", utc(2026, 12, 12)),
            override_of(4, "election_day", utc(2027, 1, 20)),
            override_of(5, "replacement_deadline", utc(2027, 1, 18)),
        ]
    )
    assert set(held) == {"application_opens", "election_day", "replacement_deadline"}


def test_a_latest_decision_may_be_set_where_the_law_had_none() -> None:
    held = {"latest_decision": SetByHand(utc(2026, 11, 3, 12), "session")}
    calendar = replace(BAKU, set_by_hand=held)
    assert calendar.decision_due(utc(2026, 11, 1, 8)) == utc(2026, 11, 3, 12)
    assert "latest_decision" in [one.name for one in calendar.dates()]


ZONES = st.sampled_from(
    [
        "Africa/Cairo",
        "America/Havana",
        "America/Santiago",
        "Asia/Baku",
        "Asia/Beirut",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Europe/Chisinau",
        "Europe/Paris",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "UTC",
    ]
)
DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(ZONES, DAYS, st.times().map(lambda one: one.replace(second=0, microsecond=0)))
def test_the_printed_minute_always_counts_and_the_next_never(zone: str, day: date, hour: time) -> None:
    calendar = replace(in_zone(zone, day), deadline_time=hour)
    deadline = calendar.application_deadline
    assert deadline.printed_at == deadline.closes_at - timedelta(minutes=1)
    shown = deadline.printed_at.astimezone(ZoneInfo(zone))
    skipped = (shown.hour, shown.minute) != (hour.hour, hour.minute)
    assert shown.date() == day - timedelta(days=10)
    if skipped:  # never earlier than printed
        assert shown.time() > hour
    assert deadline.closes_at.second == 0


@given(ZONES, DAYS)
def test_days_touch_without_gap_or_overlap(zone: str, day: date) -> None:
    calendar = in_zone(zone)
    assert calendar.end_of(day) == calendar.start_of(day + timedelta(days=1))
    assert calendar.local_date(calendar.start_of(day)) == day
    assert calendar.local_date(calendar.end_of(day) - timedelta(microseconds=1)) == day


@given(ZONES, MOMENTS, st.integers(1, 60))
def test_a_decision_is_due_between_n_and_n_plus_one_days_later(
    zone: str, moment: datetime, days: int
) -> None:
    calendar = replace(in_zone(zone), decision_days=days)
    due = calendar.decision_due(moment)
    hour = timedelta(hours=1)  # a change of the clock makes a day an hour longer or shorter
    assert timedelta(days=days) - hour <= due - moment <= timedelta(days=days + 1) + hour
    assert calendar.local_date(due - timedelta(microseconds=1)) == calendar.local_date(moment) + timedelta(
        days
    )


@given(ZONES, MOMENTS, MOMENTS)
def test_who_submits_later_is_never_due_earlier(zone: str, one: datetime, other: datetime) -> None:
    calendar = in_zone(zone)
    earlier, later = sorted([one, other])
    assert calendar.decision_due(earlier) <= calendar.decision_due(later)
