"""The bar over every page of the commission's side; `{% load admin_bar %}`."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accreditation.core.site import site

register = template.Library()


@register.inclusion_tag("admin/bar.html", takes_context=True)
def admin_bar(context: template.Context) -> dict[str, Any]:
    """`{% admin_bar %}`: the pages that this account may open, the one where it is marked, and the search."""
    request = context["request"]
    links = [(link, reverse(link.address)) for link in site.bar_for(request.user)]
    within = [url for _link, url in links if request.path.startswith(url)]
    here = max(within, key=len, default="")
    search = site.search if site.search is not None and site.search.opens(request.user) else None
    return {
        "links": [(link.words, url) for link, url in links if not link.rare],
        "rare": [(link.words, url) for link, url in links if link.rare],
        "here": here,
        "here_is_rare": any(link.rare and url == here for link, url in links),
        "path": request.path,
        "search": reverse(search.address) if search else "",
    }


@register.filter
def labelled(cells: Iterable[str], headers: Iterable[dict[str, Any]]) -> list[SafeString]:
    """Give the cells of a row of Django's table with `data-label`, the words of their columns."""
    named = []
    for cell, header in zip(cells, headers, strict=False):
        label = "" if "action-checkbox" in str(header.get("class_attrib", "")) else capfirst(header["text"])
        # A cell begins with '<td' or '<th' and is safe, as Django made it.
        named.append(SafeString(cell[:3] + format_html(' data-label="{}"', label) + cell[3:]))
    return named
