"""Lists: sent as a file, shown as they were read, taken in when the head says so. The roster as a file."""

from contextlib import suppress
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accreditation.core.errors import Busy, MoveError
from accreditation.core.uploads import UploadRefused
from accreditation.missions.export import csv_rows
from accreditation.missions.views.access import Room, add_reasons, of_mission
from accreditation.missions.workbooks import xlsx_file, xlsx_rows
from accreditation.observers.lists import ListRefused
from accreditation.observers.models import ListImport
from accreditation.workflow import list_imports, list_runs
from accreditation.workflow.list_files import EMPTY_LIST_WIDTHS, empty_list, refused_rows
from accreditation.workflow.list_pages import (
    AnswersForm,
    ListForm,
    Reading,
    reading_of,
)
from accreditation.workflow.roster import Filters
from accreditation.workflow.roster_table import WIDTHS, table_of

AT_ONCE = 500
"""A list of at most so many rows is taken in while the page waits; longer ones by a worker."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@of_mission
def lists(room: Room) -> HttpResponse:
    """Send a list, and the lists sent before."""
    delegations = room.mission.delegations.all()
    if room.request.method == "POST":
        form = ListForm(room.request.POST, room.request.FILES, delegations=delegations)
        if form.is_valid():
            job = _receive(room, form)
            if job is not None:
                return HttpResponseRedirect(room.url("list", public_id=job.public_id), status=303)
    else:
        form = ListForm(delegations=delegations)
    sent = room.mission.list_imports.select_related("sent_by")[:20]
    return room.render(
        "lists.html", status=422 if form.is_bound else 200, form=form, sent=sent, back=room.url()
    )


def _receive(room: Room, form: ListForm) -> ListImport | None:
    """Keep the list; None where it is refused as a whole, which the form then says."""
    file = form.cleaned_data["file"]
    try:
        job = list_imports.receive(
            file.read(), file.name, delegation=form.chosen, actor=room.actor, now=room.now
        )
    except UploadRefused as refused:
        form.add_error("file", str(refused.reason.words))
        return None
    except MoveError as error:
        add_reasons(form, error)
        return None
    if job.state == ListImport.State.REFUSED:
        form.add_error("file", job.report["error"]["words"])
        return None
    return job


def _job(room: Room, public_id: str) -> ListImport:
    rows = ListImport.objects.select_related("delegation__organisation", "sent_by")
    job = get_object_or_404(rows, mission=room.mission, public_id=public_id)
    job.mission = room.mission
    if job.delegation is not None:
        job.delegation.mission = room.mission
    return job


def _read(room: Room, job: ListImport) -> Reading:
    try:
        return reading_of(job, now=room.now)
    except (ListRefused, FileNotFoundError):
        raise Http404 from None


@of_mission
def one(room: Room, public_id: str) -> HttpResponse:
    """What was read of a list, what is asked, what would change; its progress; what came of it."""
    job = _job(room, public_id)
    if job.state != ListImport.State.READ:
        return _progress(room, job)
    form = None
    if room.request.method == "POST":
        form = AnswersForm(room.request.POST, reading=_read(room, job))
        if form.is_valid():
            try:
                list_imports.answer(job, form.answers(), actor=room.actor, now=room.now)
            except ListRefused as refused:
                form.add_error(None, str(refused.reason.words))
            else:
                return HttpResponseRedirect(room.url("list", public_id=public_id), status=303)
    reading = _read(room, job)
    return room.render(
        "list.html",
        status=422 if form is not None else 200,
        job=job,
        reading=reading,
        form=form or AnswersForm(reading=reading),
        back=room.url("lists"),
    )


def _progress(room: Room, job: ListImport) -> HttpResponse:
    under_way = job.state in (ListImport.State.WAITING, ListImport.State.RUNNING)
    template = "list_under_way.html" if under_way else "list_done.html"
    if getattr(room.request, "htmx", False) and under_way:
        template = "_list_progress.html"
    report: dict[str, Any] = list_imports.for_sender(job.report)
    answer = room.render(template, job=job, report=report, back=room.url("lists"))
    if getattr(room.request, "htmx", False) and not under_way:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@of_mission
def take_in(room: Room, public_id: str) -> HttpResponse:
    """The head's word: take in the good rows."""
    job = _job(room, public_id)
    try:
        list_imports.send(job, good_rows="good_rows" in room.request.POST, actor=room.actor)
    except MoveError as error:
        return room.refused(error, "list", public_id=public_id)
    if job.rows_total <= AT_ONCE:
        with suppress(Busy):  # the worker takes it in, as it does longer lists
            list_runs.run(job.pk, now=room.now)
    return HttpResponseRedirect(room.url("list", public_id=public_id), status=303)


# --- files ---


@require_safe
@of_mission
def refused(room: Room, public_id: str) -> HttpResponse:
    """The refused rows as they stood, with a column that says why: to be corrected and sent again."""
    job = _job(room, public_id)
    reading = _read(room, job)
    if not reading.read.refused:
        raise Http404
    file = xlsx_file(refused_rows(reading.read), title=_("Refused rows"), right_to_left=get_language_bidi())
    return FileResponse(
        file, content_type=XLSX, as_attachment=True, filename=f"{room.mission.code}-refused.xlsx"
    )


@require_safe
@of_mission
def empty(room: Room) -> HttpResponse:
    """An empty list to fill in, with the columns that are recognised for certain."""
    rows, validations = empty_list(room.mission)
    file = xlsx_file(rows, title=_("People"), widths=EMPTY_LIST_WIDTHS, validations=validations)
    return FileResponse(
        file, content_type=XLSX, as_attachment=True, filename=f"{room.mission.code}-list.xlsx"
    )


@require_safe
@of_mission
def download(room: Room, form: str) -> HttpResponse:
    """The roster as filtered, as XLSX or CSV: it is sent while it is read, at once and however long it is."""
    rows = table_of(room.mission, Filters.read(room.request.GET), room.categories, now=room.now)
    if form == "csv":
        pieces, kind = csv_rows(rows), "text/csv; charset=utf-8"
    elif form == "xlsx":
        title, bidi = room.mission.name, get_language_bidi()
        pieces, kind = xlsx_rows(rows, title=title, widths=WIDTHS, right_to_left=bidi), XLSX
    else:
        raise Http404
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{room.mission.code}-roster.{form}"'
    return answer
