"""Phones for the verifier's tests: a browser with its own storage and clock, and what it shows."""

import io
import re
from datetime import datetime
from typing import Any

import zxingcpp
from PIL import Image

from tests.factories import NOW

SIZE = {"width": 360, "height": 740}
LATE_ANSWERS = 10_000
HARMLESS = ("Failed to load resource", "net::ERR_", "Service Worker registration blocked")


class Phone:
    """One official's phone. `wrong` collects what no page may say: errors, and refusals of the content policy.

    With `asks` it reaches the commission's service, which knows only badges from the database; else the lists only.
    """

    def __init__(
        self,
        browser: Any,
        site: str,
        *,
        asks: bool = False,
        now: datetime = NOW,
        locale: str = "en-GB",
        **context: Any,
    ) -> None:
        self.site = site
        self.context = browser.new_context(viewport=SIZE, locale=locale, timezone_id="Asia/Baku", **context)
        self.context.set_default_timeout(LATE_ANSWERS)
        self.turn_clock(now)
        self.wrong: list[str] = []
        if not asks:
            self.context.route("**/api/**", lambda route: route.abort())
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if not any(words in message.text for words in HARMLESS):
            self.wrong.append(message.text)

    def turn_clock(self, now: datetime) -> None:
        self.context.clock.set_fixed_time(now)

    def open(self, fragment: str = "") -> None:
        """As the phone's own camera does: a page anew, with the badge behind the #."""
        self.leave()
        self.page.goto(f"{self.site}/v{fragment and '#' + fragment}")
        self.page.wait_for_selector("#state p")

    def leave(self) -> None:
        """Go elsewhere. Chromium lifts what was emulated from a page before it ends it: offline, that page would hear
        that there is a network and ask it, with a clock that was turned meanwhile.
        """
        self.page.evaluate("() => { window.fetch = () => new Promise(() => {}) }")
        self.page.goto("about:blank")

    def stand_at(self, place: str) -> None:
        """Say on the settings which polling station this is."""
        self.page.click("#settings summary")
        self.page.fill("#place", place)
        self.page.press("#place", "Tab")

    def keep_offline(self) -> None:
        """Wait until the page would open without a network, then take the network away."""
        self.page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
        self.page.wait_for_function(
            "async () => Boolean(await caches.match('/v/vendor/zxing-wasm-3.1.4/reader/zxing_reader.wasm'))"
        )
        self.context.set_offline(True)

    def scan(self, address_or_digits: str) -> str:
        """The verdict on a badge, opened as from a QR code."""
        self.open(address_or_digits.rpartition("#")[2])
        return self.verdict()

    def verdict(self) -> str:
        """'good valid', 'bad void', ...: tone and verdict of what is shown."""
        card = self.page.wait_for_selector(".verdict")
        return f"{card.get_attribute('class').split()[1]} {card.get_attribute('data-verdict')}"

    def wait_for(self, verdict: str) -> None:
        self.page.wait_for_selector(f".verdict[data-verdict={verdict}]")

    def told(self) -> None:
        """Wait until the commission has answered, or will not."""
        self.page.wait_for_selector("#how[data-network=online], #how[data-network=offline]")

    def wait_for_text(self, words: str, there: bool = True) -> None:
        """Wait until it is to be read on the page, or no more."""
        asked = "([words, there]) => document.body.innerText.replace(/[\u2066-\u2069]/g, '').includes(words) === there"
        self.page.wait_for_function(asked, arg=[words, there])

    def text(self, selector: str = "main") -> str:
        """What is to be read there, without the marks that keep names and numbers in order."""
        words: str = self.page.inner_text(selector)
        return re.sub("[\u2066-\u2069]", "", words)

    def overflows(self) -> bool:
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        )

    def close(self) -> None:
        self.context.close()
        assert self.wrong == [], "\n".join(self.wrong)


def qr_picture(address: str, module: int = 6) -> Image.Image:
    """The QR code on white paper."""
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = memoryview(code.to_image(scale=module, add_quiet_zones=True))  # type: ignore[arg-type]
    assert pixels.shape is not None
    return Image.frombytes("L", (pixels.shape[1], pixels.shape[0]), bytes(pixels))


def photographed(address: str) -> bytes:
    """A snapshot of a badge: its code small, a little turned, on a grey table."""
    table = Image.new("L", (1200, 1600), 150)
    badge = Image.new("L", (700, 1000), 255)
    badge.paste(qr_picture(address, 5).resize((340, 340)), (180, 560))
    table.paste(badge.rotate(7, expand=True, fillcolor=150, resample=Image.Resampling.BICUBIC), (200, 250))
    jpeg = io.BytesIO()
    table.save(jpeg, "JPEG", quality=80)
    return jpeg.getvalue()


def film(*addresses: str, seconds: int = 3) -> bytes:
    """A film in Y4M, for Chromium's camera made of a file: each code held still so long, one after the other."""
    width, height, a_second = 640, 480, 5
    frames = []
    for address in addresses:
        picture = Image.new("L", (width, height), 90)
        code = qr_picture(address, 5)
        picture.paste(code, ((width - code.width) // 2, (height - code.height) // 2))
        frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (width * height // 2)
        frames.append(frame * (seconds * a_second))
    return f"YUV4MPEG2 W{width} H{height} F{a_second}:1 Ip A1:1 C420mpeg2\n".encode() + b"".join(frames)
