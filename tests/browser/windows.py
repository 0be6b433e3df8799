"""Browser windows of several people at once, each signed in and with its own storage, and what went wrong in them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client

from accreditation.accounts.models import User
from tests.signing_in import sign_in

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
HARMLESS = (
    "the server responded with a status of 422",  # a refused form is an answer, and no fault of the page
    "Autofocus processing was blocked",  # a summary of errors, or a key, took the focus first
)

OpenWindow = Callable[..., Any]


class Windows:
    """The windows of one test. `said` is what their consoles were told: a broken script, or what the policy refused."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.opened: list[Any] = []
        self.said: list[str] = []

    def open(self, user: User | None, *, size: dict[str, int] = DESK, **context: Any) -> Any:
        """A page of theirs: `open(head, size=PHONE, java_script_enabled=False)`."""
        visitor = self.browser.new_context(
            viewport=size, locale="en-GB", timezone_id="Asia/Baku", base_url=self.address, **context
        )
        self.opened.append(visitor)
        if user is not None:
            cookie = settings.SESSION_COOKIE_NAME
            session = sign_in(Client(), user).cookies[cookie].value
            visitor.add_cookies([{"name": cookie, "value": session, "url": self.address}])
        page = visitor.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("console", self._heard)
        return page

    def _heard(self, message: Any) -> None:
        if not any(words in message.text for words in HARMLESS):
            self.said.append(message.text)

    def close(self) -> None:
        for visitor in self.opened:
            visitor.close()
        assert self.said == [], self.said


def press(page: Any, words: str) -> None:
    """Press the button or link with these words, and see the page that it leads to."""
    wanted = page.get_by_role("button", name=words).or_(page.get_by_role("link", name=words))
    with page.expect_navigation():
        wanted.first.click()


def told(page: Any) -> list[str]:
    """What the page says has been done."""
    return [words.strip() for words in page.locator(".messagelist li, .message").all_inner_texts()]


def overflows(page: Any) -> bool:
    page.wait_for_load_state()  # a page without its style sheet is as wide as it likes
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(page.evaluate(wide))
