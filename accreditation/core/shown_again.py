"""A refused form has an address of its own, so that Back and Reload show it again instead of asking to resubmit.

A browser cannot go back to the answer of a POST: it warns, and whoever says yes sends the form twice. So the page
that refuses a form is kept and shown under its own address (POST, redirect, GET), with all that was typed. Once the
form has been taken, that address leads back to where the form stands, with what is saved now.
"""

import re
import secrets
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from accreditation.core.encryption import DecryptionError, decrypt_bytes, encrypt_bytes

PARAMETER = "shown"
SLOTS = "0123"
"""Pages kept for a session, at most: whoever has refused forms made by the thousand displaces only their own."""

TOKEN = re.compile(rf"[{SLOTS}][\w-]{{11}}", re.ASCII)
"""Its first letter is the slot."""

KEPT_SECONDS = 3600
MOST_KEPT = 1_000_000
"""Bytes at rest; a larger page is shown at once."""

REFUSED = 422


class ShownAgain:
    """Stands innermost: what it shows again passes the same doors as when it was first shown.

    Only for browsers that say that they navigate (Sec-Fetch-Mode; all since 2023): older ones, scripts and the API
    get the refusal at once, as without this. A page is kept for an hour, encrypted, for its own session and account
    alone: whoever signs out, or is shut out, finds nothing to go back to. Where it is gone, the way leads to the form.
    What could not be kept is shown at once.
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
            return _kept(request, answer, token)
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
    try:
        token = token if _found(request, token) else _new_token(request)
        if not _keep(request, token, page):
            return answer
    except DatabaseError:
        return answer
    address = request.get_full_path()
    redirect = HttpResponseRedirect(f"{address}{'&' if '?' in address else '?'}{PARAMETER}={token}")
    redirect.status_code = 303
    redirect.cookies = answer.cookies
    return redirect


def _again(request: HttpRequest, token: str) -> HttpResponse:
    kept = _found(request, token)
    try:
        page = zlib.decompress(decrypt_bytes(_seal(request, token), kept["page"])) if kept else b""
    except DecryptionError:
        page = b""
    if not page:
        return HttpResponseRedirect(kept.get("form") or request.get_full_path())
    return HttpResponse(page, status=REFUSED, headers={"Cache-Control": "private, no-store"})


def _empty(request: HttpRequest, token: str) -> None:
    """Once its form was taken, nothing but where it stands. What nobody kept makes no row; and what has been carried
    out is answered as such, whatever becomes of the page.
    """
    with suppress(DatabaseError):
        if _found(request, token):
            _keep(request, token, zlib.compress(b""))


def _found(request: HttpRequest, token: str) -> dict[str, Any]:
    """What is kept under a token; empty where its slot is free or another's by now."""
    kept: dict[str, Any] = cache.get(_key(request, token[:1])) or {}
    return kept if kept.get("token") == token else {}


def _new_token(request: HttpRequest) -> str:
    """One of a free slot, or of that which was written longest ago."""
    keys = {slot: _key(request, slot) for slot in SLOTS}
    kept = cache.get_many(keys.values())
    oldest = min(SLOTS, key=lambda slot: kept.get(keys[slot], {}).get("at", 0))
    return oldest + secrets.token_urlsafe(9)[:11]


def _keep(request: HttpRequest, token: str, page: bytes) -> bool:
    """Keep the compressed page, and where the form stands. Whether it is kept: the cache fails without a word."""
    kept = {
        "token": token,
        "at": time.time(),
        "page": encrypt_bytes(_seal(request, token), page),
        "form": _found(request, token).get("form") or _where_the_form_stands(request),
    }
    cache.set(_key(request, token[:1]), kept, KEPT_SECONDS)
    return _found(request, token) == kept


def forget_expired(now: datetime) -> int:
    """Delete what has expired in the cache, refused pages above all: it deletes them itself only when it is full."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_cache WHERE expires < %s", [now])
        return int(cursor.rowcount)


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


def _key(request: HttpRequest, slot: str) -> str:
    return f"shown:{request.session.session_key}:{request.user.pk}:{slot}"


def _seal(request: HttpRequest, token: str) -> str:
    """What the page is sealed to: it opens for its own session, account and address alone."""
    return f"{_key(request, token[:1])}:{token}"
