"""Recording the publication of the results: one page that shows what ends, then does it once."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from accreditation.core import moments
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.dates import DayMonthYearField
from accreditation.core.errors import Refused
from accreditation.core.site import site
from accreditation.missions.models import Election
from accreditation.workflow.results import may_record, reasons_against, record_results, what_would_end

LAST_MINUTE = timedelta(minutes=1)  # the printed minute still counts


class ResultsForm(forms.Form):
    """The day; and where what ends is shown, the typed code of the election."""

    day = DayMonthYearField(label=_l("Day on which the official results were published"))
    typed = forms.CharField(label=_l("To confirm, type the code of the election"), required=False)

    def __init__(self, *args: Any, election: Election, confirming: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.election, self.confirming = election, confirming
        self.fields["typed"].help_text = election.code
        self.fields["typed"].required = confirming
        self.fields["typed"].error_messages["required"] = self._type_the_code()
        if not confirming:
            self.fields["typed"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.confirming and given.get("typed", self.election.code).strip() != self.election.code:
            self.add_error("typed", self._type_the_code())
        day = given.get("day")
        if self.confirming and day and not self.errors and self.data.get("shown") != day.isoformat():
            self.add_error(None, _("You changed the day. Look at what ends now, and confirm again."))
        return given

    def _type_the_code(self) -> str:
        return _("Type %(code)s to confirm.") % {"code": self.election.code}

    @property
    def wished_day(self) -> date | None:
        return getattr(self, "cleaned_data", {}).get("day")


@require_http_methods(["GET", "HEAD", "POST"])
def results_page(request: HttpRequest, pk: int) -> HttpResponse:
    """First the day; then everything that ends with it, to be confirmed by the typed code."""
    election = get_object_or_404(Election, pk=pk)
    actor, now = actor_of(request), moment_of(request)
    if not may_record(actor):
        raise PermissionDenied
    confirming = request.POST.get("step") == "confirm"
    posted = request.POST if request.method == "POST" else None
    form = ResultsForm(posted, election=election, confirming=confirming)
    ending, shown, status = None, "", 200
    if posted is not None:
        status = 200 if form.is_valid() else 422
        day = form.wished_day
        against = reasons_against(election, day, now) if day else []
        if against:
            form.add_error("day", [str(reason) for reason in against])
            status = 422
        elif day and confirming and not form.errors:
            return _do_it(request, election, day)
        elif day:
            ending, shown = what_would_end(election, day, now), day.isoformat()
            if not confirming:
                form = ResultsForm(initial={"day": day}, election=election, confirming=True)
    context = {
        "election": election,
        "form": form,
        "ending": ending,
        "ends": moments.in_words(ending.ends_at - LAST_MINUTE, election.time_zone) if ending else "",
        "shown": shown,
        "title": _("Publication of the results"),
    }
    return TemplateResponse(
        request, "admin/workflow/results.html", {**site.each_context(request), **context}, status=status
    )


def _do_it(request: HttpRequest, election: Election, day: date) -> HttpResponse:
    back = HttpResponseRedirect(reverse("admin:missions_election_change", args=[election.pk]))
    try:
        record_results(election, day, actor=actor_of(request), now=moment_of(request))
    except Refused as refused:  # somebody was quicker
        messages.error(request, str(refused))
        return back
    words = _("The results were published on %(day)s; every term ends with that day.")
    messages.success(request, words % {"day": moments.day_in_words(day)})
    return back


def urls() -> list[URLPattern]:
    return [path("elections/<int:pk>/results/", site.admin_view(results_page), name="workflow_results")]
