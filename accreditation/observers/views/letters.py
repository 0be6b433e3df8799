"""The commission's decisions as the applicant's own papers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accreditation.core.errors import MoveError
from accreditation.core.refusals import move_refused
from accreditation.observers.views.access import own_application, to_application
from accreditation.workflow.applying import Applying
from accreditation.workflow.paper import decisions_to, give_out_letter


@require_safe
@own_application
def decision(request: HttpRequest, applying: Applying, pk: int) -> HttpResponse:
    """The letter of a decision on the own application, as a PDF; it is there once it has left."""
    letter = get_object_or_404(decisions_to(applying), pk=pk)
    try:
        return give_out_letter(request, letter, applying.now)
    except MoveError as error:
        return move_refused(request, error, url=to_application(applying)["Location"])
