"""What an account carries through every request, how much it proved and its language; and where nobody asks for one."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import resolve
from django.utils import translation
from django.utils.translation import get_language_from_path, gettext

from accreditation.accounts.models import User
from accreditation.core.proof import staff_proof_is_complete, url_of_missing_proof

Answer = Callable[[HttpRequest], HttpResponse]

ACCOUNT_PAGES = ("account_", "mfa_", "usersessions_", "totp_")


class OpenAddresses:
    """Answer whoever asks below OPEN_ADDRESSES alike: no session, cookie or account is looked at, and none is made.

    What is the same for everybody says so in its headers, so that any cache may keep it; and staff who have signed in
    by half check badges like everybody else. Words are in the language that the browser asks for.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.open = re.compile(rf"(?:{'|'.join(map(re.escape, settings.OPEN_ADDRESSES))})(?:/|\Z)")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.open.match(request.path_info):
            return self.get_response(request)
        request.get_host()  # an unknown host is refused here as everywhere
        view, args, kwargs = resolve(request.path_info)
        with translation.override(translation.get_language_from_request(request)):
            answer: HttpResponse = view(request, *args, **kwargs)
        if not answer.has_header("Content-Length"):
            answer.headers["Content-Length"] = str(len(answer.content))
        return answer


class StaffProof:
    """Keep staff whose session proved too little out of every page but those where they can prove more.

    The admin site asks by itself; this closes the rest: API, files, and any page that reads roles.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if name.startswith("mfa_") and request.user.is_authenticated and not request.user.is_staff:
            # A second factor is for staff; applicants have no password with which they could undo one.
            raise Http404
        if name.startswith(ACCOUNT_PAGES) or getattr(view, "open_to_all", False):
            return None
        if not (request.user.is_authenticated and request.user.is_staff) or staff_proof_is_complete(request):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"detail": gettext("Staff need a password and a second factor here.")}, status=403
            )
        return HttpResponseRedirect(url_of_missing_proof(request, request.get_full_path()))


class LanguageOfTheAccount:
    """Speak the account's language where the address names none, and remember a language chosen on a page.

    The languages stand as links on every page. Only a link of our own counts as a choice, so that nobody
    else's link changes the language of somebody's letters.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        in_address = get_language_from_path(request.path_info)
        if in_address is None:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        elif in_address != user.language and _came_from_our_page(request):
            User.objects.filter(pk=user.pk).update(language=in_address)
            user.language = in_address
        return self.get_response(request)


def _came_from_our_page(request: HttpRequest) -> bool:
    if request.method != "GET" or request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Referer", "").startswith(f"{request.scheme}://{request.get_host()}/")
