"""The parts that pages are made of; `{% load look %}`."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BaseFormSet, BoundField
from django.http import QueryDict
from django.urls import translate_url
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_from_path
from django.utils.translation import gettext as _

from accreditation.core import moments
from accreditation.core.languages import Language, direction_of, languages

register = template.Library()

TONES = ("calm", "good", "wait", "bad")


@register.filter
def in_zone(moment: datetime | None, zone: Any) -> str:
    """`{{ closes_at|in_zone:election }}`: a moment in words, always with its zone; empty for none.

    `zone` is an IANA name or anything with a `time_zone`. The machine-readable time stands beside the words.
    """
    if moment is None:
        return ""
    name = zone if isinstance(zone, str) else str(zone.time_zone)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), moments.in_words(moment, name))


@register.filter
def in_words(day: date | None) -> str:
    """`{{ birth|in_words }}`: a date without a time, '10 December 2026'; a moment needs `in_zone`."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        raise TypeError("A moment is shown by in_zone, with its zone")
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), moments.day_in_words(day))


@register.filter
def day_and_month(day: date | None) -> str:
    """`{{ arrives_on|day_and_month }}`: '17 Dec', where the year is plain."""
    if day is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), moments.day_and_month(day))


@register.filter
def time_left(moment: datetime | None, now: datetime | None = None) -> str:
    """`{{ due_at|time_left }}` or `{{ due_at|time_left:now }}`: '2 days 3 hours left', '5 hours late'."""
    return "" if moment is None else moments.time_left(moment, now or timezone.now())


@register.simple_tag
def state_badge(sign: str, word: str, tone: str = "calm") -> SafeString:
    """`{% state_badge "✓" word "good" %}`: a state is a sign, a word and a colour, the same everywhere."""
    if tone not in TONES:
        raise ValueError(f"'{tone}' is no tone; there are {', '.join(TONES)}")
    return format_html(
        '<span class="state {}"><span class="sign" aria-hidden="true">{}</span> {}</span>', tone, sign, word
    )


@register.inclusion_tag("parts/figures.html")
def figures(numbers: Iterable[Any]) -> dict[str, Any]:
    """`{% figures numbers %}`: numbers first. Each is (number, words) or (number, words, url)."""
    return {"figures": [(*figure, "")[:3] for figure in numbers]}


@register.inclusion_tag("parts/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet | None) -> dict[str, Any]:
    """`{% error_summary form %}`: every error of one or more forms, each a link to its field."""
    found: list[tuple[str, str, str]] = []
    for form in forms:
        for single in form if isinstance(form, BaseFormSet) else [form] if form else []:
            found += [("", "", str(error)) for error in single.non_field_errors()]
            for name in filter(single.errors.__contains__, single.fields):  # as they stand on the page
                field = single[name]
                found += [(first_id(field), str(field.label), str(error)) for error in field.errors]
        if isinstance(form, BaseFormSet):
            found += [("", "", str(error)) for error in form.non_form_errors()]
    often = Counter(error for _id, _label, error in found)
    # 'This field is required' three times over helps nobody: then the field is named.
    items = [
        (name, f"{label} – {error}" if label and often[error] > 1 else error) for name, label, error in found
    ]
    return {"items": items}


@register.filter
def first_id(field: BoundField) -> str:
    """Name the element that takes the focus when somebody follows an error to its field."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """`<a href="{% query page=2 state=None %}">`: this page's query string with changes; None takes away."""
    request = context.get("request")
    parameters = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        parameters.pop(name, None)
        if value is not None and value != "":
            parameters[name] = value
    return "?" + parameters.urlencode()


@register.inclusion_tag("parts/pages.html", takes_context=True)
def pages(context: template.Context, *, previous: str | None, following: str | None) -> dict[str, Any]:
    """`{% pages previous=page.previous following=page.following %}`: keyset links, which keep the filters.

    Each is the key of the first row beyond this page, or empty. They travel as `before` and `after`.
    """
    return {
        "previous": query(context, before=previous, after=None) if previous else "",
        "following": query(context, after=following, before=None) if following else "",
    }


@register.inclusion_tag("parts/languages.html", takes_context=True)
def language_switcher(context: template.Context) -> dict[str, Any]:
    """The same page in the other languages, by native name.

    An error page stands at an address that no language knows: then the switcher leads to the front page.
    """
    request = context.get("request")
    offered = languages()
    rest = ""
    if request is not None and request.resolver_match is not None:
        spoken = get_language_from_path(request.path_info)
        rest = request.get_full_path().removeprefix(f"/{spoken}/") if spoken else ""
    return {
        "links": [(language, f"/{language.code}/{rest}") for language in offered],
        "current": next((language for language in offered if language.current), offered[0]),
    }


@register.simple_tag(takes_context=True)
def alternates(context: template.Context) -> SafeString:
    """`<link rel=alternate hreflang>` for a public page."""
    request = context.get("request")
    if request is None or request.resolver_match is None:
        return SafeString("")
    links = [
        format_html('<link rel="alternate" hreflang="{}" href="{}">', code, request.build_absolute_uri(url))
        for code, _name in settings.LANGUAGES
        if (url := translate_url(request.path, code)).startswith(f"/{code}/")
    ]
    return SafeString("\n".join(links))


@register.simple_tag
def text_direction(code: str) -> str:
    """`<html dir="{% text_direction LANGUAGE_CODE %}">`; Django's own table is wrong for Azerbaijani."""
    return direction_of(code)


@register.simple_tag
def help_contact() -> str:
    """The address that every page gives for help."""
    return settings.HELP_CONTACT


@register.simple_tag
def error_prefix(*forms: BaseForm | BaseFormSet | None) -> str:
    """'Error: ' for the title of a page whose form was refused (it is heard first), else nothing."""
    wrong = any(form is not None and form.is_bound and not form.is_valid() for form in forms if form)
    return _("Error: ") if wrong else ""


@register.simple_tag
def account_languages() -> list[Language]:
    """The languages by native name, for pages whose address carries none."""
    return languages()
