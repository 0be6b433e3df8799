"""What verifiers fetch: the signed list, and the keys that it is signed with. Made for caches, equal for all."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import SignedList, newest
from accreditation.credentials.signed_list import base64url

SHARED = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}


@require_safe
@gzip_page
def signed_list(request: HttpRequest) -> HttpResponse:
    """The newest list as it was signed. 304 for whoever has it; 404 while there is none."""
    made = newest()
    if made is None:
        return HttpResponse(
            "no list yet", status=404, content_type="text/plain", headers={"Cache-Control": "no-store"}
        )
    etag = f'"{made.version}"'
    modified = int(made.made_at.timestamp())
    answer = get_conditional_response(request, etag, modified)
    if answer is None:
        content = SignedList.objects.values_list("content", flat=True).filter(pk=made.pk).first()
        if content is None:  # pruned between two queries: the newer one stands
            return signed_list(request)
        answer = HttpResponse(bytes(content), content_type="application/octet-stream")
    for name, value in {**SHARED, "ETag": etag, "Last-Modified": http_date(modified)}.items():
        answer.headers[name] = value
    return answer


@require_safe
def list_keys(request: HttpRequest) -> HttpResponse:
    """The public keys that lists are signed with. A revoked one is gone: what it signed counts no more."""
    known = SigningKey.objects.known_to_verifiers(SigningKey.Purpose.LIST)
    told = {
        str(key.number): base64url(bytes(key.public)) for key in known.exclude(state=SigningKey.State.REVOKED)
    }
    return JsonResponse({"list_keys": told}, headers=SHARED)
