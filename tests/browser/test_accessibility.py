"""WCAG 2.2 AA on every part of the look, at the width of a small phone (or 400 % zoom) and at a desk."""

import pytest

from accreditation.accounts.models import User
from tests.browser.accessibility import violations
from tests.signing_in import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.core.specimen"),
]


@pytest.fixture(params=[320, 1280], ids=["phone", "desk"])
def width(request) -> int:
    return request.param


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_parts_of_the_public_pages_break_no_rule(page, live_server, width, language, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for path in ("roster", "question", "sign-in", "sign-in/staff", "nowhere"):
        page.goto(f"{live_server.url}/{language}/{path}/")
        assert violations(page) == [], path
    page.goto(f"{live_server.url}/{language}/question/")
    page.click("main form button.button")
    page.wait_for_selector(".summary:focus")
    assert violations(page) == []


def test_the_admin_in_our_tokens_breaks_no_rule(page, live_server, client, width):
    page.set_viewport_size({"width": width, "height": 800})
    leyla = User.objects.create_superuser("leyla@cec.example", "a long password of nobody 7", name="Leyla")
    cookie = sign_in(client, leyla).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    for path in ("", "accounts/user/", f"accounts/user/{leyla.pk}/change/", "accounts/user/add/"):
        page.goto(f"{live_server.url}/admin/{path}")
        assert page.title()
        assert "Central Election Commission" in page.inner_text("#site-name")
        assert violations(page) == [], path


def test_the_keyboard_reaches_the_main_content_first_and_the_focus_can_be_seen(page, live_server):
    page.goto(f"{live_server.url}/en/question/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip hidden-words"
    box = page.locator(".skip").bounding_box()
    assert box["width"] > 40
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.focus("#id_number")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
