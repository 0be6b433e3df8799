"""A refused form has an address of its own, so that Back and Reload show it again instead of asking to resubmit.

A browser cannot go back to the answer of a POST: it warns, and whoever says yes sends the form twice. So the page
that refuses a form is kept and shown under its own address (POST, redirect, GET), with all that was typed. Once the
form has been taken, that address leads back to where the form stands, with what is saved now.
"""

import re
import secrets
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from accreditation.core.encryption import DecryptionError, decrypt_bytes, encrypt_bytes

PARAMETER = "shown"
TOKEN = re.compile(r"[\w-]{12}", re.ASCII)
KEPT_SECONDS = 3600
MOST_KEPT = 1_000_000
"""Bytes at rest; a larger page is shown at once."""

REFUSED = 422


class ShownAgain:
    """Stands innermost: what it shows again passes the same doors as when it was first shown.

    Only for browsers that say that they navigate (Sec-Fetch-Mode; all since 2023): older ones, scripts and the API
    get the refusal at once, as without this. A page is kept for an hour, encrypted, for its own session and account
    alone: whoever signs out, or is shut out, finds nothing to go back to. Where it is gone, the way leads to the form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _taken_off(request)
        if token and request.method in ("GET", "HEAD"):
            return _again(request, token)
        answer = self.get_response(request)
        if request.method != "POST":
            return answer
        if _is_to_be_kept(request, answer):
            return _kept(request, answer, token or secrets.token_urlsafe(9))
        # A busy database or a conflict has taken nothing: what was typed stays.
        if token and (answer.status_code < 400 or answer.status_code == REFUSED):
            _empty(request, token)
        return answer


def _taken_off(request: HttpRequest) -> str:
    """The token in the address; no view and no link on the page sees it."""
    token = request.GET.get(PARAMETER, "")
    if token:
        token = token if TOKEN.fullmatch(token) else "nobodys"
        rest = request.GET.copy()
        del rest[PARAMETER]
        request.META["QUERY_STRING"] = rest.urlencode()
        request.GET = QueryDict(request.META["QUERY_STRING"])  # type: ignore[assignment]
    return token


def _is_to_be_kept(request: HttpRequest, answer: HttpResponse) -> bool:
    return (
        answer.status_code == REFUSED
        and not answer.streaming
        and answer.headers.get("Content-Type", "").startswith("text/html")
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and bool(request.session.session_key)
    )


def _kept(request: HttpRequest, answer: HttpResponse, token: str) -> HttpResponse:
    page = zlib.compress(answer.content)
    if len(page) > MOST_KEPT:
        return answer
    _keep(request, token, page)
    address = request.get_full_path()
    redirect = HttpResponseRedirect(f"{address}{'&' if '?' in address else '?'}{PARAMETER}={token}")
    redirect.status_code = 303
    redirect.cookies = answer.cookies
    return redirect


def _again(request: HttpRequest, token: str) -> HttpResponse:
    kept: dict[str, Any] = cache.get(_key(request, token)) or {}
    try:
        page = zlib.decompress(decrypt_bytes(_key(request, token), kept["page"])) if kept else b""
    except DecryptionError:
        page = b""
    if not page:
        return HttpResponseRedirect(kept.get("form") or request.get_full_path())
    return HttpResponse(page, status=REFUSED, headers={"Cache-Control": "private, no-store"})


def _empty(request: HttpRequest, token: str) -> None:
    """Once its form was taken, nothing but where it stands. What nobody kept makes no row."""
    if cache.get(_key(request, token)):
        _keep(request, token, zlib.compress(b""))


def _keep(request: HttpRequest, token: str, page: bytes) -> None:
    """Keep the compressed page, and where the form stands."""
    key = _key(request, token)
    known = cache.get(key) or {}
    kept = {
        "page": encrypt_bytes(key, page),
        "form": known.get("form") or _where_the_form_stands(request),
    }
    cache.set(key, kept, KEPT_SECONDS)


def _where_the_form_stands(request: HttpRequest) -> str:
    """The page from which the form was sent: some addresses answer to POST alone."""
    sender = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(sender, {request.get_host()}):
        return request.get_full_path()
    parts = urlsplit(sender)
    query = QueryDict(parts.query, mutable=True)
    query.pop(PARAMETER, None)
    path = escape_leading_slashes(parts.path)
    return f"{path}?{query.urlencode()}" if query else path


def _key(request: HttpRequest, token: str) -> str:
    return f"shown:{request.session.session_key}:{request.user.pk}:{token}"
