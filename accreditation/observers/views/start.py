"""The public doors: the front page, what is needed to apply, and a mission's own link."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import Refused
from accreditation.core.refusals import move_refused
from accreditation.missions.models import Election, Mission, MissionRole
from accreditation.observers.beginnings import Beginning
from accreditation.observers.views.access import see_other
from accreditation.observers.views.home import home
from accreditation.workflow.answering import begin_with_another_mission, can_begin_again, save_answers
from accreditation.workflow.applying import applying_of
from accreditation.workflow.models import Application
from accreditation.workflow.plain_states import plain_state
from accreditation.workflow.told import as_told


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The site's first page: the election, its deadline, who applies how."""
    election = Election.objects.current()
    context = {**_dates(election, request), "election": election}
    if request.user.is_authenticated:
        context["speaks"] = _speaks(request)
        context["applies"] = _applies(request, election)
    return render(request, "apply/front.html", context)


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Where people go on who have just signed in: a head to the mission, an applicant to the application.

    Whoever is neither, or a guest, finds the ways on the front page; nothing else ever leads here, so that
    the front page itself stays open to everybody.
    """
    if not request.user.is_authenticated:
        return redirect("front")
    if request.user.is_staff:
        return redirect("admin:index")
    if _speaks(request):
        return redirect("missions:mine")
    election = Election.objects.current()
    if election is not None and _applies(request, election):
        return redirect("apply", election.code)
    return redirect("front")


def _speaks(request: HttpRequest) -> bool:
    return MissionRole.objects.current().filter(user=request.user).exists()


def _applies(request: HttpRequest, election: Election | None) -> bool:
    """Whether the account has applied, or has begun to."""
    files = Application.objects.filter(applicant=request.user, election=election)
    return files.exists() or Beginning.objects.filter(user=request.user, election=election).exists()


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What is needed, until when, how long it takes."""
    election = Election.objects.current()
    return render(request, "apply/start.html", {**_dates(election, request), "election": election})


def _dates(election: Election | None, request: HttpRequest) -> dict[str, Any]:
    if election is None:
        return {}
    now = moment_of(request)
    window = election.calendar.application_window
    return {
        "window": window,
        "now": now,
        "not_open_yet": now < window.opens_at,
        "closed": now >= window.closes_at and election.late_policy == Election.LatePolicy.BLOCK,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, code: str) -> HttpResponse:
    """What stands behind /apply/<word>/: an election, a mission's link, or (in letters) an application."""
    if Election.objects.filter(code=code, published_at__isnull=False).exists():
        return home(request, code=code)
    mission = (
        Mission.objects.filter(link_token=code, election__published_at__isnull=False)
        .select_related("election", "default_category", "organisation")
        .first()
    )
    if mission is not None:
        return join(request, mission)
    if not request.user.is_authenticated:  # known or not, a stranger sees the same
        return redirect_to_login(request.get_full_path())
    return from_letter(request, code)


def from_letter(request: HttpRequest, public_id: str) -> HttpResponse:
    """The address that letters carry: the own application; or, for somebody whom a mission named with this
    very e-mail address, how far that application is and nothing of what the mission states.
    """
    rows = Application.objects.select_related("election", "mission", "membership", "accreditation")
    application = rows.filter(public_id=public_id).first()
    if application is None:
        raise Http404
    if application.applicant_id == request.user.pk:
        return see_other("apply", application.election.code)
    if application.applicant_id is not None or application.membership.email.lower() != request.user.email:
        raise Http404
    as_told(application, moment_of(request))
    due = application.decision_due_at if application.state in Application.WITH_THE_COMMISSION else None
    context = {
        "application": application,
        "election": application.election,
        "state": plain_state(application, moment_of(request)),
        "due_words": application.election.calendar.in_words(due) if due else "",
    }
    return render(request, "apply/named.html", context)


def join(request: HttpRequest, mission: Mission) -> HttpResponse:
    """A mission's link: say whose it is; with a POST begin an application with this mission."""
    election = mission.election
    context = {**_dates(election, request), "election": election, "mission": mission}
    context["registered"] = mission.state == Mission.State.REGISTERED
    if request.user.is_authenticated:
        applying = applying_of(request.user, election, moment_of(request))
        context["applying"] = applying
        context["again"] = can_begin_again(applying)
        if request.method == "POST" and context["registered"]:
            try:
                if context["again"]:
                    begin_with_another_mission(applying, mission)
                elif applying.application is None:
                    save_answers(applying, {}, actor=actor_of(request), mission=mission)
            except Refused as error:
                return move_refused(request, error, url=request.path)
    if request.method == "POST":
        return see_other("apply", election.code)
    return render(request, "apply/join.html", context)
