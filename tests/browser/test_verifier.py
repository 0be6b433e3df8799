"""The verifier on a phone: with a network and without; old lists, false ones and none; real badges and forged ones."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.listing import publish_list
from accreditation.credentials.payload import address_of, code_in_print, digits_of
from accreditation.credentials.scans import BadgeScan
from tests.badges import make_badge
from tests.browser.accessibility import violations
from tests.browser.commission import Commission, open_commission
from tests.browser.phones import Phone, film, photographed
from tests.conftest import chromium_path
from tests.factories import NOW, actor, make_staff, perform

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
VOID_SERIAL = bytes(range(50, 66))
WITHOUT_STORAGE = (
    "Object.defineProperty(window, 'indexedDB', {value: {open() { throw new Error('private'); }}})"
)


@pytest.fixture
def commission(settings: Any, tmp_path: Path) -> Commission:
    return open_commission(settings, tmp_path)


@pytest.fixture
def phones(browser: Any, live_server: Any, commission: Commission) -> Iterator[Callable[..., Phone]]:
    """Makes phones; the test fails where one said something wrong."""
    made: list[Phone] = []

    def make(**given: Any) -> Phone:
        made.append(Phone(given.pop("browser", browser), live_server.url, **given))
        return made[-1]

    yield make
    for phone in made:
        phone.close()


@pytest.fixture
def phone(phones: Callable[..., Phone]) -> Phone:
    return phones()


@pytest.fixture
def asking_phone(phones: Callable[..., Phone]) -> Phone:
    return phones(asks=True)


def address(badge: Badge) -> str:
    """What the QR code of a printed badge says."""
    return address_of(bytes(badge.signed), "https://observers.cec.example")


def make_void(badge: Badge) -> None:
    from accreditation.accounts.roles import PRINT_DESK

    perform(BADGE, badge.pk, "void", actor=actor(make_staff(PRINT_DESK)), now=NOW, reason="Test.")


# By network


def test_a_real_badge_is_green_with_its_photo_and_number(asking_phone: Phone, commission: Commission) -> None:
    phone = asking_phone
    badge = make_badge("collected")
    publish_list(NOW)
    assert phone.scan(address(badge)) == "good valid"
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
        phone.page.click("#settings summary")
        phone.page.fill("#place", place)
        phone.page.press("#place", "Tab")
        phone.page.evaluate(f"location.hash = '{digits_of(bytes(badge.signed))}'")
        phone.told()
    assert "Seen elsewhere 1 time in the last hours" in phone.text()
    assert "Station 14: 23 November 2026, 13:00 Baku time (UTC+4)" in phone.text()


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


# Without a network (T33, T36)


def test_a_badge_revoked_meanwhile_is_green_with_the_list_s_time_then_amber_then_red(
    asking_phone: Phone,
) -> None:
    """T33, from the first list to the first sync after the revocation."""
    phone = asking_phone
    badge = make_badge("collected")
    publish_list(NOW)
    phone.open()
    phone.keep_offline()
    make_void(badge)
    publish_list(NOW + HOUR)

    phone.turn_clock(NOW + 2 * HOUR)
    assert phone.scan(address(badge)) == "good valid"
    phone.told()
    assert (
        "Checked without a network. List of void badges from 23 November 2026, 13:00 Baku time"
        in phone.text()
    )
    assert "2 hours old" in phone.text()

    phone.turn_clock(NOW + 13 * HOUR)
    assert phone.scan(address(badge)) == "wait unconfirmed"
    assert "13 hours old. Connect once, then scan again." in phone.text()
    assert BadgeScan.objects.count() == 0

    # As each hour: the list of an hour past NOW would turn old in the very second of the connection.
    publish_list(NOW + 13 * HOUR)
    with time_machine.travel(NOW + 13 * HOUR + timedelta(seconds=30), tick=True):
        phone.context.set_offline(False)  # the badge on the screen turns red by itself
        phone.wait_for("void")
        phone.wait_for_text("to be sent", there=False)
        phone.open()  # nothing is told twice
        phone.wait_for_text("Ready, also without a network")
    kept_back = BadgeScan.objects.order_by("scanned_at")
    assert [(scan.shown, scan.verdict) for scan in kept_back] == [("valid", "void"), ("unconfirmed", "void")]


def test_a_phone_whose_storage_is_gone_is_grey_and_never_green(phone: Phone, commission: Commission) -> None:
    """T36."""
    commission.publish()
    phone.open()
    phone.keep_offline()
    assert phone.scan(commission.address("x")) == "good valid"
    phone.page.evaluate(
        "new Promise((done) => { const gone = indexedDB.deleteDatabase('verifier');"
        " gone.onsuccess = gone.onblocked = done; })"
    )
    assert phone.scan(commission.address("x")) == "calm unprepared"
    assert "Not prepared: connect once" in phone.text()
    assert "VASILEVA" not in phone.text()  # what nobody has checked is not shown


def test_a_kept_list_that_was_cut_is_grey(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.open()
    phone.keep_offline()
    phone.page.evaluate("""new Promise((done) => {
        indexedDB.open('verifier').onsuccess = ({ target: { result } }) => {
            const kept = result.transaction('kept', 'readwrite').objectStore('kept');
            kept.get('list').onsuccess = (got) => {
                kept.put(got.target.result.slice(0, 200), 'list').onsuccess = () => { result.close(); done(); };
            };
        };
    })""")
    assert phone.scan(commission.address("x")) == "calm unprepared"


def test_a_browser_that_keeps_nothing_works_with_a_network_and_says_so(
    phone: Phone, commission: Commission
) -> None:
    commission.publish()
    phone.page.add_init_script(WITHOUT_STORAGE)
    assert phone.scan(commission.address("x")) == "good valid"
    phone.wait_for_text("This browser keeps nothing")


def test_a_phone_that_never_had_a_network_is_grey(phone: Phone, commission: Commission) -> None:
    phone.page.route("**/v/list", lambda route: route.abort())
    assert phone.scan(commission.address("x")) == "calm unprepared"


# Clocks (T35)


def test_a_clock_turned_back_makes_no_expired_badge_valid(phone: Phone, commission: Commission) -> None:
    commission.publish()
    ended = commission.address("x", valid_until=NOW - HOUR)
    phone.turn_clock(NOW - timedelta(days=1))
    assert phone.scan(ended) == "bad expired"
    phone.wait_for_text("This phone’s clock is wrong")
    phone.keep_offline()
    assert phone.scan(ended) == "bad expired"
    assert "This phone’s clock is wrong" in phone.text()


def test_a_right_clock_gets_no_warning(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.turn_clock(NOW + timedelta(minutes=9))
    phone.open()
    phone.page.wait_for_selector(".ready.good")
    assert "clock" not in phone.text("#state")


def test_a_clock_a_day_ahead_is_amber_not_green(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.turn_clock(NOW + timedelta(days=1))
    assert phone.scan(commission.address("x")) == "wait unconfirmed"
    phone.wait_for_text("This phone’s clock is wrong")


# Lists (T34)


def false_lists(commission: Commission) -> dict[str, bytes]:
    good = commission.list_of()
    commission.version -= 10
    rolled_back = commission.list_of()
    commission.version += 20
    return {
        "its signature is false": good[:-1] + bytes([good[-1] ^ 1]),
        "it is cut or damaged": good[:40],
        "its signature is unknown": commission.list_of(key_id=999),
        "it is older than the one held": rolled_back,
    }


@pytest.mark.parametrize(
    "reason",
    [
        "its signature is false",
        "it is cut or damaged",
        "its signature is unknown",
        "it is older than the one held",
    ],
)
def test_a_false_list_is_refused_with_a_warning_and_the_old_one_kept(
    phone: Phone, commission: Commission, reason: str
) -> None:
    commission.version = 50
    commission.publish(VOID_SERIAL)
    void = commission.address("x", serial=VOID_SERIAL)
    assert phone.scan(void) == "bad void"
    commission.serve(false_lists(commission)[reason])
    assert phone.scan(void) == "bad void"
    phone.wait_for_text(f"A list was refused: {reason}")
    assert phone.scan(commission.address("x")) == "good valid"
    commission.version = 90
    commission.publish()
    phone.open()
    phone.wait_for_text("refused", there=False)


def test_an_unsigned_list_prepares_no_phone(phone: Phone, commission: Commission) -> None:
    commission.serve(commission.list_of()[:-64] + bytes(64))
    assert phone.scan(commission.address("x")) == "calm unprepared"


# Forged (T31)


def forgeries(commission: Commission) -> dict[str, str]:
    good = commission.badge()
    flipped = bytearray(good)
    flipped[45] ^= 1
    not_utf8 = bytearray(good)
    not_utf8[-70] = 0xFF
    foreign = commission.badge()[:-64] + commission.badge(serial=bytes(16))[-64:]
    return {
        "a flipped bit": digits_of(bytes(flipped)),
        "the signature of another badge": digits_of(foreign),
        "no signature": digits_of(good[:-64] + bytes(64)),
        "a name that is no UTF-8": digits_of(bytes(not_utf8)),
        "cut": digits_of(good[:-9]),
        "longer": digits_of(good + b"x"),
        "4 KB": "1" * 4096,
        "4 KB of noise": "%F0%9F%98%80x" * 400,
        "a token with alg none": "eyJhbGciOiJub25lIn0.eyJuYW1lIjoiQSJ9.",
        "markup": "%3Cimg%20src=x%20onerror=alert(1)%3E",
        "an odd percent sign": "%E0%A4%A",
        "digits of something else": "4007630000116",
    }


def test_nothing_forged_is_anything_but_not_valid(phone: Phone, commission: Commission) -> None:
    commission.publish()
    for what, fragment in forgeries(commission).items():
        assert phone.scan(f"#{fragment}") == "bad forged", what
        assert phone.text(".verdict h2").startswith("Not valid"), what
        assert "VASILEVA" not in phone.text(), what


def test_a_badge_of_an_unknown_key_is_red_by_a_fresh_list_and_amber_by_an_old_one(
    phone: Phone, commission: Commission
) -> None:
    badge = commission.address("x")
    commission.publish(keys={})
    assert phone.scan(badge) == "bad unknown_key"
    phone.keep_offline()
    phone.turn_clock(NOW + 13 * HOUR)
    assert phone.scan(badge) == "wait unknown_key"


# Camera, picture, typing


def test_badges_are_scanned_in_a_row_by_the_camera(
    browser: Any, phones: Callable[..., Phone], commission: Commission, tmp_path: Path
) -> None:
    commission.publish()
    filmed = tmp_path / "badge.y4m"
    filmed.write_bytes(film(commission.address("https://observers.cec.example")))
    arguments = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={filmed}",
    ]
    with_camera = browser.browser_type.launch(executable_path=chromium_path(), args=arguments)
    phone = phones(browser=with_camera, permissions=["camera"])
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.context.on("request", lambda request: asked.append(request.url))
    phone.open()
    phone.page.click("#scan")
    phone.wait_for("valid")
    assert "VASILEVA Emiliya" in phone.text()
    assert phone.page.is_visible("#video")
    first = phone.page.query_selector(".verdict")
    phone.page.click("#scan")  # 'Scan the next': the same badge once more
    phone.page.wait_for_function("shown => !shown.isConnected", arg=first)
    phone.wait_for("valid")
    phone.page.click("#stop")
    assert phone.page.is_hidden("#video")
    assert all(url.startswith(phone.site) or url.startswith("blob:") for url in asked)
    phone.close()
    with_camera.close()


def test_a_chosen_picture_is_read(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.open()
    picture = {
        "name": "badge.jpg",
        "mimeType": "image/jpeg",
        "buffer": photographed(commission.address("https://cec.example")),
    }
    phone.page.set_input_files("#picture", picture)
    phone.wait_for("valid")
    assert "VASILEVA Emiliya" in phone.text()


def test_a_picture_without_a_code_says_so(phone: Phone, commission: Commission) -> None:
    commission.publish()
    phone.open()
    for content in (
        b"no picture",
        (
            Path(__file__).parent.parent.parent / "accreditation/credentials/verifier/icon-192.png"
        ).read_bytes(),
    ):
        phone.page.set_input_files("#picture", {"name": "x.png", "mimeType": "image/png", "buffer": content})
        phone.wait_for_text("No QR code was found in this picture.")
        assert phone.page.query_selector(".verdict") is None


def type_code(phone: Phone, code: str) -> None:
    phone.page.click("#type")
    phone.page.fill("#code", code)
    phone.page.press("#code", "Enter")


def test_a_typed_code_is_confirmed_by_the_commission_alone(asking_phone: Phone) -> None:
    phone = asking_phone
    badge = make_badge("collected")
    publish_list(NOW)
    phone.open()
    type_code(phone, code_in_print(badge.code).lower())
    phone.wait_for("valid")
    assert badge.accreditation.membership.family_name.upper() in phone.text().upper()
    assert BadgeScan.objects.get().typed
    phone.open()
    type_code(phone, "00000-00000")
    phone.wait_for("forged")


def test_a_typed_code_without_a_network_is_void_or_cannot_be_confirmed(
    phone: Phone, commission: Commission
) -> None:
    from accreditation.credentials.payload import code_of

    commission.publish(VOID_SERIAL)
    phone.open()
    phone.keep_offline()
    type_code(phone, code_in_print(code_of(VOID_SERIAL)))
    phone.wait_for("void")
    phone.open()
    type_code(phone, "7K2QF-9XW3M")
    assert phone.verdict() == "wait unconfirmed"
    assert "A typed code is confirmed only with a network." in phone.text()
    phone.open()
    type_code(phone, "12345")
    phone.wait_for_text("A code has ten letters and digits.")


def test_the_keyboard_is_enough(phone: Phone, commission: Commission) -> None:
    commission.publish(VOID_SERIAL)
    phone.open()
    phone.page.keyboard.press("Enter")
    phone.page.keyboard.type(
        commission.address("https://cec.example", serial=VOID_SERIAL)
    )  # a scanner that types
    phone.page.keyboard.press("Enter")
    phone.wait_for("void")
    assert phone.page.evaluate("document.activeElement === document.querySelector('.verdict h2')")
    phone.page.keyboard.press("s")  # this machine has no camera
    phone.wait_for_text("The camera cannot be used.")
    phone.page.keyboard.press("Enter")
    assert phone.page.evaluate("document.activeElement.id") == "code"
    phone.page.keyboard.press("Escape")
    assert phone.page.is_hidden("#typing")


# Words, looks, size


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Real, and valid now"),
        ("az", "Həqiqidir, hazırda etibarlıdır"),
        ("fr", "Authentique et en cours de validité"),
        ("ru", "Подлинное и действует сейчас"),
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
    phone.page.select_option("#language", "az")
    phone.wait_for_text("Vəsiqəni yoxla")
    phone.open()
    assert "Vəsiqəni yoxla" in phone.text()


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
