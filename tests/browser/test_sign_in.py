"""Signing in on a small phone. The fixture `page` fails the test on any script error or refused content."""

import re

import pytest
from django.core import mail
from django.core.cache import cache

from accreditation.accounts.models import User

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.core.specimen"),
]

PHONE = {"width": 360, "height": 740}


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def code() -> str:
    return re.search(r"[A-Z0-9]{3,}-?[A-Z0-9]{3,}", mail.outbox[-1].subject)[0]


def overflows(page) -> bool:
    page.wait_for_load_state()  # a page without its style sheet is as wide as it likes
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_observer_signs_in_by_code_on_a_small_phone(page, live_server, language):
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/{language}/sign-in/?next=/{language}/roster/")
    assert not overflows(page)
    page.fill("#id_email", "omar@example.org")
    page.click("main form button")
    page.wait_for_url("**/sign-in/code/**")
    assert not overflows(page)
    assert page.get_attribute("#id_code", "autocomplete") == "one-time-code"
    page.fill("#id_code", code())
    page.click("main form button[value=verify]")
    page.wait_for_url(f"**/{language}/roster/")
    assert User.objects.get().email == "omar@example.org"
    assert not overflows(page)


def test_a_wrong_code_moves_the_focus_to_the_summary_whose_link_leads_to_the_field(page, live_server):
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/en/sign-in/")
    page.fill("#id_email", "omar@example.org")
    page.click("main form button")
    page.fill("#id_code", "WRONG-CODE")
    page.click("main form button[value=verify]")
    page.wait_for_selector(".summary:focus")
    assert page.title().startswith("Error: ")
    page.click(".summary a")
    assert page.evaluate("document.activeElement.id") == "id_code"


def test_a_second_click_sends_nothing(page, live_server):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(f"{live_server.url}/en/sign-in/")
    page.fill("#id_email", "omar@example.org")
    page.evaluate(
        "() => { const b = document.querySelector('main form button'); b.click(); b.click(); b.click(); }"
    )
    page.wait_for_url("**/sign-in/code/**")
    assert len(sent) == 1
    assert len(mail.outbox) == 1


def test_signing_in_works_without_javascript(browser, live_server):
    visitor = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = visitor.new_page()
    page.goto(f"{live_server.url}/fr/sign-in/?next=/fr/roster/")
    page.click(".languages summary")
    page.click(".languages a[lang=ru]")
    page.wait_for_url(re.compile(r"/ru/sign-in/\?next=/fr/roster/$"))
    page.fill("#id_email", "omar@example.org")
    page.click("main form button")
    page.fill("#id_code", code())
    page.click("main form button[value=verify]")
    page.wait_for_url("**/fr/roster/")
    page.click(".mast button")
    page.wait_for_url("**/sign-in/")
    visitor.close()


def test_staff_enrol_an_authenticator_app_without_breaking_the_policy(page, live_server, settings):
    settings.STAFF_SECOND_FACTOR = True
    User.objects.create_superuser("leyla@cec.example", "a long password of nobody 7")
    page.goto(f"{live_server.url}/admin/")
    page.fill("#id_login", "leyla@cec.example")
    page.fill("#id_password", "a long password of nobody 7")
    page.click("main form button")
    page.wait_for_url("**/second-factor/**")
    page.goto(f"{live_server.url}/en/sign-in/second-factor/totp/activate/")
    page.fill("#id_password", "a long password of nobody 7")
    page.click("main form button")
    page.wait_for_selector("img.picture")
    # Waits until it is there and rejects what is no picture; wait_for_function would need 'unsafe-eval'.
    page.evaluate("document.querySelector('img.picture').decode()")


def test_the_photo_is_made_small_before_it_travels(page, live_server):
    page.goto(f"{live_server.url}/en/question/")
    page.evaluate(
        """async () => {
            const canvas = document.createElement('canvas');
            canvas.width = 2400; canvas.height = 1800;
            const context = canvas.getContext('2d');
            const noise = context.createImageData(2400, 1800);
            for (let i = 0; i < noise.data.length; i++) noise.data[i] = (i * 7919) % 251 ^ (i >> 7) & 255;
            context.putImageData(noise, 0, 0);
            const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
            const carrier = new DataTransfer();
            carrier.items.add(new File([blob], 'face.png', { type: 'image/png' }));
            const input = document.querySelector('#id_photo');
            input.files = carrier.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));
        }"""
    )
    page.wait_for_selector("[data-size]:not([hidden])")
    assert page.evaluate("document.querySelector('#id_photo').files[0].type") == "image/jpeg"
    width = page.evaluate(
        "createImageBitmap(document.querySelector('#id_photo').files[0]).then((map) => map.width)"
    )
    assert width == 1600


def test_an_upload_that_the_server_refuses_shows_the_errors_and_moves_the_focus_there(page, live_server):
    page.goto(f"{live_server.url}/en/question/")
    page.set_input_files("#id_photo", {"name": "face.png", "mimeType": "image/png", "buffer": b"x" * 1000})
    page.click("main form button.button")
    page.wait_for_selector(".summary:focus")
    assert page.title().startswith("Error: ")


def test_an_upload_over_a_broken_network_says_so_and_keeps_the_answers(page, live_server):
    page.goto(f"{live_server.url}/en/question/")
    page.fill("#id_number", "C01X00T47")
    page.set_input_files("#id_photo", {"name": "face.png", "mimeType": "image/png", "buffer": b"x" * 1000})
    page.context.set_offline(True)
    page.click("main form button.button")
    page.wait_for_selector("[data-upload-failed]:not([hidden])")
    assert page.input_value("#id_number") == "C01X00T47"
    page.context.set_offline(False)
    page.click("main form button.button")
    page.wait_for_selector(".summary")
