"""One question a page: saved on its own, found again on any device."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accreditation.core.actors import actor_of
from accreditation.core.errors import MoveError, Refused
from accreditation.core.uploads import UploadRefused
from accreditation.missions.models import DocumentKind
from accreditation.observers import forms
from accreditation.observers.models import Upload
from accreditation.observers.pictures import rules_of, serve_upload
from accreditation.observers.views.access import own_application, see_other, to_application
from accreditation.workflow import applicant_tasks as tasks
from accreditation.workflow.answering import save_answers, save_picture, sent_already
from accreditation.workflow.applying import Applying, applying_of
from accreditation.workflow.memberships import give_pledge

FORMS: dict[str, type[forms.QuestionForm]] = {
    tasks.MISSION: forms.MissionForm,
    tasks.NAMES: forms.NamesForm,
    tasks.BIRTH: forms.BirthForm,
    tasks.PASSPORT: forms.PassportForm,
    tasks.CONTACT: forms.ContactForm,
    tasks.WORK: forms.WorkForm,
    tasks.VISIT: forms.VisitForm,
}
OVERTAKEN = frozenset({"applied_already", "accredited_already", "sent_already"})
"""Another tab was faster: no answer on this page would help."""
PICTURES = {tasks.PAGE: DocumentKind.PASSPORT_PAGE, tasks.PHOTO: DocumentKind.PHOTO}


@require_http_methods(["GET", "HEAD", "POST"])
@own_application
def question(request: HttpRequest, applying: Applying, task: str) -> HttpResponse:
    """The page of one task; 404 for a word that is no task, the list for a task that is not open now."""
    found = tasks.BY_SLUG.get(task)
    if found is None:
        raise Http404
    if task not in tasks.open_tasks(applying):
        return _not_open(request, applying)
    if task in PICTURES:
        return _picture(request, applying, found)
    if task == tasks.PLEDGE:
        return _pledge(request, applying, found)
    return _answers(request, applying, found)


def _not_open(request: HttpRequest, applying: Applying) -> HttpResponse:
    if not applying.is_being_filled:
        words = sent_already() if request.method == "POST" else _("Your application has been sent already.")
        if applying.is_asked:
            words = _("The commission does not ask for this; it is as you sent it.")
        messages.warning(request, words)
    elif request.method == "POST":
        messages.warning(request, _("This cannot be answered now. Your change was not saved."))
    return to_application(applying)


def _answers(request: HttpRequest, applying: Applying, task: tasks.Task) -> HttpResponse:
    form = FORMS[task.slug](request.POST if request.method == "POST" else None, applying=applying)
    if form.is_bound and form.is_valid() and form.not_eligible is None:
        try:
            save_answers(
                applying,
                form.answers,
                actor=actor_of(request),
                mission=form.cleaned_data.get("mission"),
                delegation=form.cleaned_data.get("delegation"),
            )
        except Refused as error:
            if {why.code for why in error.reasons} & OVERTAKEN:
                messages.warning(request, str(error.reasons[0].words))
                return to_application(applying)
            for why in error.reasons:
                form.add_error(None, str(why.words))
        except MoveError:
            messages.warning(request, sent_already())
            return to_application(applying)
        else:
            return _onward(request, applying, task)
    if form.is_bound and form.not_eligible is not None:
        context = {"reason": form.not_eligible, "applying": applying, "election": applying.election}
        return render(request, "apply/not_eligible.html", context | {"task": task}, status=422)
    return _page(request, applying, task, "apply/question.html", form)


def _picture(request: HttpRequest, applying: Applying, task: tasks.Task) -> HttpResponse:
    kind = PICTURES[task.slug]
    rules = rules_of(kind, applying.election)
    sent = request.method == "POST"
    form = forms.PictureForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        kind=kind,
        label=task.title,
        hint=_("JPEG or PNG, up to %(most)s MB, at least %(width)d x %(height)d pixels")
        % {
            "most": f"{rules.max_bytes / 1024 / 1024:g}",
            "width": rules.min_width,
            "height": rules.min_height,
        },
    )
    if sent and "keep" in request.POST and kind in applying.uploads and not request.FILES:
        return _onward(request, applying, task)
    if form.is_bound and form.is_valid():
        before = applying.uploads.get(kind)
        try:
            kept = save_picture(applying, kind, form.cleaned_data["file"], actor=actor_of(request))
        except UploadRefused as error:
            form.add_error("file", str(error.reason.words))
        except Refused as error:
            messages.warning(request, str(error.reasons[0].words))
            return to_application(applying)
        else:
            if not applying.is_asked or before is None or kept.pk != before.pk:
                return _onward(request, applying, task)
            form.add_error("file", _("This is the picture that you sent before. Choose another one."))
    return _page(
        request, applying, task, "apply/picture.html", form, upload=applying.uploads.get(kind), kind=kind
    )


def _pledge(request: HttpRequest, applying: Applying, task: tasks.Task) -> HttpResponse:
    given = getattr(applying.membership, "pledge", None)
    form = forms.PledgeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and applying.membership is not None:
        if given is None or given.version != applying.election.pledge_version or given.declared_by_head:
            give_pledge(applying.membership, actor=actor_of(request), now=applying.now)
        return _onward(request, applying, task)
    return _page(request, applying, task, "apply/pledge.html", form, given=given)


def _page(
    request: HttpRequest, applying: Applying, task: tasks.Task, template: str, form: Any, **more: Any
) -> HttpResponse:
    context = {
        "applying": applying,
        "election": applying.election,
        "task": task,
        "form": form,
        "back_to_check": _from_check(request),
        **more,
    }
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


def _from_check(request: HttpRequest) -> bool:
    said = request.POST if request.method == "POST" else request.GET
    return said.get("from") == "check"


def _onward(request: HttpRequest, applying: Applying, task: tasks.Task) -> HttpResponse:
    """Back to where the change began; else to the next task that lacks something, and at the end to the check."""
    code = applying.election.code
    if _from_check(request):
        return see_other("apply-check", code)
    if applying.is_asked:
        return to_application(applying)
    now = tasks.rows_of(applying_of(applying.user, applying.election, applying.now))
    following = tasks.next_task(now, after=task.slug)
    if following is None:
        return see_other("apply-check", code)
    return see_other("apply-task", code, following.task.slug)


@require_safe
@own_application
def picture(request: HttpRequest, applying: Applying, public_id: str) -> HttpResponse:
    """A stored picture of the own statement, to its owner alone."""
    upload = Upload.objects.filter(public_id=public_id, membership=applying.membership).first()
    if applying.membership is None or upload is None:
        raise Http404
    return serve_upload(request, upload)
