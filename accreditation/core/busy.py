"""When the database has no time, or is not there: said as 503, in the look and language of all pages, and in JSON.

Two answers. *Busy*: PostgreSQL has undone what was wished, or never heard of it, so nothing was changed. *Lost*: it
went away meanwhile, and whether the last word reached it nobody knows; to send a move again is safe, since the write
door answers a repeated wish with success. Either page offers what was typed, to be sent once more.
"""

import sys
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.defaults import server_error
from psycopg.errors import Error as PostgresError
from psycopg_pool import PoolTimeout

from accreditation.core.errors import Busy, Reason
from accreditation.core.transactions import IN_THE_WAY, TOO_LONG

SECONDS_WHEN_BUSY, SECONDS_WHEN_LOST = 5, 30
"""Retry-After: a collision is over soon, a database that starts again takes longer."""

GONE = (
    "08",
    "57P",
    "25P03",
)  # a broken connection; a server that ends or begins; one that was idle in a transaction

MOST_SENT_AGAIN = 200_000
"""Characters; a page that carries more is not made. Passwords and one-time codes are never given back."""


def reason_of(error: BaseException | None) -> Reason | None:
    """Why the database could not be asked, as 'busy' or 'lost'; None for any other error, which is a fault of ours."""
    if isinstance(error, Busy):
        return error.reasons[0]
    if not isinstance(error, AnyDatabaseError):
        return None
    cause = error.__cause__
    state = cause.sqlstate if isinstance(cause, PostgresError) else None
    if isinstance(cause, PoolTimeout) or state in IN_THE_WAY | TOO_LONG:
        return Busy().reasons[0]
    unreached = state is None and isinstance(error, OperationalError | InterfaceError)
    if unreached or (state or "").startswith(GONE):
        words = _("Our records could not be reached. What you sent may not have been carried out.")
        return Reason("database_lost", words)
    return None


def answer_failure(request: HttpRequest) -> HttpResponse:
    """Django's handler of what no view has caught: 503 where the database is busy or lost, else the page of 500."""
    reason = reason_of(sys.exc_info()[1])
    return server_error(request) if reason is None else unavailable(request, reason)


def unavailable(request: HttpRequest, reason: Reason) -> HttpResponse:
    """503 with Retry-After: JSON below /api/, elsewhere a page that asks the database nothing."""
    answer: HttpResponse
    if request.path_info.startswith("/api/"):
        answer = JsonResponse({"reasons": [reason.as_json()]}, status=503)
    else:
        context = {"reason": reason, "request_path": request.get_full_path(), **_again(request)}
        answer = HttpResponse(loader.get_template("503.html").render(context), status=503)
    answer["Retry-After"] = str(SECONDS_WHEN_BUSY if reason.code == "busy" else SECONDS_WHEN_LOST)
    add_never_cache_headers(answer)
    return answer


def _again(request: HttpRequest) -> dict[str, Any]:
    """What the page needs to repeat the request: `method`, and the fields of a form exactly as they came.

    The token of the form is among them and no other: what a stranger's page has sent is not made valid by this one.
    `fields` is None where they cannot be given back: files, passwords, too much.
    """
    if request.method in ("GET", "HEAD"):
        return {"method": "get"}
    try:
        fields = None if request.FILES or _is_secret(request) else list(_fields(request))
    except (UnreadablePostError, MultiPartParserError, SuspiciousOperation, BadRequest):
        fields = None
    if fields is not None and sum(len(name) + len(value) for name, value in fields) > MOST_SENT_AGAIN:
        fields = None
    return {"method": "post", "fields": fields}


def _fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        for value in values:
            yield name, str(value)


def _is_secret(request: HttpRequest) -> bool:
    """Whether a view has marked what was sent as not to be shown, as those of signing in do, or takes a code."""
    page = (request.resolver_match.url_name if request.resolver_match else None) or ""
    takes_a_code = page.startswith("mfa_") or page == "account_confirm_login_code"
    marked = takes_a_code or hasattr(request, "sensitive_post_parameters")
    return marked or any("password" in name for name in request.POST)
