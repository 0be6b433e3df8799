"""Lists that clerks take in for a mission: the same reading, questions and rules as on the head's own pages."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from accreditation.accounts.roles import CLERK, SUPERVISOR, roles_of
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import Busy, MoveError
from accreditation.core.site import BarLink, site
from accreditation.core.templatetags.look import in_zone
from accreditation.core.uploads import UploadRefused
from accreditation.missions.models import Delegation, Mission
from accreditation.missions.workbooks import xlsx_file
from accreditation.observers.lists import ListRefused
from accreditation.observers.models import ListImport
from accreditation.workflow import list_imports, list_runs
from accreditation.workflow.list_files import refused_rows
from accreditation.workflow.list_pages import AnswersForm, ListForm, Reading, reading_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 500
"""A list of at most so many rows is taken in while the page waits; longer ones by a worker."""


def takes_lists(user: Any) -> bool:
    """Lists hold whole statements: they are for those who enter them."""
    return not roles_of(user).isdisjoint({CLERK, SUPERVISOR})


site.bar.append(BarLink(60, gettext_lazy("Lists"), "admin:observers_listimport_changelist", takes_lists))


class ClerksListForm(ListForm):
    """A list, and whose it is: one of all delegations of registered missions."""

    field_order = ("delegation", "file")
    always_asks = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rows = Delegation.objects.filter(
            mission__state=Mission.State.REGISTERED, mission__election__cancelled_at=None
        )
        kwargs["delegations"] = rows.select_related("mission").order_by("mission__name", "pk")
        super().__init__(*args, **kwargs)
        field = self.fields["delegation"]
        field.label, field.label_from_instance = _("Whose list it is"), whose
        field.empty_label, field.initial = _("Choose"), None


def whose(delegation: Delegation) -> str:
    mission = delegation.mission.name
    return mission if mission == delegation.name else f"{mission}: {delegation.name}"


@admin.register(ListImport, site=site)
class ListImportAdmin(admin.ModelAdmin):
    """The lists that were sent, by heads and by clerks. None is edited or deleted here: they are taken in."""

    list_display = ("file_name", "mission", "state", "rows_total", "rows_done", "sent_by", "sent")
    list_filter = ("state", "mission__election")
    list_select_related = ("mission__election", "sent_by")
    ordering = ("-pk",)
    show_full_result_count = False

    @admin.display(description=gettext_lazy("sent at"), ordering="sent_at")
    def sent(self, job: ListImport) -> str:
        return in_zone(job.sent_at, job.mission.election)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return takes_lists(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return takes_lists(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return takes_lists(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            def guarded(request: HttpRequest, **more: Any) -> HttpResponse:
                if not takes_lists(request.user):
                    raise PermissionDenied(_("Lists are taken in by clerks."))
                return view(request, **more)

            return path(address, site.admin_view(guarded), name=f"observers_listimport_{name}")

        return [
            path("", site.admin_view(self.changelist_view), name="observers_listimport_changelist"),
            page("add/", self.send, "add"),
            page("<int:pk>/change/", self.one, "change"),
            page("<int:pk>/take-in/", self.take_in, "take_in"),
            page("<int:pk>/refused.xlsx", self.refused, "refused"),
        ]

    # --- pages ---

    def show(
        self, request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        frame = {**site.each_context(request), "title": title, "opts": self.opts, "is_popup": False}
        name = f"admin/observers/listimport/{template}.html"
        return TemplateResponse(request, name, {**frame, **context}, status=status)

    def send(self, request: HttpRequest) -> HttpResponse:
        """Choose whose list it is, and send it."""
        if request.method != "POST":
            return self.show(request, "send", _("Add a list"), form=ClerksListForm())
        form = ClerksListForm(request.POST, request.FILES)
        if form.is_valid():
            job = self._receive(request, form)
            if job is not None:
                return HttpResponseRedirect(_url("change", job))
        return self.show(request, "send", _("Add a list"), status=422, form=form)

    def _receive(self, request: HttpRequest, form: ClerksListForm) -> ListImport | None:
        file = form.cleaned_data["file"]
        try:
            job = list_imports.receive(
                file.read(),
                file.name,
                delegation=form.chosen,
                actor=actor_of(request),
                now=moment_of(request),
            )
        except UploadRefused as refused:
            form.add_error("file", str(refused.reason.words))
            return None
        except MoveError as error:
            form.add_error(None, [str(reason.words) for reason in error.reasons])
            return None
        if job.state == ListImport.State.REFUSED:
            form.add_error("file", job.report["error"]["words"])
            return None
        return job

    def one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was read, asked and would change; or what came of it."""
        job = _job(pk)
        if job.state != ListImport.State.READ:
            return self.show(request, "done", job.file_name, job=job, report=job.report)
        form: forms.Form | None = None
        if request.method == "POST":
            form = AnswersForm(request.POST, reading=_reading(job, request))
            if form.is_valid():
                try:
                    list_imports.answer(job, form.answers(), actor=actor_of(request), now=moment_of(request))
                    return HttpResponseRedirect(_url("change", job))
                except ListRefused as refused:
                    form.add_error(None, str(refused.reason.words))
        return self._reading_page(request, job, form)

    def _reading_page(
        self, request: HttpRequest, job: ListImport, form: forms.Form | None, against: Any = ()
    ) -> HttpResponse:
        reading = _reading(job, request)
        return self.show(
            request,
            "read",
            _("What we read"),
            status=422 if form is not None or against else 200,
            job=job,
            reading=reading,
            form=form or AnswersForm(reading=reading),
            against=against,
        )

    def take_in(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The clerk's word: take in the good rows."""
        job = _job(pk)
        if request.method != "POST":
            return HttpResponseRedirect(_url("change", job))
        try:
            list_imports.send(job, good_rows="good_rows" in request.POST, actor=actor_of(request))
        except MoveError as error:
            if job.state != ListImport.State.READ:
                return HttpResponseRedirect(_url("change", job))
            return self._reading_page(request, job, None, error.reasons)
        if job.rows_total <= AT_ONCE:
            with suppress(Busy):  # the worker takes it in, as it does longer lists
                list_runs.run(job.pk, now=moment_of(request))
        return HttpResponseRedirect(_url("change", job))

    def refused(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The refused rows as they stood, with a column that says why."""
        job = _job(pk)
        read = _reading(job, request).read
        if not read.refused:
            raise Http404
        file = xlsx_file(refused_rows(read), title=_("Refused rows"), right_to_left=get_language_bidi())
        name = f"{job.mission.code}-refused.xlsx"
        return FileResponse(file, content_type=XLSX, as_attachment=True, filename=name)


def _url(name: str, job: ListImport) -> str:
    return reverse(f"admin:observers_listimport_{name}", args=[job.pk])


def _job(pk: int) -> ListImport:
    rows = ListImport.objects.select_related(
        "mission__election", "delegation__mission__election", "delegation__organisation", "sent_by"
    )
    return get_object_or_404(rows, pk=pk)


def _reading(job: ListImport, request: HttpRequest) -> Reading:
    try:
        return reading_of(job, now=moment_of(request))
    except (ListRefused, FileNotFoundError):
        raise Http404 from None
