"""A whole application on a small phone, with and without JavaScript, from the front page to the receipt."""

import re
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache

from accreditation.accounts.models import User
from accreditation.observers.models import Membership, Upload
from accreditation.workflow.models import Application
from tests import factories
from tests.browser.accessibility import violations
from tests.observers import applying

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    cache.clear()
    settings.PRIVATE_FILES_ROOT = tmp_path / "files"
    with time_machine.travel(applying.NOW):
        yield


@pytest.fixture
def mission(at_noon):
    return applying.mission_without_days(applying.open_election(), name="Observers Without Borders")


@pytest.fixture
def files(tmp_path) -> dict[str, str]:
    kept = {}
    for name, upload in (("photo", applying.picture()), ("passport-page", applying.page_of_passport())):
        path = Path(tmp_path / f"{name}.jpg")
        path.write_bytes(upload.read())
        kept[name] = str(path)
    return kept


def code() -> str:
    return re.search(r"[A-Z0-9]{3,}-?[A-Z0-9]{3,}", mail.outbox[-1].subject)[0]


def overflows(page) -> bool:
    page.wait_for_load_state()  # a page without its style sheet is as wide as it likes
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def go_on(page, task: str) -> None:
    """Save this page and see the next task, as it was expected."""
    page.click("main form .button:not(.quiet)")
    page.wait_for_url(re.compile(rf"/apply/demo/{task}"))
    assert not overflows(page), task


def journey(page, address: str, mission, files) -> None:
    page.goto(f"{address}/en/")
    page.click("text=Apply")
    page.click("main .actions a.button")
    page.fill("#id_email", "omar@example.org")
    page.click("main form button")
    page.fill("#id_code", code())
    page.click("main form button[value=verify]")
    page.wait_for_url("**/en/apply/demo/")
    assert not overflows(page)
    page.click("text=Say which mission sends you")
    page.select_option("#id_mission", label=mission.name)
    go_on(page, "names/")
    page.fill("#id_given_names", "Suhartini")
    page.check("#id_only_one_name")
    page.fill("#id_original_name", "سوهارتيني")
    go_on(page, "birth/")
    for part, value in (("0", "17"), ("1", "May"), ("2", "1980")):
        page.fill(f"#id_born_{part}", value)
    page.check("#id_sex_0")
    page.select_option("#id_citizenship", "IDN")
    go_on(page, "passport/")
    assert page.input_value("#id_document_country") == "IDN"
    page.fill("#id_document_number", "x 1234567")
    for part, value in (("0", "1"), ("1", "1"), ("2", "2031")):
        page.fill(f"#id_document_expires_{part}", value)
    go_on(page, "passport-page/")
    page.set_input_files("#id_file", files["passport-page"])
    go_on(page, "photo/")
    page.set_input_files("#id_file", files["photo"])
    go_on(page, "visit/")
    for part, value in (("0", "16"), ("1", "12"), ("2", "2026")):
        page.fill(f"#id_arrives_on_{part}", value)
        page.fill(f"#id_departs_on_{part}", "22" if value == "16" else value)
    go_on(page, "pledge/")
    page.check("#id_pledge")
    page.check("#id_privacy")
    go_on(page, "check/")
    assert "•••••4567" in page.inner_text("main")
    page.click("text=Confirm and send")
    page.wait_for_selector(".receipt")
    assert not overflows(page)


def proved(page) -> None:
    application = Application.objects.get()
    assert application.state == "submitted"
    assert application.number in page.inner_text(".receipt")
    membership = Membership.objects.get()
    assert (membership.given_names, membership.family_name) == ("Suhartini", "")
    assert membership.original_name == "سوهارتيني"
    assert Upload.objects.filter(replaced_at=None).count() == 2
    page.go_back()
    assert Application.objects.get().version == application.version
    page.goto(page.url.split("/apply/")[0] + "/apply/demo/photo/")
    assert "has been sent already" in page.inner_text("main")


def test_an_observer_with_one_name_applies_on_a_small_phone(page, live_server, mission, files):
    page.set_viewport_size(PHONE)
    journey(page, live_server.url, mission, files)
    proved(page)


def test_an_observer_applies_without_javascript(browser, live_server, mission, files):
    visitor = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = visitor.new_page()
    page.set_default_timeout(10_000)
    journey(page, live_server.url, mission, files)
    proved(page)
    visitor.close()


def signed_in(page, address: str, client) -> None:
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 1280], ids=["phone", "desk"])
def test_the_applicants_pages_break_no_rule_of_accessibility(page, live_server, mission, language, width):
    page.set_viewport_size({"width": width, "height": 800})
    client, _user = applying.applicant()
    for path in ("", "apply/", f"apply/{mission.link_token}/"):
        page.goto(f"{live_server.url}/{language}/{path}")
        assert violations(page) == [], path
    signed_in(page, live_server.url, client)
    applying.answer_until_the_file_opens(client, mission)
    for path in ("", "names/", "birth/", "passport/", "photo/", "pledge/", "contact/", "withdraw/"):
        page.goto(f"{live_server.url}/{language}/apply/demo/{path}")
        assert violations(page) == [], path
    page.goto(f"{live_server.url}/{language}/apply/demo/visit/")
    page.click("main form .button")
    page.wait_for_selector(".summary:focus")
    assert violations(page) == []
    applying.answer_the_rest(client)
    page.goto(f"{live_server.url}/{language}/apply/demo/check/")
    assert violations(page) == []
    applying.send(client)
    factories.move(Application.objects.get(), "ask", factories.make_clerk(), **factories.REQUEST)
    page.goto(f"{live_server.url}/{language}/apply/demo/")
    assert violations(page) == []


def test_an_upload_over_a_broken_network_is_sent_again_with_nothing_lost(page, live_server, mission, files):
    client, _user = applying.applicant()
    applying.answer_until_the_file_opens(client, mission)
    signed_in(page, live_server.url, client)
    page.goto(f"{live_server.url}/en/apply/demo/photo/")
    page.set_input_files("#id_file", files["photo"])
    page.context.set_offline(True)
    page.click("main form .button")
    page.wait_for_selector("[data-upload-failed]:not([hidden])")
    page.context.set_offline(False)
    page.click("main form .button")
    page.wait_for_url(re.compile("/apply/demo/(?!photo)"))
    assert Upload.objects.count() == 1
    assert User.objects.get().email == "omar@example.org"
