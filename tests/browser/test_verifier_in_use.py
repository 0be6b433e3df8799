"""The verifier in somebody's hands: camera, picture, code and keyboard; for eye, ear, hand and screen reader."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accreditation.credentials.listing import publish_list
from accreditation.credentials.payload import code_in_print, code_of
from accreditation.credentials.scans import BadgeScan
from tests.badges import make_badge
from tests.browser.commission import HOUR, VOID_SERIAL, Commission, make_void
from tests.browser.phones import Phone, film, photographed
from tests.conftest import chromium_path
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# Camera, picture, typing


def test_a_badge_that_comes_while_the_page_is_still_loading_is_judged(
    phone: Phone, commission: Commission
) -> None:
    commission.publish()
    held: list[Any] = []
    phone.page.route("**/v/words/*", lambda route: held.append(route))
    with phone.page.expect_request("**/v/words/*"):
        phone.page.goto(f"{phone.site}/v")
    badge = commission.address("x").partition("#")[2]
    phone.page.evaluate(f"location.hash = '{badge}'")
    held[0].continue_()
    phone.wait_for("valid")
    assert phone.page.url.endswith("/v")


@pytest.fixture
def with_camera(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`with_camera(address, ...)` is a browser whose camera sees these codes, one after the other, for ever."""
    opened: list[Any] = []

    def launch(*addresses: str) -> Any:
        filmed = tmp_path / "badges.y4m"
        filmed.write_bytes(film(*addresses))
        arguments = [
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={filmed}",
        ]
        opened.append(browser.browser_type.launch(executable_path=chromium_path(), args=arguments))
        return opened[-1]

    yield launch
    for one in opened:
        one.close()


def test_one_badge_after_the_other_is_judged_while_nobody_touches_the_phone(
    with_camera: Callable[..., Any], phones: Callable[..., Phone], commission: Commission
) -> None:
    """A real badge, then a void one, then the real one again; verdict and name stay in sight beside the camera."""
    commission.publish(VOID_SERIAL)
    codes = [
        commission.address("https://x"),
        commission.address("https://x", serial=VOID_SERIAL, name="LI Xiaoming"),
    ]
    phone = phones(browser=with_camera(*codes), permissions=["camera"])
    phone.open()
    phone.page.click("#scan")
    seen = []
    for verdict in ("valid", "void", "valid"):
        phone.wait_for(verdict)
        seen.append(phone.text(".name"))
        name = phone.page.locator(".name").bounding_box()
        assert phone.page.is_visible("#video") and name and name["y"] + name["height"] < 740
    assert seen == ["VASILEVA Emiliya", "LI Xiaoming", "VASILEVA Emiliya"]


def test_the_same_badge_is_judged_once_until_the_next_is_asked_for(
    with_camera: Callable[..., Any], phones: Callable[..., Phone], commission: Commission
) -> None:
    commission.publish()
    phone = phones(
        browser=with_camera(commission.address("https://observers.cec.example")), permissions=["camera"]
    )
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.context.on("request", lambda request: asked.append(request.url))
    phone.open()
    phone.page.click("#scan")
    phone.wait_for("valid")
    assert "VASILEVA Emiliya" in phone.text()
    assert phone.page.is_visible("#video")
    first = phone.page.query_selector(".verdict")
    phone.page.wait_for_timeout(3000)  # the same badge is still in sight
    assert first.evaluate("shown => shown.isConnected")
    phone.page.click("#scan")  # 'Scan the next': the same badge once more
    phone.page.wait_for_function("shown => !shown.isConnected", arg=first)
    phone.wait_for("valid")
    phone.page.click("#stop")
    assert phone.page.is_hidden("#video")
    assert all(url.startswith(phone.site) or url.startswith("blob:") for url in asked)


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
    shown = phone.text()
    assert badge.accreditation.membership.family_name.upper() in shown.upper()
    # Anybody may have copied a code onto a paper of his own making: no word says that the badge is real.
    assert phone.text(".verdict h2") == "The code is valid now"
    assert "It does not prove that the badge itself is real." in phone.text(".verdict")
    assert "until the official results are published, at the latest 19 February 2027" in shown
    assert phone.page.query_selector(".swatch") is None  # its colour is not told
    assert BadgeScan.objects.get().typed
    phone.open()
    type_code(phone, "00000-00000")
    phone.wait_for("forged")
    make_void(badge)
    phone.open()
    type_code(phone, badge.code)
    phone.wait_for("void")
    assert "Void since\n23 November 2026, 13:00 Baku time" in phone.text()


def test_a_typed_code_without_a_network_is_void_or_cannot_be_confirmed(
    phone: Phone, commission: Commission
) -> None:

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


# For ear, hand and screen reader

FEELS = """
window.felt = [];
navigator.vibrate = (shake) => { window.felt.push(`shake ${shake}`); return true; };
const Oscillator = window.OscillatorNode;
window.OscillatorNode = class extends Oscillator {
  constructor(speaker, { type, frequency }) {
    super(speaker, { type, frequency });
    window.felt.push(`${type} ${frequency}`);
  }
};
"""


def test_a_verdict_is_heard_and_felt_only_where_wanted_and_each_in_its_own_way(
    phone: Phone, commission: Commission
) -> None:
    commission.publish(VOID_SERIAL)
    phone.page.add_init_script(FEELS)

    def felt(typed: str) -> str:
        """What a verdict sounds and feels like after a scanner has typed the badge."""
        phone.page.evaluate("window.felt = []")
        phone.page.click("#type")
        phone.page.fill("#code", typed)
        phone.page.press("#code", "Enter")
        phone.told()
        words: str = phone.page.evaluate("window.felt.join(', ')")
        return words

    good, bad = commission.address("https://cec.example"), commission.address("https://x", serial=VOID_SERIAL)
    phone.open()
    assert (felt(good), felt(bad)) == ("", "")
    phone.page.click("#settings summary")
    phone.page.check("#sound")
    phone.page.check("#vibration")
    phone.open()  # the wish stays; the page may sound from the first touch on
    assert felt(good) == "shake 80, sine 660, sine 990"
    assert felt(bad) == "shake 200,100,200,100,400, square 180, square 180, square 180"


def test_a_screen_reader_is_told_the_verdict_why_and_whose_badge_it_is(
    phone: Phone, commission: Commission
) -> None:
    commission.publish()
    phone.scan(commission.address("x"))
    phone.told()
    focused = phone.page.evaluate("document.activeElement.outerHTML")
    assert "Real, and valid now" in focused
    described = phone.page.evaluate(
        "document.activeElement.getAttribute('aria-describedby').split(' ')"
        ".map((id) => document.getElementById(id).innerText).join(' ')"
    )
    told = "Compare the face and the name with the identity document. VASILEVA Emiliya International observer"
    assert " ".join(described.split()) == told
    live = "(name) => ['role', 'aria-live'].map((wish) => document.getElementById(name).getAttribute(wish))"
    assert phone.page.evaluate(live, "result") == ["alert", "assertive"]
    assert phone.page.evaluate(live, "elsewhere") == phone.page.evaluate(live, "how") == [None, "polite"]
    assert (
        phone.page.get_attribute("#trouble", "role")
        == phone.page.get_attribute("#code-error", "role")
        == "alert"
    )
    named = phone.page.locator("button:visible, select:visible, input[type=file], summary")
    for i in range(named.count()):
        assert named.nth(i).evaluate("one => (one.labels?.[0] ?? one).innerText.trim()"), named.nth(
            i
        ).evaluate("one => one.outerHTML")


# For eyes: in the sun, with gloves


def test_every_verdict_stands_out_in_the_sun_and_has_a_sign_of_its_own_shape(
    phones: Callable[..., Phone], commission: Commission
) -> None:
    """7 to 1, the contrast of WCAG's AAA, for the words and the sign, whatever the phone's scheme."""
    commission.publish(VOID_SERIAL)
    signs = {}
    for scheme in ("light", "dark"):
        phone = phones(color_scheme=scheme, reduced_motion="reduce")
        for badge in (
            commission.address("x"),
            commission.address("x", serial=VOID_SERIAL),
            commission.address("x", valid_from=NOW + HOUR),
        ):
            tone = phone.scan(badge).split()[0]
            signs[tone] = phone.page.get_attribute(".verdict .shape", "d")
            assert phone.page.evaluate(CONTRAST) >= 7, (scheme, tone)
        unprepared = phones(color_scheme=scheme)
        unprepared.page.route("**/v/list", lambda route: route.abort())
        assert unprepared.scan(commission.address("x")) == "calm unprepared"
        signs["calm"] = unprepared.page.get_attribute(".verdict .shape", "d")
        assert unprepared.page.evaluate(CONTRAST) >= 7, scheme
    assert set(signs) == {"good", "bad", "wait", "calm"} and len(set(signs.values())) == 4


CONTRAST = """() => {
  const light = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map(Number)
    .map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const { color, backgroundColor } = getComputedStyle(document.querySelector(".verdict"));
  const [dark, bright] = [light(color), light(backgroundColor)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}"""


@pytest.mark.parametrize("language", ["az", "ar", "fr", "ru"])
def test_verdict_and_name_are_seen_without_scrolling_on_a_small_phone_and_nothing_is_cut(
    phones: Callable[..., Phone], commission: Commission, language: str
) -> None:
    commission.publish()
    phone = phones(locale=language)
    phone.page.set_viewport_size({"width": 360, "height": 560})
    phone.scan(commission.address("x"))
    phone.told()
    for selector in (".verdict h2", ".verdict p", ".name", ".category"):
        box = phone.page.locator(selector).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 560, selector
    assert phone.page.evaluate(CUT) <= 1


CUT = """() => {
  const shown = document.getElementById("language");
  const whole = document.body.appendChild(shown.cloneNode(true));
  whole.style.setProperty("position", "absolute");
  whole.style.setProperty("inline-size", "max-content");
  return whole.offsetWidth - shown.offsetWidth;
}"""
"""By how many pixels the widest name of a language is wider than the list of languages."""


# On the home screen


def test_the_page_is_offered_for_installation_where_the_browser_can(
    phone: Phone, commission: Commission
) -> None:
    commission.publish()
    phone.open()
    phone.page.click("#settings summary")
    assert phone.page.is_hidden("#install")
    phone.page.evaluate("""() => {
        const offer = new Event("beforeinstallprompt", { cancelable: true });
        offer.prompt = () => { window.asked = (window.asked ?? 0) + 1; };
        window.kept = !window.dispatchEvent(offer);
    }""")
    phone.page.click("#install")
    assert phone.page.evaluate("[window.kept, window.asked]") == [True, 1]
    assert phone.page.is_hidden("#install")


def test_what_makes_it_installable_is_there(phone: Phone, commission: Commission) -> None:
    """A manifest in order, a worker whose scope is /v and nothing beside it."""
    commission.publish()
    phone.open()
    scope = phone.page.evaluate(
        "navigator.serviceWorker.ready.then((ready) => new URL(ready.scope).pathname)"
    )
    assert scope == "/v"
    session = phone.context.new_cdp_session(phone.page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["url"].endswith("/v/manifest.webmanifest") and manifest["errors"] == []
    phone.page.select_option("#language", "ar")
    phone.page.wait_for_selector("html[lang=ar]")
    phone.page.wait_for_selector("link[href$=-ar\\.webmanifest]", state="attached")
    named = json.loads(session.send("Page.getAppManifest")["data"])
    assert (named["name"], named["lang"], named["dir"]) == (phone.text("#title"), "ar", "rtl")
    assert (named["id"], named["scope"], named["start_url"]) == (
        "/v",
        "/v",
        "/v",
    )  # one app, whatever its name
    wrong = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in wrong] == ["in-incognito"]  # as every test's browser is
