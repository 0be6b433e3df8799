"""From a scan at a door to the alarm on the commission's page: its answer, who reads it, where else it shows."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.audit import AuditEvent
from accreditation.credentials.alarms import ScanAlarm, raise_alarms
from accreditation.credentials.badges import Badge
from accreditation.credentials.payload import parts_of, unpacked
from accreditation.credentials.scans import BadgeScan
from accreditation.missions.models import Election
from tests.badges import make_badge
from tests.factories import (
    NOW,
    complete,
    make_clerk,
    make_head,
    make_membership,
    make_mission,
    make_staff,
    make_user,
)
from tests.scans import PAGE, address, answer_form, ask, make_scan, rows_in, text_of
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def clerk() -> Client:
    return sign_in(Client(), make_clerk())


@pytest.fixture
def badge(signing_keys: dict[str, Any]) -> Badge:
    return make_badge("collected", membership=complete(make_membership(make_mission(), family_name="Alpha")))


# T32: a badge and its copy


def test_a_copied_badge_shows_photo_and_name_at_both_doors_and_alarms_the_commission(
    clerk: Client, badge: Badge
) -> None:
    signed = unpacked(parts_of(bytes(badge.signed or b""))[0])
    for device, place in (("a", "Station 1"), ("b", "Station 2")):
        told = ask("/api/v1/verify", badge=address(badge), scan=device, device=device, place=place).json()
        assert (told["verdict"], told["name"]) == ("valid", signed.name)
        photo = ask("/api/v1/verify/photo", badge=address(badge), device=device)
        assert hashlib.sha256(photo.content).digest()[:8] == signed.photo_hash
    assert [one["place"] for one in told["elsewhere"]] == ["Station 1"]
    assert "Nothing alarms" in text_of(clerk.get(PAGE))

    raise_alarms(NOW + MINUTE)

    page = clerk.get(PAGE)
    text = text_of(page)
    assert "One badge at two places" in text and "Telephone both places" in text
    assert text.index("Station 1") < text.index("Station 2")
    assert badge.code_in_words in text and badge.accreditation.membership.full_name in text
    assert reverse("admin:credentials_badge_change", args=[badge.pk]) in page.content.decode()


def test_phones_without_a_network_join_when_they_send_and_each_scan_counts_once(
    clerk: Client, badge: Badge
) -> None:
    milliseconds = int(NOW.timestamp() * 1000)
    for _ in range(2):
        for device, place, ago in (("a", "Station 1", 20), ("b", "Station 2", 12)):
            scan: dict[str, Any] = {"badge": address(badge), "scan": "1", "place": place, "shown": "valid"}
            scan["at"] = milliseconds - ago * 60_000
            sent = ask("/api/v1/verify/scans", device=device, scans=[scan])
            assert sent.json()["received"] == 1
    raise_alarms(NOW + MINUTE)

    text = text_of(clerk.get(PAGE))

    assert "One badge at two places" in text and "8 minutes apart. Scanned 2 times in all." in text
    assert len(rows_in(clerk.get(PAGE))) == BadgeScan.objects.count() == 2
    assert all("without a network" in row for row in rows_in(clerk.get(PAGE)))


def test_two_places_within_a_minute_are_not_said_to_be_no_minutes_apart(clerk: Client, badge: Badge) -> None:
    milliseconds = int(NOW.timestamp() * 1000)
    for device, place, ago in (("a", "Station 1", 50), ("b", "Station 2", 20)):
        scan: dict[str, Any] = {"badge": address(badge), "scan": "1", "place": place, "shown": "valid"}
        scan["at"] = milliseconds - ago * 1000
        ask("/api/v1/verify/scans", device=device, scans=[scan])
    raise_alarms(NOW + MINUTE)
    text = text_of(clerk.get(PAGE))
    assert "Less than a minute apart." in text
    assert "0 minutes" not in text


def test_scans_sent_after_the_end_of_the_term_are_judged_as_of_then(badge: Badge) -> None:
    Election.objects.update(results_published_on=date(2026, 12, 24))
    at_the_door = [datetime(2026, 12, day, 12, tzinfo=UTC) for day in (23, 25)]
    scans = [
        {"badge": address(badge), "scan": str(at), "place": "1", "at": int(at.timestamp() * 1000)}
        for at in at_the_door
    ]
    with time_machine.travel(datetime(2026, 12, 27, tzinfo=UTC), tick=True):
        ask("/api/v1/verify/scans", device="a", scans=scans)
    judged = BadgeScan.objects.order_by("scanned_at").values_list("verdict", flat=True)
    assert list(judged) == ["valid", "expired"]


def test_many_forged_badges_at_one_gate_alarm_with_what_to_do(clerk: Client) -> None:
    for number in range(6):
        ask("/api/v1/verify", badge="9" * 300, scan=str(number), device="a", place="Gate 2")
    raise_alarms(NOW + MINUTE)

    page = clerk.get(PAGE)

    assert "Many bad badges at one place Gate 2 6 bad badges, from" in text_of(page)
    led = clerk.get(PAGE, {"place": "gate 2", "verdict": "bad"})
    assert len(rows_in(led)) == 6 and "?place=Gate+2&amp;verdict=bad" in page.content.decode()
    assert "Telephone" not in text_of(led) and "1 alarm about scans of badges" in text_of(led)


# Answering


def test_a_clerk_answers_an_alarm_and_it_goes_below_until_new_scans_come(clerk: Client, badge: Badge) -> None:
    make_scan(badge, "1", NOW - 20 * MINUTE)
    make_scan(badge, "2", NOW - 19 * MINUTE)
    raise_alarms(NOW - 18 * MINUTE)
    action, seen = answer_form(clerk.get(PAGE))

    page = clerk.post(action, {"seen": seen, "note": "Mistyped: <b>1</b> was 2."}, follow=True)

    text = text_of(page)
    assert "Nothing alarms" in text and "Looked into. It comes back" in text
    assert "&lt;b&gt;1&lt;/b&gt; was 2." in page.content.decode()
    assert AuditEvent.objects.filter(verb="looked_into").count() == 1
    make_scan(badge, "3", NOW - 10 * MINUTE, received=NOW)
    raise_alarms(NOW + SECOND)
    assert "Back with new scans." in text_of(clerk.get(PAGE))


def test_a_page_that_has_grown_old_answers_nothing(clerk: Client, badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW + 2 * MINUTE)
    action, seen = answer_form(clerk.get(PAGE))
    assert clerk.post(action, {"seen": seen, "note": " "}).status_code == 422
    make_scan(badge, "3", NOW + 2 * MINUTE)
    raise_alarms(NOW + 3 * MINUTE)

    late = clerk.post(action, {"seen": seen, "note": "All is well."})

    assert late.status_code == 409 and "New scans have come" in text_of(late)
    assert ScanAlarm.objects.get().is_open
    for wrong in ({"seen": "soon", "note": "x"}, {"note": "x"}):
        assert clerk.post(action, wrong).status_code == 404


# Who reads, who answers


@pytest.mark.parametrize(
    ("role", "answers"),
    [(CLERK, True), (SUPERVISOR, True), (APPROVER, True), (PRINT_DESK, False), (AUDITOR, False)],
)
def test_all_who_read_badges_see_the_alarms_and_those_who_check_people_answer(
    role: str, answers: bool, badge: Badge
) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    raise_alarms(NOW + 2 * MINUTE)
    alarm, client = ScanAlarm.objects.get(), sign_in(Client(), make_staff(role))
    page = client.get(PAGE)
    assert "One badge at two places" in text_of(page)
    assert ("What came of it" in text_of(page)) == answers
    action = reverse("admin:credentials_badgescan_looked_into", args=[alarm.pk])
    posted = client.post(action, {"seen": alarm.received_at.isoformat(), "note": "Both are here."})
    assert posted.status_code == (302 if answers else 403)
    assert ScanAlarm.objects.get().is_open is not answers


def test_a_stranger_learns_nothing_of_scans_and_alarms(badge: Badge) -> None:
    make_scan(badge, "Secret gate", NOW)
    make_scan(badge, "Other gate", NOW + MINUTE)
    raise_alarms(NOW + 2 * MINUTE)
    alarm = ScanAlarm.objects.get()
    action = reverse("admin:credentials_badgescan_looked_into", args=[alarm.pk])
    strangers = {
        "a guest": Client(),
        "an applicant": sign_in(Client(), make_user()),
        "the badge's own head": sign_in(Client(), make_head(badge.accreditation.mission)),
        "staff without a role": sign_in(Client(), make_user("no-role@cec.example", is_staff=True)),
        "a clerk by e-mailed code": sign_in(Client(), make_clerk(), "code"),
    }
    for who, client in strangers.items():
        for path in (PAGE, f"{PAGE}scans.csv"):
            answer = client.get(path)
            assert (who, path, answer.status_code) in {(who, path, 302), (who, path, 403)}
            assert not answer.streaming and "gate" not in answer.content.decode()
        assert client.post(action, {"seen": alarm.received_at.isoformat(), "note": "x"}).status_code in (
            302,
            403,
        )
    assert ScanAlarm.objects.get().is_open


# Where else it shows


def test_the_badge_s_own_page_shows_its_scans_and_its_alarm(clerk: Client, badge: Badge) -> None:
    page = reverse("admin:credentials_badge_change", args=[badge.pk])
    assert text_of(clerk.get(page)).count("Scans") == 1  # in the bar over the page
    make_scan(make_badge("collected"), "Elsewhere")
    make_scan(badge, "Station 1", NOW, shown="valid")
    make_scan(badge, "Station 2", NOW + MINUTE)
    raise_alarms(NOW + 2 * MINUTE)

    text = text_of(clerk.get(page))

    assert "Scanned at two places nearly at once: Station 1 and Station 2" in text
    assert "without a network, sent" in text and "Elsewhere" not in text
    for minute in range(20):
        make_scan(badge, "Station 3", NOW + minute * MINUTE)
    more = clerk.get(page).content.decode()
    assert more.count("Station 3") == 19 and f"?code={badge.code_in_words}" in more


def test_open_alarms_are_counted_where_staff_begin(badge: Badge) -> None:
    desks = {
        "/admin/workflow/application/": sign_in(Client(), make_clerk()),
        "/admin/credentials/badge/": sign_in(Client(), make_staff(PRINT_DESK)),
    }
    for path, client in desks.items():
        assert "alarms about scans" not in text_of(client.get(path))
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    for _ in range(5):
        make_scan(None, "gate")
    raise_alarms(NOW + 2 * MINUTE)
    for path, client in desks.items():
        page = client.get(path)
        assert (path, "2 alarms about scans of badges" in text_of(page)) == (path, True)
        assert f'href="{PAGE}"' in page.content.decode()


def test_the_page_says_when_nobody_joins_scans(clerk: Client) -> None:
    raise_alarms(NOW - 4 * MINUTE)
    assert "not since" not in text_of(clerk.get(PAGE))
    raise_alarms(NOW - 6 * MINUTE)
    assert "the worker does not run" in text_of(clerk.get(PAGE))
