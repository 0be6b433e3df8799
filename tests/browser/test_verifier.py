"""The verifier on a phone with a network: what it says, in which words, and what it fetches."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accreditation.credentials.listing import publish_list
from accreditation.credentials.payload import digits_of
from accreditation.credentials.scans import BadgeScan
from tests.badges import make_badge
from tests.browser.accessibility import violations
from tests.browser.commission import HOUR, VOID_SERIAL, Commission, address_on, make_void
from tests.browser.phones import Phone
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# By network


def test_a_real_badge_is_green_with_its_photo_and_number(asking_phone: Phone, commission: Commission) -> None:
    phone = asking_phone
    badge = make_badge("collected")
    publish_list(NOW)
    assert phone.scan(address_on(badge)) == "good valid"
    phone.page.wait_for_selector(".person img")
    shown = phone.text()
    assert badge.accreditation.membership.family_name.upper() in shown.upper()
    assert badge.accreditation.mission.name in shown
    assert "Compare the face and the name with the identity document" in shown
    assert "Checked with the commission just now." in shown
    assert "0 minutes old" in shown
    assert phone.page.url.endswith("/v")  # the badge is out of the address, and out of the history
    assert BadgeScan.objects.get().verdict == "valid"


def test_the_commission_s_word_wins_where_it_is_worse(asking_phone: Phone) -> None:
    phone = asking_phone
    badge = make_badge("collected")
    publish_list(NOW)
    phone.open()  # this list is all that the phone gets
    phone.page.route("**/v/list", lambda route: route.abort())
    make_void(badge)
    phone.page.evaluate(f"location.hash = '{digits_of(bytes(badge.signed))}'")
    phone.wait_for("void")
    assert "The commission says: this badge is void by now." in phone.text()
    assert phone.verdict() == "bad void"


def test_the_commission_s_word_never_makes_a_badge_better(phone: Phone, commission: Commission) -> None:
    commission.publish(VOID_SERIAL)
    phone.page.route(
        "**/api/v1/verify", lambda route: route.fulfill(json={"verdict": "valid", "name": "Somebody"})
    )
    assert phone.scan(commission.address("x", serial=VOID_SERIAL)) == "bad void"
    phone.told()
    assert phone.verdict() == "bad void"


def test_a_badge_seen_elsewhere_says_so(phones: Callable[..., Phone]) -> None:
    badge = make_badge("collected")
    publish_list(NOW)
    for place in ("Station 14", "Station 15"):
        phone = phones(asks=True)
        phone.open()
        phone.stand_at(place)
        phone.page.evaluate(f"location.hash = '{digits_of(bytes(badge.signed))}'")
        phone.told()
    assert "Seen elsewhere 1 time in the last hours" in phone.text()
    assert "Station 14: 23 November 2026, 13:00 Baku time (UTC+4)" in phone.text()
    # What is compared comes first, on a small phone as well: verdict, face, name; then where it was seen.
    phone.page.set_viewport_size({"width": 360, "height": 640})
    phone.page.wait_for_load_state("networkidle")  # the face that comes is shown anew, and measured then
    edges = phone.page.evaluate(
        """parts => parts.map(one => document.querySelector(one).getBoundingClientRect())
            .map(box => [box.top, box.bottom])""",
        [".verdict", ".person", ".elsewhere", "dl"],
    )
    assert [top for top, _bottom in edges] == sorted(top for top, _bottom in edges)
    assert edges[1][1] <= 640


def test_the_zone_of_a_moment_is_right_in_every_second_of_its_minute(
    phone: Phone, commission: Commission
) -> None:
    for seconds in (0, 29, 30, 59):
        commission.publish(made_at=NOW - HOUR + timedelta(seconds=seconds))
        phone.open()
        phone.wait_for_text("12:00 Baku time (UTC+4)")
        assert "3:59" not in phone.text()


def test_another_photo_than_the_printed_one_is_not_shown(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.page.route("**/api/v1/verify", lambda route: route.fulfill(json={"verdict": "valid"}))
    phone.page.route(
        "**/api/v1/verify/photo", lambda route: route.fulfill(body=b"another", content_type="image/jpeg")
    )
    with phone.page.expect_response("**/api/v1/verify/photo"):
        phone.scan(commission.address("x"))
    phone.told()
    assert phone.page.query_selector(".person img") is None


@pytest.mark.parametrize("trouble", ["no such service", "broken", "not JSON", "no answer"])
def test_a_badge_is_judged_and_its_scan_kept_where_the_service_fails(
    phone: Phone, commission: Commission, trouble: str
) -> None:
    answers: dict[str, Callable[[Any], None]] = {
        "no such service": lambda route: route.fulfill(status=404),
        "broken": lambda route: route.fulfill(status=502, body="<html>"),
        "not JSON": lambda route: route.fulfill(body="<html>"),
        "no answer": lambda route: None,
    }
    commission.publish()
    phone.page.route("**/api/**", answers[trouble])
    assert phone.scan(commission.address("x")) == "good valid"
    phone.told()
    phone.wait_for_text("1 scan waits to be sent.")
    assert "Checked without a network." in phone.text()


# Words, looks, size


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Real, and valid now"),
        ("az", "Həqiqidir, hazırda etibarlıdır"),
        ("fr", "Authentique et en cours de validité"),
        ("ru", "Подлинное и действует"),
        ("ar", "أصلية وسارية الآن"),
    ],
)
def test_the_page_speaks_the_phone_s_language_and_is_open_to_everybody(
    phones: Callable[..., Phone], commission: Commission, language: str, words: str
) -> None:
    commission.publish()
    phone = phones(locale=language)
    assert phone.scan(commission.address("x")) == "good valid"
    assert phone.text(".verdict h2") == words
    assert phone.page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    phone.told()
    phone.page.click("#settings summary")
    assert violations(phone.page) == []
    assert not phone.overflows()
    too_small = phone.page.evaluate("""[...document.querySelectorAll('button, select, summary, label.button, .choice')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 56)
        .map((one) => one.outerHTML)""")
    assert too_small == []


def test_a_chosen_language_stays(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.open()
    phone.wait_for_text("High Election Commission")
    phone.page.select_option("#language", "az")
    phone.wait_for_text("Ali Seçki Komissiyası")
    phone.wait_for_text("Vəsiqənin yoxlanılması")
    phone.open()
    assert "Vəsiqənin yoxlanılması" in phone.text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_verdict_is_legible(phones: Callable[..., Phone], commission: Commission, scheme: str) -> None:
    commission.publish(VOID_SERIAL)
    phone = phones(color_scheme=scheme, reduced_motion="reduce")
    shown = {
        "bad void": commission.address("x", serial=VOID_SERIAL),
        "wait not_yet": commission.address("x", valid_from=NOW + HOUR),
        "bad expired": commission.address("x", valid_until=NOW),
    }
    for verdict, badge in shown.items():
        assert phone.scan(badge) == verdict
        phone.told()
        assert violations(phone.page) == [], verdict


def test_the_self_test_finds_a_prepared_phone_and_an_unprepared_one(
    phone: Phone, commission: Commission
) -> None:
    phone.open()
    phone.page.click("#settings summary")
    phone.page.click("#self-test")
    assert "Something is missing" in phone.page.wait_for_selector("#tested p").inner_text()
    commission.publish()
    phone.open()
    phone.keep_offline()
    phone.context.set_offline(False)
    phone.page.click("#settings summary")
    phone.page.click("#self-test")
    phone.page.wait_for_selector(".tests")
    missing = phone.page.eval_on_selector_all(".tests li.bad", "found => found.map((one) => one.textContent)")
    assert [words for words in missing if "camera" not in words] == []


def test_nothing_of_the_scanner_is_fetched_before_it_is_wanted(
    phones: Callable[..., Phone], commission: Commission
) -> None:
    commission.publish()
    phone = phones(service_workers="block")
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.scan(commission.address("x"))
    phone.told()
    assert asked and not [url for url in asked if "vendor" in url or "scan" in url.rpartition("/v/")[2]]
    assert not [url for url in asked if not url.startswith((phone.site, "about:"))]


def test_a_printer_gets_nothing(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.scan(commission.address("x"))
    phone.page.emulate_media(media="print")
    assert phone.page.evaluate("getComputedStyle(document.documentElement).display") == "none"
