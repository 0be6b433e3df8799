"""Photos and passport pages: one by one, each on a page of its own, or many in a ZIP."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accreditation.core.archives import read_archive
from accreditation.core.errors import Refused
from accreditation.core.uploads import UploadRefused
from accreditation.missions.forms import ArchiveForm, PictureForm
from accreditation.missions.models import DocumentKind
from accreditation.missions.views.access import Room, of_mission
from accreditation.missions.views.showing import row_of
from accreditation.observers.models import Upload
from accreditation.observers.pictures import rules_of, serve_upload
from accreditation.workflow.picture_reports import keep_report, kept_report
from accreditation.workflow.pictures import add_picture, match_archive

KINDS = (DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE)


@of_mission
def upload(room: Room, public_id: str, kind: str) -> HttpResponse:
    """Send one picture of one person."""
    if kind not in KINDS:
        raise Http404
    membership = room.member(public_id)
    if row_of(room, membership).application is None:
        raise Http404  # another sender's file: its pictures come from there
    form = PictureForm()
    if room.request.method == "POST":
        form = PictureForm(room.request.POST, room.request.FILES)
        if form.is_valid():
            try:
                add_picture(membership, kind, form.cleaned_data["picture"], actor=room.actor, now=room.now)
            except UploadRefused as refused:
                form.add_error("picture", str(refused.reason.words))
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                photo = kind == DocumentKind.PHOTO
                done = _("The photo is here.") if photo else _("The passport page is here.")
                return room.done(done, "person", public_id=public_id)
    return room.render(
        "upload.html",
        status=422 if form.is_bound else 200,
        form=form,
        membership=membership,
        kind=kind,
        rules=rules_of(kind, room.mission.election),
        back=room.url("person", public_id=public_id),
    )


@require_safe
@of_mission
def show(room: Room, public_id: str, kind: str) -> HttpResponse:
    """The current picture of a kind; that it was seen is recorded."""
    membership = room.member(public_id)
    # Pictures belong to the own statement: those that another sender has sent of the person are never found here.
    found = get_object_or_404(Upload, membership=membership, kind=kind, replaced_at=None)
    return serve_upload(room.request, found)


@of_mission
def archive(room: Room) -> HttpResponse:
    """Pictures of many people in one ZIP, met by passport number or name; then what met whom.

    The report is kept for some hours at an address of its own, so that a look at a person leads back to it.
    """
    form = ArchiveForm()
    if room.request.method == "POST":
        form = ArchiveForm(room.request.POST, room.request.FILES)
        if form.is_valid():
            try:
                files = read_archive(form.cleaned_data["archive"])
                found = match_archive(room.mission, files, actor=room.actor, now=room.now)
            except UploadRefused as refused:
                form.add_error("archive", str(refused.reason.words))
            else:
                keep_report(found, of=room.request.user, mission=room.mission)
                return HttpResponseRedirect(f"{room.url('archive')}?report=yes", status=303)
    elif "report" in room.request.GET:
        report = kept_report(of=room.request.user, mission=room.mission)
        if report is not None:
            return room.render("archive_done.html", report=report, back=room.url())
    return room.render("archive.html", status=422 if form.is_bound else 200, form=form, back=room.url())
