"""One badge at two places, many bad badges at one: what alarms, what does not, and what becomes of an alarm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accreditation.accounts.roles import AUDITOR, PRINT_DESK
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused, WrongState
from accreditation.credentials.alarms import ScanAlarm, ScanWatch, look_into, raise_alarms
from accreditation.credentials.badges import Badge
from accreditation.credentials.scans import hashed
from tests.badges import make_badge
from tests.factories import NOW, actor, make_clerk, make_staff, make_user
from tests.scans import make_scan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]

MINUTE, SECOND, HOUR = timedelta(minutes=1), timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def badge(signing_keys: dict[str, Any]) -> Badge:
    return make_badge("collected")


def joined(now: datetime = NOW + HOUR) -> list[tuple[str, str]]:
    """What alarms after the scans were joined: pairs of places, or a place and its number of bad badges."""
    raise_alarms(now)
    alarms = ScanAlarm.objects.open().order_by("pk")
    return [(one.place, one.other_place or str(one.scans)) for one in alarms]


def answered(alarm: ScanAlarm, note: str = "A slip of the pen.", **given: Any) -> ScanAlarm:
    given = {"seen": alarm.received_at, "actor": actor(make_clerk()), "now": NOW + 2 * HOUR} | given
    return look_into(alarm.pk, note=note, **given)


# One badge at two places


@pytest.mark.parametrize(
    ("apart", "alarms"), [(0 * SECOND, 1), (15 * MINUTE, 1), (15 * MINUTE + SECOND, 0), (24 * HOUR, 0)]
)
def test_two_places_within_a_quarter_of_an_hour_alarm_and_a_second_more_does_not(
    apart: timedelta, alarms: int, badge: Badge
) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + apart)
    assert joined(NOW + 25 * HOUR) == [("1", "2")] * alarms


def test_an_alarm_says_which_badge_where_and_when(badge: Badge) -> None:
    make_scan(badge, "Station 1", NOW)
    make_scan(badge, "Station 2", NOW + 7 * MINUTE)
    raise_alarms(NOW + HOUR)
    alarm = ScanAlarm.objects.get()
    assert (alarm.badge, alarm.place, alarm.other_place) == (badge, "Station 1", "Station 2")
    assert (alarm.first_at, alarm.last_at, alarm.apart) == (NOW, NOW + 7 * MINUTE, 7 * MINUTE)


@pytest.mark.parametrize("same", ["Station 14", " station   14 ", "STATION\u00a014", "Ｓtation １４"])
def test_one_place_spelled_in_other_ways_is_one_place(same: str, badge: Badge) -> None:
    make_scan(badge, "Station 14", NOW)
    make_scan(badge, same, NOW + MINUTE)
    assert joined() == []


def test_the_device_that_corrects_its_place_is_no_second_place(badge: Badge) -> None:
    make_scan(badge, "41", NOW, device="one")
    make_scan(badge, "14", NOW + MINUTE, device="one")
    assert joined() == []
    make_scan(badge, "15", NOW + 2 * MINUTE, device="two", received=NOW + HOUR)
    assert joined() == [("14", "15")]


def test_scanners_that_give_no_name_may_be_any_two(badge: Badge) -> None:
    nameless = hashed("192.0.2.7")
    for number in (1, 2):
        scan = make_scan(badge, f"{number}", NOW + number * MINUTE, source=nameless)
        type(scan).objects.filter(pk=scan.pk).update(device=nameless)
    assert joined() == [("1", "2")]


def test_two_badges_an_unnamed_place_and_a_badge_that_nobody_has_are_no_two_places(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(make_badge("collected"), "2", NOW + MINUTE)
    make_scan(badge, "", NOW + 2 * MINUTE)
    make_scan(None, "3", NOW + 3 * MINUTE)
    assert joined() == []


def test_a_third_scan_in_between_hides_nothing(badge: Badge) -> None:
    for minutes, place in ((0, "1"), (5, "1"), (6, "2"), (7, "2")):
        make_scan(badge, place, NOW + minutes * MINUTE)
    assert joined() == [("1", "2")]


def test_scans_without_a_network_join_when_they_come_however_late(badge: Badge) -> None:
    days_later = NOW + timedelta(days=3)
    make_scan(badge, "1", NOW, received=NOW + SECOND)
    assert joined(NOW + MINUTE) == []
    make_scan(badge, "2", NOW + 5 * MINUTE, received=days_later, shown="valid")
    assert joined(days_later + SECOND) == [("1", "2")]


def test_both_scans_may_come_late_and_in_the_wrong_order(badge: Badge) -> None:
    raise_alarms(NOW + timedelta(days=1))
    make_scan(badge, "2", NOW + 5 * MINUTE, received=NOW + timedelta(days=2), shown="valid")
    assert joined(NOW + timedelta(days=2, seconds=1)) == []
    make_scan(badge, "1", NOW, received=NOW + timedelta(days=4), shown="valid")
    assert joined(NOW + timedelta(days=4, seconds=1)) == [("1", "2")]


def test_a_scan_whose_request_ended_after_the_joining_is_not_missed(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    raise_alarms(NOW + MINUTE)
    make_scan(badge, "2", NOW + 50 * SECOND)  # began before the joining, is seen after it
    assert joined(NOW + MINUTE + 10 * SECOND) == [("1", "2")]


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_joins_the_others_leave_it_to_the_one(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW)  # from now on there is a row to hold
    ScanAlarm.objects.all().delete()
    ScanWatch.objects.update(until=NOW)
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        ScanWatch.objects.select_for_update().get()
        assert other.submit(_joined_elsewhere).result() == 0
    assert raise_alarms(NOW + HOUR) == 1


def _joined_elsewhere() -> int:
    try:
        return raise_alarms(NOW + HOUR)
    finally:
        connection.close()


# Many bad badges at one place


def bad(
    number: int, place: str = "Gate 2", *, start: datetime = NOW, step: timedelta = MINUTE, **fields: Any
) -> None:
    for index in range(number):
        make_scan(None, place, start + index * step, **fields)


def test_five_bad_badges_within_an_hour_alarm_and_four_do_not() -> None:
    bad(4)
    assert joined() == []
    bad(1, start=NOW + 5 * MINUTE, received=NOW + HOUR)
    assert joined() == [("Gate 2", "5")]


@pytest.mark.parametrize(("step", "alarms"), [(15 * MINUTE, 1), (15 * MINUTE + SECOND, 0)])
def test_the_five_are_counted_within_one_hour(step: timedelta, alarms: int) -> None:
    bad(5, step=step)
    assert len(joined(NOW + 3 * HOUR)) == alarms


def test_a_place_is_one_however_it_is_spelled_and_an_unnamed_one_is_none() -> None:
    bad(3, "Gate 2")
    bad(2, "  GATE  2", start=NOW + 10 * MINUTE)
    bad(9, "")
    bad(4, "Gate 3")
    assert joined() == [("GATE 2", "5")]


def test_what_is_valid_or_not_yet_is_not_bad(badge: Badge) -> None:
    bad(4)
    for verdict in ("valid", "not_yet"):
        for _ in range(5):
            make_scan(badge, "Gate 2", NOW + 5 * MINUTE, verdict=verdict)
    assert joined() == []
    make_scan(badge, "Gate 2", NOW + 6 * MINUTE, verdict="expired", received=NOW + HOUR)
    assert joined() == [("Gate 2", "5")]


def test_one_void_badge_tried_again_and_again_is_one(badge: Badge) -> None:
    for minute in range(9):
        make_scan(badge, "Gate 2", NOW + minute * MINUTE, verdict="void")
    bad(3)
    assert joined() == []
    bad(1, start=NOW + 20 * MINUTE, received=NOW + HOUR)
    assert joined() == [("Gate 2", "5")]


def test_bad_scans_without_a_network_join_when_they_come() -> None:
    bad(4)
    assert joined(NOW + 2 * HOUR) == []
    bad(1, start=NOW + 30 * MINUTE, received=NOW + timedelta(days=2), shown="forged")
    assert joined(NOW + timedelta(days=2, seconds=1)) == [("Gate 2", "5")]


# What becomes of an alarm


def test_an_alarm_stands_until_somebody_has_looked_into_it(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    assert raise_alarms(NOW + HOUR) == 1
    assert raise_alarms(NOW + HOUR + SECOND) == 0
    assert joined(NOW + timedelta(days=40)) == [("1", "2")]

    clerk = make_clerk()
    alarm = answered(ScanAlarm.objects.get(), "Both saw the same man.", actor=actor(clerk))

    assert joined(NOW + timedelta(days=41)) == []
    assert (alarm.looked_into_by, alarm.looked_into_at, alarm.note) == (
        clerk,
        NOW + 2 * HOUR,
        "Both saw the same man.",
    )
    event = AuditEvent.objects.about(alarm).get()
    assert (event.verb, event.actor, event.reason) == ("looked_into", clerk, "Both saw the same man.")


def test_an_answered_alarm_comes_back_with_new_scans_only(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW + MINUTE + SECOND)
    answered(ScanAlarm.objects.get())
    make_scan(badge, "2", NOW + 2 * HOUR)
    assert joined(NOW + 2 * HOUR + SECOND) == []  # another scan, of no second place
    make_scan(badge, "3", NOW + 2 * HOUR + MINUTE)
    assert joined(NOW + 2 * HOUR + 2 * MINUTE) == [("2", "3")]
    assert ScanAlarm.objects.get().note == "A slip of the pen."


def test_a_place_comes_back_when_another_bad_badge_is_shown_there() -> None:
    bad(5)
    raise_alarms(NOW + HOUR)
    answered(ScanAlarm.objects.get())
    assert joined(NOW + HOUR + MINUTE) == []
    bad(1, start=NOW + 30 * MINUTE, received=NOW + 2 * HOUR)
    assert joined(NOW + 2 * HOUR + SECOND) == [("Gate 2", "6")]


def test_nobody_answers_for_scans_that_were_not_seen(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW + HOUR)
    shown = ScanAlarm.objects.get()
    make_scan(badge, "3", NOW + 2 * MINUTE, received=NOW + HOUR)
    raise_alarms(NOW + HOUR + SECOND)
    with pytest.raises(WrongState, match="New scans have come"):
        answered(shown)
    assert ScanAlarm.objects.get().is_open


def test_the_second_of_two_clerks_is_told_of_the_first_and_the_same_wish_again_does_nothing(
    badge: Badge,
) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW + HOUR)
    shown, first = ScanAlarm.objects.get(), make_clerk()
    answered(shown, actor=actor(first))
    answered(shown, actor=actor(first))
    with pytest.raises(WrongState, match=first.email):
        answered(shown, "Mine.")
    assert AuditEvent.objects.about(shown).count() == 1


def test_an_answer_says_what_came_of_it_and_comes_from_those_who_check_people(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW + HOUR)
    alarm = ScanAlarm.objects.get()
    with pytest.raises(Refused):
        answered(alarm, "  ")
    for nobody in (make_staff(PRINT_DESK), make_staff(AUDITOR), make_user()):
        with pytest.raises(NotAllowed):
            answered(alarm, actor=actor(nobody))
    assert ScanAlarm.objects.get().is_open


def test_only_staff_sees_scans_and_alarms(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW + HOUR)
    scans, alarms = type(make_scan(badge)).objects, ScanAlarm.objects
    clerk, stranger = make_clerk(), make_user()
    assert (scans.visible_to(clerk).count(), alarms.visible_to(clerk).count()) == (3, 1)
    assert (scans.visible_to(stranger).count(), alarms.visible_to(stranger).count()) == (0, 0)
