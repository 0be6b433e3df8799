"""Who gets to an applicant's page: anybody signed in, and each to the own application only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accreditation.core.actors import moment_of
from accreditation.missions.models import Election
from accreditation.workflow.applying import Applying, applying_of

Page = Callable[..., HttpResponse]


def election_named(code: str) -> Election:
    """A published election by its code; nothing else is known outside the commission."""
    election = Election.objects.filter(code=code, published_at__isnull=False).first()
    if election is None:
        raise Http404
    return election


def own_application(page: Page) -> Page:
    """Give a page `applying`, what stands of the signed-in account's own application at the election named."""

    @wraps(page)
    def with_own(request: HttpRequest, code: str, **more: Any) -> HttpResponse:
        applying = applying_of(request.user, election_named(code), moment_of(request))
        return page(request, applying, **more)

    return never_cache(login_required(with_own))


def to_application(applying: Applying) -> HttpResponseRedirect:
    """Back to the one address of the application, after a POST by GET."""
    return see_other("apply", applying.election.code)


def see_other(name: str, *args: str) -> HttpResponseRedirect:
    """303: whatever the method was, look there by GET."""
    answer = HttpResponseRedirect(reverse(name, args=args))
    answer.status_code = 303
    return answer
