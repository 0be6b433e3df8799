"""What is deleted by itself, and what stays: scans and their alarms, the sheets of print runs."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accreditation.accounts.roles import PRINT_DESK
from accreditation.core import storage
from accreditation.credentials.alarms import ScanAlarm, raise_alarms
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_orders import start
from accreditation.credentials.print_runs import PrintRun
from accreditation.credentials.printing_work import work_on
from accreditation.credentials.retention import forget_scans, forget_sheets, scans_kept_until
from accreditation.credentials.scans import BadgeScan
from accreditation.credentials.tasks import forget_what_is_old, join_scans
from accreditation.missions.models import Election
from config.celery import app
from tests.badges import make_badge
from tests.factories import NOW, actor, complete, make_election, make_membership, make_mission, make_staff
from tests.scans import make_scan
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_keys")]

DAY, SECOND, MINUTE = timedelta(days=1), timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def badge(signing_keys: dict[str, Any]) -> Badge:
    return make_badge("collected")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# Scans


def test_scans_are_kept_ninety_days_after_the_results_and_then_deleted(badge: Badge) -> None:
    make_scan(badge, "1")
    Election.objects.update(results_published_on=date(2026, 12, 24))
    over = moment("2027-03-25T00:00:00+04:00")
    assert scans_kept_until(Election.objects.get()) == over
    assert forget_scans(over - SECOND) == 0
    assert BadgeScan.objects.count() == 1
    assert forget_scans(over) == 1
    assert BadgeScan.objects.count() == 0
    assert forget_scans(over) == 0


def test_without_results_they_are_counted_from_the_latest_end_of_badges(badge: Badge) -> None:
    # 20 December, 60 days to the latest end, 90 more: the first moment after 19 May.
    assert scans_kept_until(badge.accreditation.election) == moment("2027-05-20T00:00:00+04:00")


def test_the_election_says_how_long_and_another_elections_scans_stay(badge: Badge) -> None:
    short = make_election(scan_days=1)
    gone = make_badge("collected", membership=complete(make_membership(make_mission(short))))
    make_scan(badge, "1")
    make_scan(gone, "1")
    Election.objects.update(results_published_on=date(2026, 12, 24))
    assert forget_scans(moment("2026-12-26T00:00:00+04:00")) == 1
    assert BadgeScan.objects.get().badge == badge


def test_scans_of_no_badge_are_kept_ninety_days_from_their_coming(badge: Badge) -> None:
    make_scan(None, "1", NOW, received=NOW + DAY)
    make_scan(badge, "1")
    assert forget_scans(NOW + 91 * DAY - SECOND) == 0
    assert forget_scans(NOW + 91 * DAY) == 1
    assert BadgeScan.objects.get().badge == badge


def test_alarms_go_with_their_scans_answered_or_not(badge: Badge) -> None:
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW + MINUTE)
    for _ in range(5):
        make_scan(None, "gate")
    raise_alarms(NOW + 2 * MINUTE)
    forget_scans(NOW + 90 * DAY)
    assert ScanAlarm.objects.get().badge == badge
    forget_scans(moment("2027-05-20T00:00:00+04:00"))
    assert (ScanAlarm.objects.count(), BadgeScan.objects.count()) == (0, 0)


def test_a_great_many_go_in_pieces(badge: Badge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accreditation.credentials.retention.AT_ONCE", 3)
    for _ in range(10):
        make_scan(badge, "1")
    assert forget_scans(NOW + 365 * DAY) == 10


def test_what_was_deleted_is_reported(badge: Badge, caplog: pytest.LogCaptureFixture) -> None:
    make_scan(badge, "1")
    with caplog.at_level("INFO"):
        forget_scans(NOW + 365 * DAY)
        forget_sheets(NOW)
    assert "1 scans of badges and 0 alarms were deleted" in caplog.text
    assert "the sheets of 0 print runs were deleted" in caplog.text


# Sheets


def printed(finished: datetime = NOW) -> PrintRun:
    badge = make_badge()
    desk = actor(make_staff(PRINT_DESK))
    run = start([badge.pk], election=badge.accreditation.election, layout="a6", actor=desk, now=finished)
    work_on(run.pk, now=finished)
    return PrintRun.objects.get(pk=run.pk)


def test_sheets_are_deleted_a_fortnight_after_their_run_and_its_row_stays() -> None:
    run = printed()
    name = run.pdf
    assert forget_sheets(NOW + 14 * DAY - SECOND) == 0
    assert storage.read(name).startswith(b"%PDF")
    assert forget_sheets(NOW + 14 * DAY) == 1
    run.refresh_from_db()
    assert (run.state, run.pdf, run.cleared_at, run.rows.count()) == ("done", "", NOW + 14 * DAY, 1)
    with pytest.raises(FileNotFoundError):
        storage.read(name)
    assert forget_sheets(NOW + 15 * DAY) == 0


def test_the_parts_that_a_failed_run_has_left_go_as_well_and_an_open_run_keeps_its_own() -> None:
    election = make_election()
    kept = {}
    for state in ("failed", "working"):
        name = storage.store(b"%PDF")
        run = PrintRun.objects.create(election=election, asked_at=NOW, state=state, finished_at=NOW)
        run.parts.create(number=1, name=name)
        kept[state] = name
    assert forget_sheets(NOW + 30 * DAY) == 1
    assert storage.read(kept["working"]) == b"%PDF"
    with pytest.raises(FileNotFoundError):
        storage.read(kept["failed"])


def test_a_night_that_was_cut_short_is_finished_the_next() -> None:
    run = printed()
    storage.delete(run.pdf)  # killed between the file and its row
    assert forget_sheets(NOW + 20 * DAY) == 1
    assert PrintRun.objects.get().pdf == ""


def test_the_page_of_a_run_says_until_when_its_sheets_are_kept_and_that_they_are_gone() -> None:
    run = printed()
    desk = sign_in(Client(), make_staff(PRINT_DESK))
    page = reverse("admin:credentials_badge_run", args=[run.public_id])
    sheets = reverse("admin:credentials_badge_run_file", args=[run.public_id])
    before = desk.get(page).content.decode()
    assert "The sheets are kept until" in before and "7 December 2026" in before
    assert desk.get(sheets).status_code == 200
    forget_sheets(NOW + 14 * DAY)
    after = desk.get(page).content.decode()
    assert "The sheets were deleted" in after and "Nothing was printed" not in after
    assert "Download" not in after.split("<h2>")[0] and desk.get(sheets).status_code == 404


# By themselves


def test_celery_wakes_both_and_joins_scans(badge: Badge) -> None:
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {forget_what_is_old.name, join_scans.name} <= names
    make_scan(badge, "1", NOW)
    make_scan(badge, "2", NOW)
    assert join_scans() == 1
    make_scan(None, "gate", NOW - 100 * DAY)
    forget_what_is_old()
    assert BadgeScan.objects.count() == 2


def test_a_badge_that_was_scanned_cannot_be_deleted_by_sql_and_one_that_was_not_can() -> None:
    scanned, other = make_badge(), make_badge()
    make_scan(scanned)
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="was scanned: it stays"), transaction.atomic():
            cursor.execute("DELETE FROM credentials_badge WHERE id = %s", [scanned.pk])
        with transaction.atomic():
            cursor.execute("DELETE FROM credentials_badge WHERE id = %s", [other.pk])
            assert cursor.rowcount == 1
            transaction.set_rollback(True)  # what else belongs to it stands
