"""How a letter becomes a mail: headers that nobody can break, words in the reader's language, dates with zone."""

import smtplib
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import BadHeaderError
from django.template import TemplateDoesNotExist

from accreditation.core.mail import compose, envelope_address, render, render_on_paper
from accreditation.core.outbox import OutboxMessage
from tests.core.test_delivery import FACTS
from tests.mail_server import running_sink

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LETTERS = Path(settings.BASE_DIR) / "accreditation" / "templates" / "letters"
KINDS = sorted(one.name.removesuffix(".subject.txt") for one in LETTERS.glob("*.subject.txt"))


def row(**fields: Any) -> OutboxMessage:
    facts = {**FACTS, "name": "DOE Ada", "number": "2026-000001"} | fields.pop("facts", {})
    values: dict[str, Any] = {
        "kind": "receipt",
        "email": "ada@example.org",
        "message_id": "<stable@cec.example>",
    }
    return OutboxMessage(facts=facts, **values | fields)


def mail_of(*rows: OutboxMessage) -> EmailMessage:
    return message_from_bytes(compose(rows, now=NOW), policy=policy.default)  # type: ignore[return-value]


def bodies(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.iter_parts()
    return plain.get_content(), html.get_content()


def test_the_headers_of_a_mail() -> None:
    mail = mail_of(row(language="ru"))
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["To"] == "ada@example.org"
    assert mail["Reply-To"] == settings.REPLY_TO_MAILBOX
    assert mail["Message-ID"] == "<stable@cec.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "ru"
    assert mail["Date"].datetime == NOW
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "name", ["O'Neill-Smith", "<b>Ada</b>", "{{ 7|add:7 }}", "Əliyev İlqar", "عائشة", "A" * 3000]
)
def test_names_arrive_inert_and_whole_in_both_versions(name: str) -> None:
    mail = mail_of(row(facts={"name": name}))
    plain, html = bodies(mail)
    assert f"Dear {name}," in plain
    assert "<b>Ada</b>" not in html
    assert name.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in html


def test_every_line_of_a_mail_is_short_and_seven_bits_wide() -> None:
    for name in ("Ada", "Ə" * 4000, "界" * 4000):
        content = compose([row(facts={"name": name, "number": name[:120]})], now=NOW)
        assert content.isascii()
        assert max(len(line) for line in content.split(b"\r\n")) <= 998
        assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("evil", ["1\r\nBcc: all@example.org", "1\nBcc: all@example.org", "1\r\n\r\n<html>"])
def test_a_name_or_number_cannot_begin_a_header(evil: str) -> None:
    mail = mail_of(row(facts={"number": evil, "name": evil}))
    assert mail["Bcc"] is None
    assert len(mail.items()) == 10
    assert "\n" not in mail["Subject"]


@pytest.mark.parametrize(
    "address",
    [
        "a@b\r\nBcc: c@d.example",
        "a b@c.example",
        "<a@b.example>",
        "a@",
        "@b.example",
        "a,b@c.example",
        "ä@b.example",
    ],
)
def test_what_is_no_address_is_never_given_to_a_server(address: str) -> None:
    with pytest.raises((ValueError, BadHeaderError)):
        compose([row(email=address)], now=NOW)


def test_the_domain_of_an_address_goes_in_ascii() -> None:
    assert envelope_address("info@müller.example") == "info@xn--mller-kva.example"


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(TemplateDoesNotExist):
        render("no_such_kind", "en", [FACTS], sent_at=NOW)


def test_arabic_runs_from_the_right_in_each_cell() -> None:
    html = render("receipt", "ar", [FACTS], sent_at=NOW).html
    assert '<html lang="ar" dir="rtl">' in html
    assert '<td dir="rtl"' in html
    assert 'dir="rtl"' not in render("receipt", "az", [FACTS], sent_at=NOW).html


def test_a_number_with_a_dash_keeps_its_order_in_arabic() -> None:
    facts = FACTS | {"number": "2026-000412", "due_on": "2026-12-03"}
    for language, written in (("ar", "\u20662026-000412\u2069"), ("az", "2026-000412")):
        words = render("receipt", language, [facts], sent_at=NOW)
        for version in (words.subject, words.text, words.html):
            assert written in version
            assert version.count("\u2066") == version.count("\u2069") and "\u20662026-12" not in version


def test_no_letter_loads_anything_from_outside() -> None:
    for kind in KINDS:
        html = render(kind, "en", [COMPLETE], sent_at=NOW).html
        for loading in ("<img", "<script", "<link", "url(", "<iframe", "@import"):
            assert loading not in html


COMPLETE: dict[str, Any] = FACTS | {
    "name": "DOE Ada", "number": "2026-000001", "accreditation_number": "2026-0001", "valid_from": "2026-12-01",
    "valid_until": "2026-12-31", "decision_number": "2026/1", "decided_at": "2026-11-30T20:00:00+00:00",
    "legal_basis": "art. 44", "rights": "May observe.", "grounds": [{"words": "Not confirmed.", "article": "44"}],
    "appeal_body": "Court of Appeal", "appeal_days": 3, "appeal_article": "112", "wanted": ["a photo"], "text": "Cut.",
    "due_on": "2026-12-03", "reason": "A reason.", "people": [{"name": "ROE Bo", "state": "Draft", "missing": ["x"]}],
    "delegation": "CIS", "arrives_on": "2026-12-16", "closes_at": "2026-12-10T20:00:00+00:00", "outcome": "upheld",
    "ruling": "1/2026", "body": "Court of Appeal", "filed_at": "2026-12-02T08:00:00+00:00", "state": "Submitted",
    "missing": ["the photo"], "old_day": "2026-12-20", "new_day": "2027-01-10", "day": "2027-01-10",
    "badge_link": "https://cec.example/en/badge/token/", "badge_link_days": 14,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["az", "en", "fr", "ru", "ar"])
def test_every_kind_reads_well_for_a_person_a_head_and_for_many(kind: str, language: str) -> None:
    head = COMPLETE | {"to_head": True}
    for facts in ([COMPLETE], [head], [head, head | {"name": "ROE Bo"}]):
        words = render(kind, language, facts, sent_at=NOW)
        assert words.subject
        assert "\n" not in words.subject
        assert "  " not in words.subject
        for version in (words.text, words.html):
            assert "None" not in version
            assert "{{" not in version
            assert "{%" not in version
        assert FACTS["commission"] in words.text
        assert "<" not in words.text


PARTS = {"paragraph", "notice", "row", "item", "quote", "action"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_paper_a_letter_says_what_its_mail_says_and_in_that_order(kind: str, language: str) -> None:
    for facts in ([COMPLETE], [COMPLETE | {"to_head": True}]):
        words, paper = (read(kind, language, facts, sent_at=NOW) for read in (render, render_on_paper))
        assert paper.subject == words.subject
        assert {part for part, *__ in paper.parts} <= PARTS and paper.foot
        body, foot = words.text.rsplit("\n--\n", 1)
        said = bare(" ".join(text for __, *texts in paper.parts for text in texts))
        assert said + bare(FACTS["commission"]) == bare(body), (
            "the commission signs the mail; paper bears it above"
        )
        assert bare(" ".join(paper.foot)) == bare(foot)


def bare(text: str) -> str:
    """Letters and digits only: what a text says, however its lines are laid out."""
    return "".join(filter(str.isalnum, text))


def test_names_and_texts_are_inert_on_paper() -> None:
    evil = '"]\n--\n["row", "x\u2028 <b>&amp;{{ 7 }}'
    paper = render_on_paper("refusal", "en", [COMPLETE | {"name": evil, "text": evil}], sent_at=NOW)
    said = [text for part, *texts in paper.parts for text in texts]
    assert f"Dear {' '.join(evil.split())}," in said
    assert ("quote", *evil.splitlines()) in paper.parts


def test_the_last_day_of_an_appeal_counts_from_the_sending() -> None:
    text = render("refusal", "en", [COMPLETE], sent_at=datetime(2026, 12, 1, 20, 0, tzinfo=UTC)).text
    assert "within 3 days after this letter was sent" in text
    assert "until 5 December 2026, 23:59 Baku time (UTC+4)" in text, "it is 2 December in Baku when it leaves"


def test_a_real_server_sees_one_recipient_whatever_a_name_holds(settings: Any) -> None:
    letter = row(facts={"name": "A\r\n.\r\nRCPT TO:<x@example.org>", "mission": "M\r\nBcc: y@example.org"})
    with running_sink() as (sink, port), smtplib.SMTP("127.0.0.1", port) as server:
        server.sendmail("a@cec.example", [letter.email], compose([letter], now=NOW))
    assert sink.addresses() == ["ada@example.org"]
