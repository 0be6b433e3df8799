"""The parts that letters are made of; `{% load letters %}`.

Each part is written once and comes out as the context's `medium` says: as text, as HTML, or as a line for paper.
HTML is made of tables with the style on each cell, because mail programs know little else. A line for paper is a
JSON list, the part's name and its texts; core/mail.py reads it.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accreditation.core import moments

register = template.Library()


# Days and moments, which facts keep as ISO


# Many letters name the same day, and to put one into words takes as long as to send the letter.


@lru_cache(maxsize=1024)
def _moment_in_words(moment: datetime, zone: str, language: str) -> str:
    return moments.in_words(moment, zone)


@lru_cache(maxsize=1024)
def _day_in_words(iso: str, language: str) -> str:
    return moments.day_in_words(date.fromisoformat(iso))


def _in_words(moment: datetime, zone: str) -> str:
    return _moment_in_words(moment, zone, get_language() or "")


@register.filter
def moment(iso: str, zone: str) -> str:
    """`{{ letter.decided_at|moment:letter.zone }}`: '10 December 2026, 14:30 Baku time (UTC+4)'."""
    return _in_words(datetime.fromisoformat(iso), zone) if iso else ""


@register.filter
def last_minute(iso: str, zone: str) -> str:
    """`{{ letter.closes_at|last_minute:letter.zone }}`: the printed minute before a closing moment."""
    return _in_words(datetime.fromisoformat(iso) - timedelta(minutes=1), zone) if iso else ""


@register.filter
def day(iso: str) -> str:
    """`{{ letter.valid_from|day }}`: '10 December 2026'."""
    return _day_in_words(iso, get_language() or "") if iso else ""


@register.filter
def end_of_day(iso: str, zone: str) -> str:
    """`{{ letter.due_on|end_of_day:letter.zone }}`: the last minute of a local day."""
    return _last_minute_of(date.fromisoformat(iso), zone) if iso else ""


@register.simple_tag
def end_of_day_after(since: datetime, days: int, zone: str) -> str:
    """The last minute of the local day that is `days` after the day of `since`, in words."""
    return _last_minute_of(since.astimezone(ZoneInfo(zone)).date() + timedelta(days=days), zone)


def _last_minute_of(day: date, zone: str) -> str:
    ends = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).astimezone(UTC)
    return _in_words(ends - timedelta(minutes=1), zone)


# Parts


class Part(Node):
    """A block that is wrapped as the medium asks; nothing comes of an empty one."""

    def __init__(
        self,
        content: NodeList,
        as_text: Callable[[str], str],
        as_html: Callable[..., str],
        on_paper: Callable[[str], str],
    ) -> None:
        self.nodelist, self.as_text, self.as_html, self.on_paper = content, as_text, as_html, on_paper

    def render(self, context: template.Context) -> SafeString:
        inner = self.nodelist.render(context)
        if not inner.strip():
            return SafeString("")
        if context["medium"] == "html":
            # The inner parts escaped their values by the context's autoescape; here is only their frame.
            return mark_safe(self.as_html(inner.strip(), context["colours"]))  # noqa: S308
        write = self.on_paper if context["medium"] == "paper" else self.as_text
        return mark_safe(write(inner))  # noqa: S308


def _register(
    name: str,
    as_text: Callable[[str], str],
    as_html: Callable[..., str],
    on_paper: Callable[[str], str] | None = None,
) -> None:
    """A part of this name; on paper it is a line of its own unless `on_paper` says otherwise."""

    def compile_part(parser: Parser, token: Token) -> Part:
        content = parser.parse((f"end{name}",))
        parser.delete_first_token()
        return Part(content, as_text, as_html, on_paper or (lambda inner: _line(name, _one_line(inner))))

    register.tag(name, compile_part)


def _one_line(inner: str) -> str:
    return " ".join(inner.split())


def _line(part: str, *texts: str) -> str:
    """A part on paper."""
    return json.dumps([part, *texts], ensure_ascii=False) + "\n"


def _as_they_are(inner: str) -> str:
    """The lines of the parts inside."""
    return inner


_register(
    "paragraph",
    lambda inner: f"{_one_line(inner)}\n\n",
    lambda inner, colours: f'<p style="margin:0 0 16px">{inner}</p>\n',
)
_register(  # what nobody may overlook
    "notice",
    lambda inner: f"{_one_line(inner)}\n\n",
    lambda inner, colours: (
        f'<p style="margin:0 0 16px;padding:12px 16px;border:1px solid {colours["accent"]}">{inner}</p>\n'
    ),
)
_register(
    "facts",
    lambda inner: "\n".join(line for line in inner.splitlines() if line.strip()) + "\n\n",
    lambda inner, colours: (
        '<table role="presentation" cellpadding="0" cellspacing="0" width="100%" '
        f'style="margin:0 0 16px;border-collapse:collapse">{inner}</table>\n'
    ),
    _as_they_are,
)
_register(
    "items",
    lambda inner: "\n".join(line for line in inner.splitlines() if line.strip()) + "\n\n",
    lambda inner, colours: f'<ul style="margin:0 0 16px;padding:0 24px">{inner}</ul>\n',
    _as_they_are,
)
_register(
    "item",
    lambda inner: f"- {_one_line(inner)}\n",
    lambda inner, colours: f'<li style="margin:0 0 4px">{inner}</li>\n',
)


@register.simple_tag(takes_context=True)
def row(context: template.Context, label: str, value: Any) -> str:
    """`{% row label value %}` inside `facts`: nothing for an empty value."""
    if value in ("", None):
        return ""
    if context["medium"] != "html":
        words = _one_line(str(value))
        return mark_safe(  # noqa: S308
            _line("row", label, words) if context["medium"] == "paper" else f"{label}: {words}\n"
        )
    colours = context["colours"]
    return format_html(
        '<tr><td style="padding:6px 0;border-bottom:1px solid {};color:{};width:40%">{}</td>'
        '<td style="padding:6px 0;border-bottom:1px solid {};font-weight:bold">{}</td></tr>\n',
        colours["line"],
        colours["ink_soft"],
        label,
        colours["line"],
        value,
    )


@register.simple_tag(takes_context=True)
def action(context: template.Context, label: str, url: str) -> str:
    """`{% action label link %}`: what the reader does next, one a letter; nothing without an address."""
    if not url:
        return ""
    if context["medium"] != "html":
        return mark_safe(  # noqa: S308
            _line("action", label, url) if context["medium"] == "paper" else f"{label}:\n{url}\n\n"
        )
    colours = context["colours"]
    return format_html(
        '<p style="margin:24px 0"><a href="{}" style="display:inline-block;padding:12px 20px;background:{};'
        'color:{};text-decoration:none;font-weight:bold;border-radius:4px">{}</a></p>\n',
        url,
        colours["accent"],
        colours["accent_ink"],
        label,
    )


@register.tag
def quote(parser: Parser, token: Token) -> "Quote":
    """`{% quote letter.text %}`: the commission's own words, line by line; nothing for an empty text."""
    return Quote(parser.compile_filter(token.split_contents()[1]))


class Quote(Node):
    def __init__(self, text: FilterExpression) -> None:
        self.text = text

    def render(self, context: template.Context) -> SafeString:
        text = str(self.text.resolve(context) or "").strip()
        if not text:
            return SafeString("")
        if context["medium"] == "paper":
            return mark_safe(_line("quote", *text.splitlines()))  # noqa: S308
        if context["medium"] == "text":
            return mark_safe("\n".join(f"    {line}" for line in text.splitlines()) + "\n\n")  # noqa: S308
        lines = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.splitlines()))
        colours = context["colours"]
        return format_html(
            '<p style="margin:0 0 16px;padding:12px 16px;background:{}">{}</p>\n', colours["wash"], lines
        )
