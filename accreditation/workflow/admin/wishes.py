"""What a corrected list wishes to change in a file: a clerk takes it over or says why not."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import MoveError, NotAllowed, Refused
from accreditation.core.refusals import move_refused
from accreditation.workflow.admin.pages import is_clerk, url_of
from accreditation.workflow.admin.review import page_of, reviewed
from accreditation.workflow.amendments import decline, take_over
from accreditation.workflow.models import Amendment


@require_POST
def wish(request: HttpRequest, pk: int, public_id: Any) -> HttpResponse:
    """Take a wish over (`take`), or decline it with a reason."""
    application = get_object_or_404(reviewed(request.user), pk=pk)
    amendment = get_object_or_404(Amendment, application=application, public_id=public_id)
    who: dict[str, Any] = {"actor": actor_of(request), "now": moment_of(request)}
    back = url_of(application, request.GET.urlencode())
    try:
        if not is_clerk(request.user):
            raise NotAllowed()
        if request.POST.get("verdict") == "take":
            take_over(amendment, **who)
            messages.success(request, _("The change was taken over; compare it with the documents."))
        else:
            decline(amendment, reason=request.POST.get("reason", ""), **who)
            messages.success(request, _("The change was declined."))
    except Refused as error:
        return page_of(request, application, reasons=error.reasons, status=422)
    except MoveError as error:
        return move_refused(request, error, url=back)
    return HttpResponseRedirect(back)
