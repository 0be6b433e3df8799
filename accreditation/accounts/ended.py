"""A form that is sent after the session ended: nobody signs in without being told that nothing was sent."""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


class SessionEnded:
    """Where a guest's form is answered with the way to sign in: say so, and lead back to the page of the form.

    The address that takes a form need not be a page of its own, so the way back is the page that sent it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.method != "POST" or not isinstance(answer, HttpResponseRedirect):
            return answer
        parts = urlsplit(answer.url)
        query = QueryDict(parts.query, mutable=True)
        # What comes back here after signing in is what was refused; the pages of accounts lead elsewhere.
        if query.get(REDIRECT_FIELD_NAME) != request.get_full_path() or request.user.is_authenticated:
            return answer
        messages.warning(
            request,
            _("You had been signed out, so nothing was sent. Sign in, then fill in the form once more."),
        )
        page = request.headers.get("Referer", "")
        if url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=settings.PRODUCTION):
            query[REDIRECT_FIELD_NAME] = urlunsplit(("", "", *urlsplit(page)[2:4], ""))
            answer.headers["Location"] = urlunsplit((*parts[:3], query.urlencode(safe="/"), ""))
        return answer
