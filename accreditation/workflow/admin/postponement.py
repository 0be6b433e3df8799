"""Postponing or cancelling an election: one page that shows everything that changes, then does it once."""

from datetime import date
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

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.dates import DayMonthYearField
from accreditation.core.errors import Refused
from accreditation.core.moments import day_in_words
from accreditation.core.site import site
from accreditation.missions.models import Election
from accreditation.workflow.postponement import cancel, may_postpone, postpone, what_would_change

POSTPONE, CANCEL = "postpone", "cancel"


class WishForm(forms.Form):
    """What shall happen, to which day, and why; the code is typed where all that changes is shown."""

    what = forms.ChoiceField(
        label=_l("What happens"),
        choices=[(POSTPONE, _l("The election is postponed")), (CANCEL, _l("The election is cancelled"))],
        widget=forms.RadioSelect,
        initial=POSTPONE,
        error_messages={"required": _l("Say whether it is postponed or cancelled.")},
    )
    new_day = DayMonthYearField(
        label=_l("New election day"), help_text=_l("Only where it is postponed."), required=False
    )
    reason = forms.CharField(
        label=_l("Reason"),
        help_text=_l("Stands in the letters to heads of mission and applicants, and in the audit."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=2000,
        error_messages={"required": _l("Give a reason.")},
    )
    typed = forms.CharField(label=_l("To confirm, type the code of the election"), required=False)

    def __init__(self, *args: Any, election: Election, confirming: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.election, self.confirming = election, confirming
        self.fields["typed"].help_text = election.code
        self.fields["new_day"].required = True
        self.fields["typed"].required = confirming
        self.fields["typed"].error_messages["required"] = self._type_the_code()
        if not confirming:
            self.fields["typed"].widget = forms.HiddenInput()

    def full_clean(self) -> None:
        """The day is not optional, yet only a postponement needs it: `clean` asks."""
        self.fields["new_day"].required = False
        super().full_clean()
        self.fields["new_day"].required = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("what") == POSTPONE and "new_day" in given and given["new_day"] is None:
            self.add_error("new_day", _("Enter the new day"))
        if self.confirming and given.get("typed", self.election.code).strip() != self.election.code:
            self.add_error("typed", self._type_the_code())
        if self.confirming and not self.errors and self.data.get("shown") != self.shown:
            self.add_error(None, _("You changed your wish. Look at what changes now, and confirm again."))
        return given

    def _type_the_code(self) -> str:
        return _("Type %(code)s to confirm.") % {"code": self.election.code}

    @property
    def shown(self) -> str:
        """What the page shows the consequences of: only that can be confirmed."""
        day = self.wished_day
        return f"{self.cleaned_data['what']} {day.isoformat() if day else ''}"

    @property
    def wished_day(self) -> date | None:
        """The new day; None where the election is cancelled."""
        given = self.cleaned_data
        return given["new_day"] if given["what"] == POSTPONE else None


def postponement_page(request: HttpRequest, pk: int) -> HttpResponse:
    """First what shall happen; then everything that it changes, to be confirmed by the typed code."""
    election = get_object_or_404(Election, pk=pk)
    actor, now = actor_of(request), moment_of(request)
    if not may_postpone(actor):
        raise PermissionDenied
    confirming = request.POST.get("step") == "confirm"
    form = WishForm(request.POST or None, election=election, confirming=confirming)
    consequences, shown, wished_day, status = None, "", None, 200
    if request.method == "POST":
        status = 200 if form.is_valid() else 422
        if not form.errors and confirming:
            try:
                return _do_it(request, election, form)
            except Refused as refused:
                form.add_error(None, [str(reason) for reason in refused.reasons])
                status = 422
        if _knows_what(form):
            wished_day, shown = form.wished_day, form.shown
            consequences = what_would_change(election, wished_day, now)
            if not confirming:
                form = WishForm(initial=form.cleaned_data, election=election, confirming=True)
    context = {"election": election, "form": form, "found": consequences, "shown": shown}
    wished = day_in_words(wished_day) if wished_day else ""
    context |= {"wished_day": wished, "title": _("Postpone or cancel")}
    return TemplateResponse(
        request, "admin/workflow/postpone.html", {**site.each_context(request), **context}, status=status
    )


def _knows_what(form: WishForm) -> bool:
    given = getattr(form, "cleaned_data", {})
    return given.get("what") == CANCEL or (given.get("what") == POSTPONE and bool(given.get("new_day")))


def _do_it(request: HttpRequest, election: Election, form: WishForm) -> HttpResponse:
    actor, now, reason = actor_of(request), moment_of(request), form.cleaned_data["reason"]
    if form.wished_day is None:
        cancel(election, reason=reason, actor=actor, now=now)
        messages.success(request, _("The election is cancelled; everybody concerned gets a letter."))
    else:
        postpone(election, form.wished_day, reason=reason, actor=actor, now=now)
        day = day_in_words(form.wished_day)
        said = _("The election is postponed to %(day)s; everybody concerned gets a letter.") % {"day": day}
        messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:missions_election_change", args=[election.pk]))


def urls() -> list[URLPattern]:
    return [
        path("elections/<int:pk>/postpone/", site.admin_view(postponement_page), name="workflow_postpone")
    ]
