"""The mailbox of the demonstration: every mail that leaves, for anybody to read. Exists nowhere else."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accreditation.demo.models import CaughtMail
from accreditation.missions.models import Election

A_PAGE = 50
POLICY_OF_A_MAIL = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def only_in_the_demonstration(view: Any) -> Any:
    """Everybody's mail stands here: wherever the pages were bound by mistake they are still not found."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMONSTRATION:
            raise Http404
        return view(request, *args, **kwargs)

    answer.open_to_all = True  # staff who have not signed in fully read it as well
    return require_safe(never_cache(answer))


def _zone() -> str:
    """Times are the commission's."""
    election = Election.objects.current()
    return election.time_zone if election else "UTC"


@only_in_the_demonstration
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mails, the newest first; `?to=` keeps those to addresses that contain it."""
    to = request.GET.get("to", "").strip().lower()
    mails = CaughtMail.objects.defer("html")
    if to:
        mails = mails.filter(recipients__icontains=to)
    page = Paginator(mails, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mailbox.html", {"page": page, "to": to, "zone": _zone()})


@only_in_the_demonstration
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as text, with the way to its HTML."""
    found = get_object_or_404(CaughtMail, pk=pk)
    return render(request, "demo/mail.html", {"mail": found, "zone": _zone()})


@only_in_the_demonstration
def mail_as_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's HTML as a page of its own, with the styles that mails carry and without anything active."""
    found = get_object_or_404(CaughtMail, pk=pk)
    if not found.html:
        raise Http404
    return HttpResponse(found.html, headers={"Content-Security-Policy": POLICY_OF_A_MAIL})
