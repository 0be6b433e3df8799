"""A letter's row becomes a mail: words from templates/letters, in the reader's language, as text and HTML.

Every kind has two templates: `letters/<kind>.subject.txt` and `letters/<kind>.html`. The second is written
once and rendered as text, as HTML and in parts for paper (templatetags/letters.py), so that all say the same. It
knows

    letters   the facts of all letters in this mail, one or more
    letter    the first of them
    many      whether there are several
    link      where the reader finds the matter (when several differ: the list of all)
    sent_at   the moment of sending, from which a period to appeal counts
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.mail import BadHeaderError
from django.template import Context, Template
from django.template.loader import get_template
from django.utils import translation

from accreditation.core.languages import direction_of
from accreditation.core.moments import END_OF_ISOLATE, ISOLATE
from accreditation.core.outbox import OutboxMessage

COLOURS = ("ink", "ink-soft", "paper", "wash", "line", "accent", "accent-ink", "accent-wash")


BASES = {"text": "letters/base.txt", "html": "letters/base.html", "paper": "letters/base.paper"}
FOOT = "\n--\n"
"""What divides the words of a letter on paper from its foot."""

A_DASHED_NUMBER = re.compile(r"[0-9]+-[0-9]+\Z")
NEVER_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>,;:\"()\[\]\\]")


@dataclass(frozen=True)
class Rendered:
    """What a reader reads."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class OnPaper:
    """The same words for a sheet. Each part is its name and its texts: ('row', 'Decision', '2026/7').

    The parts are paragraph, notice, row, item, quote (a text a line) and action (a label and an address); `foot` is
    what stands under every letter.
    """

    subject: str
    parts: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...]


def render(kind: str, language: str, facts: Sequence[dict[str, Any]], *, sent_at: datetime) -> Rendered:
    """Word a mail of one kind about one or more letters' facts.

    `sent_at` is the moment at which it leaves or left, aware. No queries: facts are
    complete. Raises TemplateDoesNotExist for an unknown kind.
    """
    known = _known(language, facts, sent_at)
    with translation.override(language):
        body = _template(f"letters/{kind}.html")
        text, html = _render(body, known, "text"), _render(body, known, "html")
        return Rendered(_subject(kind, known), text=_tidy(text), html=html.strip())


def render_on_paper(
    kind: str, language: str, facts: Sequence[dict[str, Any]], *, sent_at: datetime
) -> OnPaper:
    """As `render`, in parts that a sheet is set of."""
    known = _known(language, facts, sent_at)
    with translation.override(language):
        body, foot = _render(_template(f"letters/{kind}.html"), known, "paper").split(FOOT)
        return OnPaper(
            _subject(kind, known), parts=_parts(body), foot=tuple(text for __, text in _parts(foot))
        )


def _parts(lines: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(json.loads(line)) for line in lines.split("\n") if line.strip())


def _subject(kind: str, known: dict[str, Any]) -> str:
    """A header is one line: whatever a name may hold, it cannot begin a second one."""
    return " ".join(_render(_template(f"letters/{kind}.subject.txt"), known, "text").split())


def _known(language: str, facts: Sequence[dict[str, Any]], sent_at: datetime) -> dict[str, Any]:
    if direction_of(language) == "rtl":
        facts = [{name: _in_one_piece(value) for name, value in one.items()} for one in facts]
    return {
        "letters": list(facts),
        "letter": facts[0],
        "many": len(facts) > 1,
        "link": _common_link(facts),
        "sent_at": sent_at,
        "language": language,
        "direction": direction_of(language),
        "reply_to": settings.REPLY_TO_MAILBOX,
    }


def _in_one_piece(value: Any) -> Any:
    """A number such as 2026-000412, isolated: after Arabic letters its halves would change places."""
    is_one = isinstance(value, str) and A_DASHED_NUMBER.match(value)
    return f"{ISOLATE}{value}{END_OF_ISOLATE}" if is_one else value


def compose(rows: Sequence[OutboxMessage], *, now: datetime) -> bytes:
    """The mail that takes these letters, ready for SMTP: rows of one kind to one reader.

    The first row's Message-ID stands for all. Raises BadHeaderError where a header would hold a line break.
    Put together here and not by Django's EmailMessage, which takes longer for it than all the rest takes.
    """
    first = rows[0]
    words = render(first.kind, first.language, [row.facts for row in rows], sent_at=now)
    boundary = "=_" + hashlib.sha256(first.message_id.encode()).hexdigest()[:32]
    headers = {
        "From": _mailbox(settings.DEFAULT_FROM_EMAIL),
        "To": envelope_address(first.email),
        "Reply-To": _mailbox(settings.REPLY_TO_MAILBOX),
        "Subject": Header(words.subject, "utf-8" if not words.subject.isascii() else "ascii", 70).encode(),
        "Date": format_datetime(now),
        "Message-ID": first.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": first.language,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    lines = [_header(name, value) for name, value in headers.items()]
    parts = [_part("plain", words.text), _part("html", words.html)]
    border = f"\r\n--{boundary}".encode()
    return b"".join([*lines, *(border + b"\r\n" + part for part in parts), border, b"--\r\n"])


def _header(name: str, value: str) -> bytes:
    """A header of one line, or of a folded one, as the subject's; a value that begins another is refused."""
    if re.search(r"\r|\n(?! \S)", value) or not value.isascii():
        raise BadHeaderError(f"{name} cannot be {value!r}")
    return f"{name}: {value}\n".replace("\n", "\r\n").encode()


def _part(subtype: str, text: str) -> bytes:
    """A part of a mail, 7 bits wide and in short lines, so that any server takes it."""
    content = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode()
    mostly_ascii = len(content) < 1.2 * len(text)
    encoding = "quoted-printable" if mostly_ascii else "base64"
    encoded = (
        binascii.b2a_qp(content) if mostly_ascii else base64.encodebytes(content).replace(b"\n", b"\r\n")
    )
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + encoded


@cache
def _mailbox(mailbox: str) -> str:
    """A mailbox of the settings as a header: the name encoded, the domain in ASCII."""
    name, address = parseaddr(mailbox)
    return formataddr((name, envelope_address(address)), "utf-8")


def envelope_sender() -> str:
    """The bare address of DEFAULT_FROM_EMAIL."""
    return _bare(settings.DEFAULT_FROM_EMAIL)


@cache
def _bare(mailbox: str) -> str:
    return parseaddr(mailbox)[1]


def envelope_address(email: str) -> str:
    """The address as SMTP takes it: the domain in ASCII. Raises ValueError for what is no address."""
    local, _at, domain = email.rpartition("@")
    if not (local and domain and local.isascii()) or NEVER_IN_AN_ADDRESS.search(email):
        raise ValueError("this is no e-mail address that a mail server takes")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


@cache
def colours() -> dict[str, str]:
    """The light colours of tokens.css, which the commission may change: mail clients know no variables."""
    path = finders.find("accreditation/tokens.css")
    with open(str(path), encoding="utf-8") as tokens:
        light = tokens.read().partition("@media")[0]
    found = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-fA-F]{3,8});", light))
    return {name.replace("-", "_"): found[name] for name in COLOURS}


@cache
def _template(name: str) -> Template:
    # Not through the backend's wrapper: its context processors have no place in a letter.
    return get_template(name).template  # type: ignore[attr-defined]


def _render(template: Template, known: dict[str, Any], medium: str) -> str:
    context = Context(
        {**known, "medium": medium, "base": BASES[medium], "colours": colours()}, autoescape=medium == "html"
    )
    return template.render(context)


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def _common_link(facts: Sequence[dict[str, Any]]) -> str:
    links = {one.get("link", "") for one in facts}
    return links.pop() if len(links) == 1 else str(facts[0].get("link_to_all", ""))
