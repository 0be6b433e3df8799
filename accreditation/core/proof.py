"""What a person has proved in this session, as allauth recorded it.

allauth itself lets staff into the admin with an e-mailed code alone; whatever a member of the staff may
do is therefore bound to these records and not to being signed in.
"""

from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def _methods(request: HttpRequest) -> set[str]:
    # The user must be passed: without it allauth answers an empty list, silently, for everybody.
    # Records exist before the second factor is given, so they count only for who is signed in.
    if not request.user.is_authenticated:
        return set()
    return {record["method"] for record in get_authentication_records(request, request.user)}


def staff_proof_is_complete(request: HttpRequest) -> bool:
    """Tell whether this session proved enough for the commission's side.

    A password always, with STAFF_SECOND_FACTOR also an authenticator app or a passkey. An e-mailed code
    counts for nothing here. Fails closed: a session without records has proved nothing.
    """
    methods = _methods(request)
    return "password" in methods and ("mfa" in methods or not settings.STAFF_SECOND_FACTOR)


def url_of_missing_proof(request: HttpRequest, next_url: str) -> str:
    """Name the page where a member of the staff gives what `staff_proof_is_complete` misses."""
    if not request.user.is_authenticated:
        page = "account_login"
    elif "password" not in _methods(request):
        page = "account_reauthenticate"
    elif not is_mfa_enabled(request.user):
        return reverse("mfa_index")
    else:
        # Enrolling leaves no record of a second factor: not asked once more, people run in a circle.
        page = "mfa_reauthenticate"
    return f"{reverse(page)}?{urlencode({'next': next_url})}"
