"""Pages that say that something did not happen, in the look and language of all others."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accreditation.core.errors import MoveError


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a form that came without our token; `reason` is for the log, not for people."""
    return render(request, "403_csrf.html", status=403)


def move_refused(request: HttpRequest, error: MoveError, *, url: str = "") -> HttpResponse:
    """Show why a move was not made: 403, 409 or 422, with a way back to `url`, the thing as it is now."""
    words = [str(reason) for reason in error.reasons]
    context = {
        "exception": words[0] if words else "",
        "message": " ".join(words),
        "reasons": words,
        "url": url,
    }
    return render(request, f"{error.status}.html", context, status=error.status)
