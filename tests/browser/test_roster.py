"""A head of mission on a small phone: sign in by code, name a person, send a picture, pledge, send; also without JS."""

import io
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from PIL import Image, ImageDraw

from accreditation.observers.models import Membership
from accreditation.workflow.models import Application
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    settings.PRIVATE_FILES_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def mission():
    make.make_country("GEO")
    # Browsers keep their own clock, so the election lies ahead of today, whenever that is.
    day = max(make.ELECTION_DAY, timezone.now().date() + timedelta(days=27))
    mission = make.make_mission(make.make_election(day=day), name="CIS Observer Mission")
    make.make_head(mission, "head@mission.example")
    return mission


def code() -> str:
    return re.search(r"[A-Z0-9]{3,}-?[A-Z0-9]{3,}", mail.outbox[-1].subject)[0]


def overflows(page) -> bool:
    page.wait_for_load_state()  # a page without its style sheet is as wide as it likes
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def picture(width: int, height: int) -> dict[str, object]:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).ellipse([width // 4, height // 4, width // 2, height // 2], fill="tan")
    content = io.BytesIO()
    image.save(content, "JPEG")
    return {"name": "face.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def sign_in(page, live_server, language="en"):
    page.goto(f"{live_server.url}/{language}/missions/")
    page.fill("#id_email", "head@mission.example")
    page.click("main form button")
    page.fill("#id_code", code())
    page.click("main form button[value=verify]")
    page.wait_for_url(f"**/{language}/missions/*/*/")


def send(page, kind: str, width: int, height: int) -> None:
    page.click(f"a[href*='/pictures/{kind}/']")
    page.set_input_files("#id_picture", picture(width, height))
    page.click("main form .button")
    page.wait_for_url(re.compile(r"/people/[^/]+/$"))


def from_naming_to_sending(page, live_server):
    sign_in(page, live_server)
    assert not overflows(page)
    page.click("main a[href$='/people/add/']")
    assert not overflows(page)
    page.click("main form .button")  # nothing typed: all errors at once
    page.wait_for_selector(".summary")
    said = {
        "family_name": "Smirnov", "given_names": "Onufriy", "original_name": "Смирнов Онуфрий",
        "born_0": "27", "born_1": "March", "born_2": "1980", "document_number": "C0 123456",
        "document_expires_0": "1", "document_expires_1": "5", "document_expires_2": str(timezone.now().year + 5),
    }  # fmt: skip
    for name, value in said.items():
        page.fill(f"#id_{name}", value)
    page.select_option("#id_citizenship", "GEO")
    page.click("main form .button")
    page.wait_for_url(re.compile(r"/people/[^/]+/$"))
    assert not overflows(page)
    send(page, "photo", 360, 480)
    send(page, "passport_page", 1000, 700)
    page.click("form[action$='/pledge/'] button")
    page.wait_for_selector("form[action$='/move/submit/']")
    page.click("form[action$='/move/submit/'] button")
    page.wait_for_selector(".message.success")
    assert Application.objects.get().state == "submitted"
    assert Membership.objects.get().full_name == "SMIRNOV Onufriy"
    page.click(".back a")
    assert "With the commission" in page.inner_text("main table")
    assert not overflows(page)


def test_a_head_names_completes_and_sends_a_person_on_a_small_phone(page, live_server, mission):
    page.set_viewport_size(PHONE)
    from_naming_to_sending(page, live_server)


def test_the_same_goes_without_javascript(browser, live_server, mission):
    visitor = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = visitor.new_page()
    sign_in(page, live_server)
    page.click("main a[href$='/people/add/']")
    for name, value in {"family_name": "Smirnov", "born_0": "27", "born_1": "3", "born_2": "1980"}.items():
        page.fill(f"#id_{name}", value)
    page.fill("#id_document_number", "C0123456")
    page.select_option("#id_citizenship", "GEO")
    page.click("main form .button")
    page.wait_for_url(re.compile(r"/people/[^/]+/$"))
    send(page, "photo", 360, 480)
    assert "received" in page.inner_text("main")
    visitor.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_is_wider_than_its_screen(page, live_server, mission, language, width):
    people = [
        ("approved", "Vasileva", "Emiliya", "Васильева Эмилия Тимуровна"),
        ("draft", "Al Rashid", "Omar", "عمر الراشد"),
        ("refused", "Suhartini", "", ""),
        ("information_requested", "Mac Giolla Chomhaill-Featherstonehaugh", "Maximiliana Theodora", ""),
    ]
    for state, family, given, original in people:
        one = make.make_membership(mission, family_name=family, given_names=given, original_name=original)
        make.application_in(state, membership=make.complete(one))
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live_server, language)
    start = page.url
    person = Membership.objects.first().public_id
    for path in ("", "mission/", "arrivals/", "lists/", "people/add/", "people/pledge/", "people/send/",
                 f"people/{person}/", f"people/{person}/end/"):  # fmt: skip
        page.goto(start + path)
        assert not overflows(page), path


def test_a_list_is_read_shown_and_taken_in(page, live_server, mission):
    page.set_viewport_size(PHONE)
    sign_in(page, live_server)
    page.click("main a[href$='/lists/']")
    rows = ["Family name;Given names;Date of birth;Citizenship;Passport number",
            "Smirnov;Onufriy;03/04/1980;GEO;C0123456", "Petrova;Anna;05/06/1981;GEO;C0123457"]  # fmt: skip
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    page.set_input_files("#id_file", file)
    page.click("main form .button")
    page.wait_for_url(re.compile(r"/lists/[^/]+/$"))
    assert not overflows(page)
    page.check("input[name=dates][value=dmy]")
    page.click("text=Read the list again")
    page.wait_for_selector("text=Take in all 2 rows")
    page.click("text=Take in all 2 rows")
    page.wait_for_selector("h1:has-text('The list is taken in')")
    assert Membership.objects.count() == 2
