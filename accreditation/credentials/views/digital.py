"""The digital badge by its link: for whoever has it, without signing in, for as long as it holds.

The page names nobody: initials tell the bearer that it is the right one, and a stranger nothing.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accreditation.core.errors import Refused
from accreditation.credentials.badges import Badge
from accreditation.credentials.digital import LinkExpired, NoSuchLink, badge_by, give_out, is_given_out


@require_safe
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page that the letter leads to: whose badge, and a button that takes it."""
    badge = _badge(token)
    if badge is None or not is_given_out(badge):
        return _gone(request, badge)
    stated = badge.accreditation.membership
    named = f"{stated.given_names} {stated.family_name}".split()
    initials = " ".join(f"{part[0]}." for part in named)
    context = {"election": badge.accreditation.election, "initials": initials, "token": token}
    return _unkept(render(request, "badge/link.html", context))


@require_safe
def file_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The badge as a PDF; that it was given out is recorded."""
    badge = _badge(token)
    if badge is None or not is_given_out(badge):
        return _gone(request, badge)
    try:
        return give_out(request, badge)
    except Refused as refused:
        return _unkept(render(request, "badge/gone.html", {"why": refused.reasons[0].words}, status=503))


def _badge(token: str) -> Badge | None:
    """None where the link has expired; 404 where it never was one."""
    try:
        return badge_by(token)
    except LinkExpired:
        return None
    except NoSuchLink:
        raise Http404 from None


def _gone(request: HttpRequest, badge: Badge | None) -> HttpResponse:
    context = {"expired": badge is None, "election": badge.accreditation.election if badge else None}
    return _unkept(render(request, "badge/gone.html", context, status=410))


def _unkept(answer: HttpResponse) -> HttpResponse:
    """No cache keeps the page, and no search engine."""
    patch_cache_control(answer, private=True, no_store=True)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
