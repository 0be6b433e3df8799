"""The commission's page of scans and alarms: from a scan at a door to the alarm, its answer, and who reads it."""

import csv
import hashlib
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.audit import AuditEvent
from accreditation.credentials.alarms import ScanAlarm, raise_alarms
from accreditation.credentials.badges import Badge
from accreditation.credentials.payload import address_of, parts_of, unpacked
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
from tests.scans import make_scan
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]

PAGE = "/admin/credentials/badgescan/"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def clerk() -> Client:
    return sign_in(Client(), make_clerk())


@pytest.fixture
def badge(signing_keys: dict[str, Any]) -> Badge:
    return make_badge("collected", membership=complete(make_membership(make_mission(), family_name="Alpha")))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def rows_in(answer: Any) -> list[str]:
    """What stands in the rows of the list of scans, one text a row."""
    table = answer.content.decode().split('id="scans-title"')[1]
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
        for row in re.findall(r"<tr data-row>.*?</tr>", table, re.S)
    ]


def address(badge: Badge) -> str:
    assert badge.signed is not None
    return address_of(bytes(badge.signed), "https://cec.example")


def ask(path: str, **body: Any) -> Any:
    answer = Client().post(path, json.dumps(body), content_type="application/json")
    assert answer.status_code == 200
    return answer


def answer_form(page: Any) -> tuple[str, str]:
    """Where the first alarm is answered, and up to which scan it was shown."""
    found = re.search(
        r'action="([^"]+)" class="look-into">.*?name="seen" value="([^"]+)"', page.content.decode(), re.S
    )
    assert found is not None
    return found[1], found[2]


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


# The list


def test_an_empty_page_says_what_will_stand_there(clerk: Client) -> None:
    text = text_of(clerk.get(PAGE))
    assert "No badge has been scanned yet." in text and "Nothing alarms. An alarm is raised when" in text
    assert "No scan meets these filters." in text_of(clerk.get(PAGE, {"place": "nowhere"}))


def test_a_commission_without_an_election_reads_scans_too(clerk: Client) -> None:
    make_scan(None, "1")
    assert len(rows_in(clerk.get(PAGE))) == 1


def test_filters_narrow_by_verdict_place_code_and_network(clerk: Client, badge: Badge) -> None:
    make_scan(badge, "Station 1")
    make_scan(badge, "Station 2", shown="unconfirmed", verdict="void")
    make_scan(None, "Station 2")
    make_scan(None, "", typed=True)

    def found(**asked: str) -> int:
        return len(rows_in(clerk.get(PAGE, asked)))

    assert found() == 4
    assert (
        found(verdict="valid"),
        found(verdict="void"),
        found(verdict="bad"),
        found(verdict="expired"),
    ) == (1, 1, 3, 0)
    assert (found(place=" station  2"), found(place="Station"), found(place="station 2", verdict="void")) == (
        2,
        0,
        1,
    )
    code = badge.code_in_words.lower()
    assert (found(code=code), found(code="ZZZZZ-ZZZZZ"), found(code="nonsense")) == (2, 0, 0)
    assert (found(network="offline"), found(network="online")) == (1, 3)
    assert found(verdict="x", network="x", after="x", before="") == 4
    row = rows_in(clerk.get(PAGE, {"network": "offline"}))[0]
    assert "the phone said: not confirmed" in row


def test_pages_lead_on_and_back_through_every_scan_once(clerk: Client) -> None:
    for number in range(120):
        make_scan(None, f"at {number}")

    def places(answer: Any) -> list[str]:
        return [place for row in rows_in(answer) for place in re.findall(r"at \d+", row)]

    def link(answer: Any, rel: str) -> str:
        found = re.search(rf'rel="{rel}" href="([^"]+)"', answer.content.decode())
        return found[1].replace("&amp;", "&") if found else ""

    page, read = clerk.get(PAGE), []
    assert link(page, "prev") == ""
    while True:
        read += places(page)
        following = link(page, "next")
        if not following:
            break
        page = clerk.get(PAGE + following)
    assert read == [f"at {number}" for number in reversed(range(120))]
    back = clerk.get(PAGE + link(page, "prev"))
    assert places(back) == read[50:100]
    assert places(clerk.get(PAGE + link(back, "prev"))) == read[:50]


def test_places_with_bad_scans_come_first_and_yesterdays_are_gone(clerk: Client, badge: Badge) -> None:
    make_scan(badge, "Yesterday", NOW - timedelta(hours=25))
    for minute in range(3):
        make_scan(badge, "Busy", NOW - minute * MINUTE)
    make_scan(None, "BAD gate", NOW - 30 * MINUTE)
    make_scan(badge, "bad gate", NOW - 20 * MINUTE)
    table = clerk.get(PAGE).content.decode().split('id="places-title"')[1].split("</table>")[0]
    rows = re.findall(r"<bdi>([^<]+)</bdi>.*?<td[^>]*>(\d+)</td><td[^>]*>(?:<b[^>]*>)?(\d+)", table)
    assert rows == [("bad gate", "2", "1"), ("Busy", "3", "0")]


def test_the_page_takes_as_many_queries_for_thirty_alarms_and_scans_as_for_one(
    clerk: Client, badge: Badge
) -> None:
    def fill(badges: list[Badge]) -> None:
        for one in badges:
            make_scan(one, "1", NOW)
            make_scan(one, "2", NOW + MINUTE)
        raise_alarms(NOW + 2 * MINUTE)

    fill([badge])
    for _ in range(5):
        make_scan(None, "gate")
    raise_alarms(NOW + 2 * MINUTE)
    clerk.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        clerk.get(PAGE)
    fill([make_badge("collected") for _ in range(29)])
    for number in range(29):
        for _ in range(5):
            make_scan(None, f"gate {number}")
    raise_alarms(NOW + 2 * MINUTE)
    with CaptureQueriesContext(connection) as thirty:
        page = clerk.get(PAGE)
    assert page.content.decode().count("sheet alarm") == 60
    assert len(one) == len(thirty) <= 17


# The table


def exported(client: Client, **asked: str) -> list[list[str]]:
    answer = client.get(f"{PAGE}scans.csv", asked)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_the_table_holds_what_the_filters_leave_without_a_name_and_without_a_formula(
    clerk: Client, badge: Badge
) -> None:
    make_scan(badge, "Station 1")
    formula = '=HYPERLINK("https://evil.example")'
    make_scan(None, formula, NOW + MINUTE, shown="@x", received=NOW + 2 * MINUTE)

    header, *rows = exported(clerk)

    assert header == ["scanned", "received", "place", "verdict", "badge", "kept back, shown as", "typed"]
    assert rows == [
        ["2026-11-23T13:01:00+04:00", "2026-11-23T13:02:00+04:00", f"'{formula}", "forged", "", "'@x", ""],
        ["2026-11-23T13:00:00+04:00", "2026-11-23T13:00:00+04:00", "Station 1", "valid", badge.code_in_words, "", ""],
    ]  # fmt: skip
    assert [row[2] for row in exported(clerk, place="station 1")[1:]] == ["Station 1"]
    name = badge.accreditation.membership.family_name
    assert name not in str(rows)


def test_the_table_is_read_in_pieces_and_whole(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accreditation.credentials.scan_log.EXPORTED_AT_ONCE", 3)
    for number in range(9):
        make_scan(None, f"at {number}")
    assert [row[2] for row in exported(clerk)[1:]] == [f"at {number}" for number in reversed(range(9))]


# Where else it shows


def test_the_badge_s_own_page_shows_its_scans_and_its_alarm(clerk: Client, badge: Badge) -> None:
    page = reverse("admin:credentials_badge_change", args=[badge.pk])
    assert "Scans" not in text_of(clerk.get(page)).replace("Scans and alarms", "")
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
