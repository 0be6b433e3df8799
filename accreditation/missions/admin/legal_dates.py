"""Publishing an election, and setting one of its dates by hand: each on a page that says what will follow."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.accounts.roles import roles_of
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.dates import DayMonthYearField
from accreditation.core.errors import Refused
from accreditation.core.site import site
from accreditation.core.transactions import all_or_nothing
from accreditation.missions.legal_dates import (
    LABELS,
    LATEST_DECISION,
    OPENS,
    SETTABLE,
    category_deadline_name,
)
from accreditation.missions.models import Election
from accreditation.missions.publishing import (
    DATE_SETTERS,
    PUBLISHERS,
    moment_of_date,
    override_date,
    publish,
    reasons_against_publishing,
)
from accreditation.workflow.postponement import rebind_decisions


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A page of ours in the admin's frame."""
    status = context.pop("status", 200)
    return TemplateResponse(
        request, template, {**site.each_context(request), "title": title, **context}, status=status
    )


def back_to(election: Election) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:missions_election_change", args=[election.pk]))


def publish_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what will stand from now on, and what is still missing. POST: publish."""
    election = get_object_or_404(Election, pk=pk)
    if roles_of(request.user).isdisjoint(PUBLISHERS):
        raise PermissionDenied
    against = reasons_against_publishing(election, moment_of(request))
    if request.method == "POST":
        try:
            publish(election, actor=actor_of(request), now=moment_of(request))
        except Refused as refused:
            against = refused.reasons
        else:
            messages.success(request, _("The election is published; its rules are frozen."))
            return back_to(election)
    return page(
        request,
        "admin/missions/election/publish.html",
        _("Publish: %(election)s") % {"election": election},
        election=election,
        dates=election.calendar.dates(election.categories.all()),
        against=against,
        status=422 if request.method == "POST" else 200,
    )


class DateForm(forms.Form):
    """A date of the calendar, and the minute that is printed for it, in the election's zone."""

    name = forms.ChoiceField(label=_l("Date"))
    day = DayMonthYearField(label=_l("New day"), error_messages={"required": _l("Enter the new day")})
    hour = forms.TimeField(
        label=_l("Hour"),
        input_formats=["%H:%M"],
        widget=forms.TextInput(
            attrs={"class": "year-input", "maxlength": 5}
        ),  # a keypad of digits has no colon
        error_messages={
            "required": _l("Enter the hour, such as 18:00"),
            "invalid": _l("Write the hour as on a clock of 24 hours, such as 18:00"),
        },
    )
    reason = forms.CharField(
        label=_l("Reason"),
        help_text=_l("Stands with the date in the calendar, and in the audit."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=2000,
        error_messages={"required": _l("Say why the date is set by hand")},
    )

    def __init__(self, *args: Any, election: Election, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.election = election
        own = [
            (category_deadline_name(one), f"{LABELS['application_deadline']}: {one}")
            for one in election.categories.all()
        ]
        self.fields["name"].choices = [*((name, LABELS[name]) for name in SETTABLE), *own]
        zone = _("Of the clocks in %(zone)s, such as 18:00. The printed minute still counts.")
        self.fields["hour"].help_text = zone % {"zone": election.time_zone}

    def closes_at(self) -> datetime:
        """The first moment too late; of the opening the first that counts."""
        calendar, given = self.election.calendar, self.cleaned_data
        if given["name"] == OPENS:
            return calendar.at(given["day"], given["hour"])
        return calendar.after_minute(given["day"], given["hour"])


def set_date_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a legal date by hand, with its reason; files that hang on it move in the same transaction."""
    election = get_object_or_404(Election, pk=pk)
    if roles_of(request.user).isdisjoint(DATE_SETTERS):
        raise PermissionDenied
    form = DateForm(request.POST if request.method == "POST" else None, election=election)
    if request.method == "POST" and form.is_valid():
        try:
            moved = _set_date(election, form, request)
        except Refused as refused:
            form.add_error(None, [str(reason) for reason in refused.reasons])
        else:
            said = _("The date is set. Decision dates moved: %(count)d.") % {"count": moved}
            messages.success(request, said)
            return back_to(election)
    return page(
        request,
        "admin/missions/election/set_date.html",
        _("Set a date by hand: %(election)s") % {"election": election},
        election=election,
        dates=election.calendar.dates(election.categories.all()),
        form=form,
        status=422 if request.method == "POST" else 200,
    )


@all_or_nothing
def _set_date(election: Election, form: DateForm, request: HttpRequest) -> int:
    before, given = moment_of_date(election, LATEST_DECISION), form.cleaned_data
    override_date(
        election,
        given["name"],
        form.closes_at(),
        given["reason"],
        actor=actor_of(request),
        now=moment_of(request),
    )
    if given["name"] != LATEST_DECISION:
        return 0
    return rebind_decisions(election, before)
