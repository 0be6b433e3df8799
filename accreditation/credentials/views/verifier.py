"""The verifier at /v: static files with a content policy of their own."""

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from accreditation.credentials.verifier_files import HEADERS, INDEX, POLICY, verifier_files


@require_safe
@csp(POLICY)
def verifier_file(request: HttpRequest, name: str = INDEX) -> HttpResponse:
    """One file of the verifier's folder, compressed where that is understood; 404 for whatever is not in it."""
    file = verifier_files().get(name)
    if file is None:
        return HttpResponse("no such file", status=404, content_type="text/plain")
    answer = get_conditional_response(request, file.etag)
    if answer is None:
        packed = "gzip" in request.headers.get("Accept-Encoding", "") and len(file.compressed) < len(
            file.content
        )
        answer = HttpResponse(
            file.compressed if packed else file.content,
            content_type=file.content_type,
            headers={"Content-Encoding": "gzip"} if packed else None,
        )
    for header, words in {**HEADERS, "ETag": file.etag}.items():
        answer.headers[header] = words
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer
