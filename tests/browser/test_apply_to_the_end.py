"""An applicant's whole way on a small phone without JavaScript: asked, answered, refused, appealed, withdrawn."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accreditation.accounts.models import User
from accreditation.missions.models import CannedReason
from accreditation.observers.models import Upload
from accreditation.workflow.models import Application
from tests import factories as make
from tests.browser.windows import PHONE, OpenWindow, overflows, press, told
from tests.observers import applying

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("told_at_once"),
]


@pytest.fixture(autouse=True)
def at_noon(settings: Any, tmp_path: Path) -> Any:
    settings.PRIVATE_FILES_ROOT = tmp_path / "files"
    with time_machine.travel(applying.NOW) as clock:
        yield clock


@pytest.fixture
def applicant(at_noon: Any) -> User:
    """Somebody whose application is with the commission."""
    mission = applying.mission_without_days(applying.open_election(), name="Observers Without Borders")
    client, user = applying.applicant()
    applying.answer_until_the_file_opens(client, mission)
    applying.answer_the_rest(client)
    applying.send(client)
    application = Application.objects.get()
    assert application.state == "submitted"
    application.membership.sender_confirmed = True
    application.membership.save()
    return user


def test_asked_answered_refused_appealed_and_withdrawn_without_javascript(
    window: OpenWindow, applicant: User, at_noon: Any, tmp_path: Path
) -> None:
    application, clerk = Application.objects.get(), make.make_clerk()
    CannedReason.objects.update_or_create(
        code="photo_dark", defaults={"words": "The photo is too dark.", "field": "photo"}
    )
    page = window(applicant, size=PHONE, java_script_enabled=False)
    home = reverse("apply", args=["demo"])
    page.goto(home)
    assert "Your application has been sent" in page.inner_text("h1")

    at_noon.shift(timedelta(minutes=1))
    make.move(application, "take", clerk)
    make.move(application, "ask", clerk, reasons=["photo_dark"], due_on=date(2026, 12, 1), now=applying.NOW)
    application.information_requests.update(asked_at=applying.NOW + timedelta(minutes=1))
    at_noon.shift(timedelta(minutes=1))
    page.reload()
    assert "The photo is too dark." in page.inner_text("main")
    assert "1 December 2026, 23:59 Baku time (UTC+4)" in page.inner_text("main")
    press(page, "Check and send the answer")
    assert "You have not changed what the commission asks for:" in page.inner_text("main")
    page.goto(home)
    press(page, "Continue")
    same, other = tmp_path / "same.jpg", tmp_path / "other.jpg"
    same.write_bytes(applying.picture().read())
    other.write_bytes(applying.picture(shade=40).read())
    page.set_input_files("#id_file", same)
    press(page, "Replace and continue")
    assert "This is the picture that you sent before." in page.inner_text(".summary")
    page.set_input_files("#id_file", other)
    press(page, "Replace and continue")
    press(page, "Check and send the answer")
    assert "You have not changed" not in page.inner_text("main")
    press(page, "Send the answer")
    assert told(page) == ["Your answer has been sent."]
    assert Upload.objects.filter(kind="photo").count() == 2

    make.move(application, "take", clerk)
    make.move(application, "recommend_refusal", clerk, documents_checked=True, **make.GROUND)
    make.move(application, "refuse", make.make_approver(), text="The list was not confirmed.", **make.GROUND)
    page.reload()
    assert "Refused" in page.inner_text("main") and "The list was not confirmed." in page.inner_text("main")
    press(page, "Appeal")
    press(page, "File the appeal")
    page.locator(".summary a").first.click()
    page.fill("main form textarea", "It was confirmed on 20 November.")
    press(page, "File the appeal")
    assert "Your appeal has been filed." in page.inner_text("main")
    assert Application.objects.get().state == "appealed"
    press(page, "Withdraw the appeal")
    assert "You cannot appeal against this refusal a second time." in page.inner_text("main")
    press(page, "Withdraw the appeal")
    assert told(page) == ["Your appeal has been withdrawn. The refusal stands."]
    assert "the refusal is final" in page.inner_text("main")
    assert not overflows(page)
    page.emulate_media(media="print")
    assert page.locator("details.stated dt").first.is_visible()  # a record to keep holds what was stated


def test_an_application_under_way_is_withdrawn_and_begun_again(window: OpenWindow, applicant: User) -> None:
    page = window(applicant, size=PHONE, java_script_enabled=False)
    page.goto(reverse("apply", args=["demo"]))
    press(page, "Withdraw this application")
    press(page, "Withdraw")
    assert Application.objects.get().state == "withdrawn"
    assert not overflows(page)
    press(page, "Apply again with these answers")
    assert [one.state for one in Application.objects.order_by("pk")] == ["withdrawn", "draft"]
