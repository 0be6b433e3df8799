"""Scans and alarms in a browser: read and answered on a phone, by keyboard, and without breaking a rule."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accreditation.accounts.models import User
from accreditation.credentials.alarms import ScanAlarm, raise_alarms
from tests.badges import make_badge, make_keys
from tests.browser.accessibility import violations
from tests.browser.windows import OpenWindow
from tests.factories import make_clerk
from tests.scans import make_scan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clerk() -> User:
    return make_clerk()


@pytest.fixture
def scans(window: OpenWindow, clerk: User, tmp_path: Path, settings: Any) -> Any:
    """The clerk's page, with an alarm of each kind and one that was answered."""
    settings.SIGNING_KEYS_DIR = str(tmp_path / "keys")
    settings.PRIVATE_FILES_ROOT = str(tmp_path / "private")
    make_keys()
    now = timezone.now()
    for start in (now - 60 * MINUTE, now - 20 * MINUTE):
        badge = make_badge("collected")
        make_scan(badge, "Polling station 14, the school in the long street"[:40], start)
        make_scan(badge, "Polling station 201", start + 4 * MINUTE, shown="unconfirmed")
        raise_alarms(start + 5 * MINUTE)
        ScanAlarm.objects.filter(last_at__lt=now - 30 * MINUTE).update(
            is_open=False, looked_into_at=now, looked_into_by=clerk, note="Mistyped."
        )
    for minute in range(6):
        make_scan(None, "Gate 2", now - minute * MINUTE, typed=minute == 1)
    raise_alarms(now)
    page = window(clerk)
    page.address = "/admin/credentials/badgescan/"
    page.badge = f"/admin/credentials/badge/{badge.pk}/change/"
    return page


def test_scans_and_alarms_break_no_rule_at_any_width_or_in_arabic(scans: Any, clerk: User) -> None:
    found = {}
    for language in ("en", "ar"):
        clerk.language = language
        clerk.save()
        for width in (360, 1280):
            scans.set_viewport_size({"width": width, "height": 800})
            for url in (scans.address, f"{scans.address}?place=nowhere", scans.badge):
                scans.goto(url)
                if scans.locator(".alarms details").count():
                    scans.locator(".alarms details").evaluate("details => { details.open = true }")
                found[(language, width, url)] = violations(scans)
    assert {where: broken for where, broken in found.items() if broken} == {}


def test_an_alarm_is_answered_on_a_phone_by_keyboard(scans: Any, clerk: User) -> None:
    scans.set_viewport_size({"width": 360, "height": 800})
    scans.goto(scans.address)
    assert scans.locator("article.alarm").count() == 2
    scans.get_by_label("What came of it").first.focus()
    scans.keyboard.type("Both officials saw one bearer.")
    with scans.expect_navigation():
        scans.keyboard.press("Enter")
    assert scans.locator("article.alarm").count() == 1
    assert "Looked into. It comes back if new scans raise it again." in scans.inner_text("main")
    alarm = ScanAlarm.objects.get(note="Both officials saw one bearer.")
    assert (alarm.is_open, alarm.looked_into_by) == (False, clerk)


def test_from_an_alarm_to_the_scans_of_its_place(scans: Any) -> None:
    scans.goto(scans.address)
    scans.get_by_role("link", name="Gate 2").first.click()
    scans.wait_for_url("**place=Gate+2**")
    assert scans.locator("section:last-of-type tr[data-row]").count() == 6
    scans.get_by_label("Verdict").select_option("void")
    scans.wait_for_url("**verdict=void**")
    assert "No scan meets these filters." in scans.inner_text("main")
