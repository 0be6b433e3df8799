"""What the pages of the commission share: who may open them, their frame, how a refusal is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accreditation.accounts.roles import CLERK, SUPERVISOR, roles_of
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import WrongState
from accreditation.core.site import site
from accreditation.core.templatetags.look import state_badge
from accreditation.missions.models import Election
from accreditation.workflow.desk import SIGNS, reads_people
from accreditation.workflow.models import Application

View = Callable[..., HttpResponse]
ELECTION = "desk_election"


def for_readers(view: View) -> View:
    """Open to the staff who read people; everybody else learns nothing, not even what exists."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not reads_people(request.user):
            raise PermissionDenied(_("Your account has no role that reads applications."))
        return view(request, *args, **kwargs)

    return site.admin_view(guarded)


def is_clerk(user: Any) -> bool:
    return not roles_of(user).isdisjoint({CLERK, SUPERVISOR})


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200, title: str = ""
) -> HttpResponse:
    """A page of ours in the admin's frame, without the list of all models, which nobody needs for hours."""
    frame = {
        "site_header": site.site_header,
        "site_title": site.site_title,
        "has_permission": True,
        "is_nav_sidebar_enabled": False,
        "available_apps": [],
        "title": title,
        "clerk": is_clerk(request.user),
        "keys_off": bool(request.session.get("keys_off")),
    }
    request.current_app = site.name
    return TemplateResponse(request, f"admin/workflow/{template}.html", frame | context, status=status)


def badge(state: str) -> SafeString:
    """An application's state as a sign, a word and a colour."""
    sign, tone = SIGNS[Application.State(state)]
    return state_badge(sign, str(Application.State(state).label), tone)


def election_of(request: HttpRequest, elections: list[Election]) -> Election | None:
    """The election whose desk this is: the one chosen in this session, else the current one."""
    wanted = request.GET.get("election") or request.session.get(ELECTION)
    chosen = next((one for one in elections if one.code == wanted), None)
    if chosen is not None:
        if request.session.get(ELECTION) != chosen.code and "election" in request.GET:
            request.session[ELECTION] = chosen.code
        return chosen
    running = [one for one in elections if one.published_at and not one.cancelled_at]
    return next(iter(running or elections), None)


@dataclass(frozen=True)
class Change:
    """One line of a history: who did what, when, and what it changed."""

    event: AuditEvent
    words: str
    left: SafeString | str
    reached: SafeString | str


TYPED = ("reason", "text", "hearing_note", "ruling")
"""Fields of moves that hold sentences: a conflict gives them back."""


def conflict(
    request: HttpRequest, error: WrongState, changes: list[Change], *, zone: str, url: str, number: str
) -> HttpResponse:
    """409: somebody was faster. Who, when, what has changed since the page was opened, and the words typed there."""
    written = [request.POST[name].strip() for name in TYPED if request.POST.get(name, "").strip()]
    return show(
        request,
        "conflict",
        {"error": error, "changes": changes, "zone": zone, "url": url, "number": number, "written": written},
        status=409,
        title=_("Somebody was faster"),
    )


def url_of(application: Any, query: str = "") -> str:
    """The review page of an application (or of its primary key)."""
    pk = getattr(application, "pk", application)
    return reverse("admin:workflow_application_change", args=[pk]) + (f"?{query}" if query else "")
