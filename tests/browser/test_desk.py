"""A clerk at work in a browser, under the content policy that production has: the keyboard is enough."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accreditation.core import storage
from accreditation.core.audit import AuditEvent
from accreditation.observers.models import Upload
from accreditation.workflow.models import Application
from tests.browser.accessibility import violations
from tests.browser.windows import OpenWindow
from tests.factories import (
    complete,
    make_application,
    make_clerk,
    make_election,
    make_head,
    make_membership,
    make_mission,
    move,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clerk():
    return make_clerk()


@pytest.fixture
def desk(window: OpenWindow, clerk: Any) -> Any:
    """The clerk's page."""
    page = window(clerk, size={"width": 1366, "height": 768})
    page.desk = reverse("admin:workflow_application_changelist")
    return page


def picture(width: int, height: int) -> str:
    drawn = BytesIO()
    Image.new("RGB", (width, height), (200, 210, 220)).save(drawn, "JPEG")
    return storage.store(drawn.getvalue())


@pytest.fixture
def files() -> list[Application]:
    """Three sent files with their pictures, the first one due first."""
    now = timezone.now()
    election = make_election(
        day=(now + timedelta(days=27)).date(), called_on=(now - timedelta(days=40)).date(), published_at=now
    )
    mission = make_mission(election)
    head, made = make_head(mission), []
    for index in range(3):
        application = make_application(complete(make_membership(mission)))
        for upload in Upload.objects.filter(membership=application.membership):
            size = (1400, 980) if upload.kind == "passport_page" else (600, 800)
            Upload.objects.filter(pk=upload.pk).update(name=picture(*size), width=size[0], height=size[1])
        made.append(move(application, "submit", head, now=now - timedelta(hours=40 - index)))
    return made


def state(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.innerText.trim().split('\\n')[0]")


def test_a_clerk_takes_checks_and_recommends_a_file_by_keyboard_alone(
    desk: Any, files: list[Application]
) -> None:
    first = files[0]
    desk.goto(desk.desk)
    desk.keyboard.press("a")
    assert focused(desk).startswith("Take the next file")
    assert state(first) == "submitted"  # the key leads there; Enter decides
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/change/*")
    assert state(first) == "under_review"

    ticks = desk.locator('input[name="matches"]')
    for _row in range(ticks.count()):
        desk.keyboard.press("m")
    assert desk.locator('input[name="matches"]:checked').count() == ticks.count() > 4
    desk.keyboard.press("a")
    assert focused(desk).startswith("Recommend approval")
    desk.keyboard.press("Enter")
    desk.wait_for_load_state("networkidle")
    assert state(first) == "recommended"


def test_j_and_k_lead_through_the_list_and_through_the_files(desk: Any, files: list[Application]) -> None:
    desk.goto(f"{desk.desk}?queue=unassigned")
    names = [one.membership.full_name for one in files]
    for key, name in (("j", names[0]), ("j", names[1]), ("k", names[0]), ("k", names[0])):
        desk.keyboard.press(key)
        assert focused(desk) == name
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/change/*")
    for key, name in (("j", names[1]), ("j", names[2]), ("k", names[1])):
        with desk.expect_navigation():
            desk.keyboard.press(key)
        assert name in desk.locator("h1").inner_text()


def test_a_letter_typed_into_a_field_is_text_and_keys_can_be_switched_off(
    desk: Any, files: list[Application]
) -> None:
    desk.goto(f"{desk.desk}?queue=unassigned")
    desk.keyboard.press("/")
    desk.keyboard.type("jack?")
    assert desk.locator("#desk-search").input_value() == "jack?"
    desk.locator("h1").click()
    desk.keyboard.press("?")
    assert desk.locator("dialog#keys").is_visible()
    desk.get_by_role("button", name="Switch the keys off").click()
    desk.wait_for_load_state("networkidle")
    desk.keyboard.press("/")
    desk.keyboard.press("?")
    assert not desk.locator("dialog#keys").is_visible()
    assert desk.evaluate("document.activeElement === document.body")


def test_the_passport_page_is_zoomed_turned_and_fitted_and_the_number_shown_on_demand(
    desk: Any, files: list[Application]
) -> None:
    one = files[0]
    desk.goto(desk.desk.replace("application/", f"application/{one.pk}/change/"))
    image, frame = desk.locator(".passport_page img"), desk.locator(".passport_page .frame")
    fitted, held = image.bounding_box(), frame.bounding_box()
    assert fitted["width"] <= held["width"] + 1
    assert fitted["height"] <= held["height"] + 1
    desk.keyboard.press("z")
    desk.keyboard.press("z")
    assert image.bounding_box()["width"] > fitted["width"] * 1.8
    assert frame.bounding_box() == held
    desk.keyboard.press("f")
    desk.keyboard.press("x")
    turned = image.bounding_box()
    assert turned["height"] > turned["width"]
    assert turned["height"] <= held["height"] + 1

    number = one.membership.document.number
    assert number not in desk.content()
    desk.get_by_role("button", name="Show").click()
    desk.locator(f"[data-number]:has-text('{number}')").wait_for()
    assert AuditEvent.objects.filter(verb="passport_shown", subject_id=one.pk).count() == 1


def test_the_clerks_pages_break_no_rule_of_accessibility_on_a_phone_or_in_arabic(
    desk: Any, clerk: Any, files: list[Application]
) -> None:
    review = desk.desk.replace("application/", f"application/{files[0].pk}/change/")
    ask = desk.desk.replace("application/", f"application/{files[0].pk}/move/ask/")
    duplicates = desk.desk.replace("workflow/application/", "observers/possibleduplicate/")
    found = {}
    for language in ("en", "ar"):
        clerk.language = language
        clerk.save()
        for width in (360, 1366):
            desk.set_viewport_size({"width": width, "height": 768})
            for url in (f"{desk.desk}?queue=unassigned", review, ask, duplicates):
                desk.goto(url)
                desk.wait_for_load_state("networkidle")
                found[(language, width, url)] = violations(desk)
    assert {where: broken for where, broken in found.items() if broken} == {}
