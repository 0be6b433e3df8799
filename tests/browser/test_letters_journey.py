"""A clerk settles in a browser what no machine can: refused, in doubt, come back, and without an address."""

from typing import Any

import pytest
from django.urls import reverse

from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from tests import factories as make
from tests.browser.accessibility import violations
from tests.browser.windows import PHONE, OpenWindow, press, told
from tests.core.test_delivery import write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = OutboxMessage.State


def test_letters_that_need_a_clerk_are_found_and_settled(window: OpenWindow) -> None:
    letters: dict[str, Any] = {
        "refused": write(1, state=State.FAILED, error="550 5.1.1 User unknown"),
        "doubt": write(2, state=State.UNCERTAIN),
        "sent": write(3, state=State.SENT, sent_at=make.NOW),
        "paper": write(4, state=State.TO_PRINT, email=""),
        "waiting": write(5),
    }
    page = window(make.make_clerk(), size=PHONE)
    page.goto(reverse("admin:core_outboxmessage_changelist") + "?needs=clerk")
    assert page.locator("#result_list tbody tr").count() == 3  # neither what left nor what waits

    def settle(name: str, words: str) -> tuple[str, str]:
        page.goto(reverse("admin:core_outboxmessage_change", args=[letters[name].pk]))
        press(page, words)
        letters[name].refresh_from_db()
        return letters[name].state, told(page)[0]

    assert settle("refused", "Send now") == (State.PENDING, "The letter leaves within minutes.")
    assert settle("doubt", "It was sent") == (State.SENT, "Noted: it was sent.")
    assert settle("paper", "Printed and given") == (State.SENT, "Noted: it was given on paper.")
    assert settle("waiting", "Cancel") == (State.PENDING, "Give a reason.")
    page.get_by_label("Reason").fill("Written by mistake.")
    press(page, "Cancel")
    assert told(page) == ["Cancelled: the letter does not leave."]
    state, words = settle("sent", "It came back")
    assert state == State.SENT and words.startswith("Noted: it came back.")
    assert violations(page) == []
    press(page, "Send it again")
    assert "Leaves at or after" in page.inner_text("main")
    assert not OutboxMessage.objects.needing_a_clerk().exists()


def test_many_letters_in_doubt_are_chosen_confirmed_and_settled_on_a_phone(window: OpenWindow) -> None:
    lost = "a backup of 27 November 2026, 03:00 was put back: this letter may have left since"
    letters = [write(number, state=State.UNCERTAIN, error=lost) for number in range(24)]
    page = window(make.make_clerk(), size=PHONE)
    page.goto(reverse("admin:core_outboxmessage_changelist"))
    page.get_by_role("link", name="24 letters are in doubt").click()
    assert violations(page) == []
    boxes = page.locator("[data-row] input[name=pk]")
    for number in range(2):
        boxes.nth(number).check()
    press(page, "Send them again")
    page.get_by_label("Note").fill("Not in the log of the mail server.")
    assert violations(page) == []
    press(page, "Send them again: 2 mails")
    assert told(page) == ["“Send them again”: noted of 2 mails."]

    for number in range(22):
        boxes.nth(number).check()
    press(page, "They were sent")
    press(page, "They were sent: 22 mails")
    assert "Say in the note how you know." in page.get_by_role("alert").inner_text()
    page.get_by_label("Note").fill("Compared with the log of the mail server.")
    page.get_by_label("Type 22 to confirm").fill("22")
    press(page, "They were sent: 22 mails")
    assert told(page) == ["“They were sent”: noted of 22 mails."]
    states = [OutboxMessage.objects.get(pk=letter.pk).state for letter in letters]
    assert states == [State.PENDING] * 2 + [State.SENT] * 22


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_letter_is_no_wider_than_the_phone_on_which_it_is_read(page: Any, language: str) -> None:
    letter = write(1, facts={"name": "A" * 60, "mission": "Observer mission"})
    mail = render(letter.kind, language, [letter.facts], sent_at=make.NOW)
    page.set_viewport_size({"width": 320, "height": 640})
    page.set_content(mail.html)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1280, "height": 640})
    assert page.evaluate("document.querySelector('table table').offsetWidth") == 600
