"""The list of scans, the places, and the table that is exported, on the commission's page of scans and alarms."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accreditation.credentials.alarms import raise_alarms
from accreditation.credentials.badges import Badge
from tests.badges import make_badge
from tests.factories import (
    NOW,
    complete,
    make_clerk,
    make_membership,
    make_mission,
)
from tests.scans import PAGE, make_scan, rows_in, text_of
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def clerk() -> Client:
    return sign_in(Client(), make_clerk())


@pytest.fixture
def badge(signing_keys: dict[str, Any]) -> Badge:
    return make_badge("collected", membership=complete(make_membership(make_mission(), family_name="Alpha")))


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
