"""The review page: what is claimed beside what the documents show, and all that bears on the decision."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accreditation.accounts.models import User
from accreditation.accounts.roles import APPROVER, CLERK, SUPERVISOR, roles_of
from accreditation.core import moments
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import record
from accreditation.core.errors import Reason
from accreditation.core.outbox import OutboxMessage
from accreditation.core.storage import serve_private
from accreditation.missions.models import DocumentKind, Election
from accreditation.observers.models import Membership, PossibleDuplicate, Upload
from accreditation.observers.reasons import WARNINGS
from accreditation.workflow.admin import presence
from accreditation.workflow.admin.claimed import statement_of, tickable, wishes_about
from accreditation.workflow.admin.desk import LONG_TEXTS, Look
from accreditation.workflow.admin.moves import (
    AT_ONCE,
    Button,
    Kind,
    buttons_for,
    changes_of,
    make_move,
    move_page,
    what_stands_against,
)
from accreditation.workflow.admin.pages import badge, is_clerk, show, url_of
from accreditation.workflow.desk import neighbours, readable, reads_documents
from accreditation.workflow.letter_kinds import with_kinds
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.states import APPLICATION
from accreditation.workflow.taking_back import window_closes_at


def reviewed(user: User) -> QuerySet[Application]:
    """The applications that this account may open, with what the page shows of each."""
    return (
        readable(user)
        .select_related(
            "election",
            "person",
            "mission__organisation",
            "category",
            "assigned_to",
            "recommended_by",
            "entered_by",
            "accreditation__election",
            "membership__citizenship",
            "membership__residence_country",
            "membership__document__country",
            "membership__delegation__organisation",
        )
        .defer(*(f"election__{name}" for name in LONG_TEXTS))
    )


APPLICATIONS = Kind(
    machine=APPLICATION,
    rows=reviewed,
    page="admin:workflow_application_change",
    move="admin:workflow_application_move",
    badge=badge,
    heading=str,
    list_page="admin:workflow_application_changelist",
    list_words=gettext_lazy("Desk"),
)

# What stands beside it


@dataclass(frozen=True)
class Doubt:
    """A possible duplicate, seen from this application's person."""

    pair: PossibleDuplicate
    statements: list[Membership]
    similarity: str
    agrees: str
    merge_url: str
    judged: bool
    mergeable: bool


AGREEMENTS = {
    "document": gettext_lazy("document number"),
    "birth": gettext_lazy("date of birth"),
    "name": gettext_lazy("name"),
    "email": gettext_lazy("e-mail address"),
}


def doubts_about(application: Application, user: User) -> list[Doubt]:
    """The pairs that this person stands in and that were not judged different; three queries."""
    person = application.person_id
    pairs = list(
        PossibleDuplicate.objects.filter(Q(first=person) | Q(second=person))
        .exclude(verdict=PossibleDuplicate.Verdict.DIFFERENT)
        .select_related("first", "second", "decided_by")
        .order_by("-similarity", "pk")
    )
    others = {pair.pk: pair.second_id if pair.first_id == person else pair.first_id for pair in pairs}
    statements: dict[int, list[Membership]] = {}
    for one in (
        Membership.objects.filter(person__in=others.values())
        .select_related("mission", "document", "citizenship")
        .order_by("-is_primary", "pk")
    ):
        statements.setdefault(one.person_id, []).append(one)
    return [
        Doubt(
            pair=pair,
            statements=statements.get(others[pair.pk], []),
            similarity=f"{pair.similarity * 100:.0f}",
            agrees=", ".join(str(AGREEMENTS.get(name, name)) for name in pair.agrees),
            merge_url=APPLICATIONS.move_url(application, "merge", f"kept_person={others[pair.pk]}"),
            judged=pair.verdict == PossibleDuplicate.Verdict.SAME,
            mergeable=is_clerk(user)
            and pair.decided_by_id != user.pk
            and application.state in Application.LIVE,
        )
        for pair in pairs
        if not (pair.first.merged_into_id or pair.second.merged_into_id)
    ]


@dataclass(frozen=True)
class Neighbour:
    previous: str
    following: str
    back: str


def _neighbours(request: HttpRequest, application: Application) -> Neighbour:
    look = Look(request)
    look.election = application.election  # the file decides, not the session
    before, after = neighbours(look.desk.rows(look.queue, look.filters), look.queue, application)
    query = look.query or f"queue={look.queue.code}"
    return Neighbour(url_of(before, query) if before else "", url_of(after, query) if after else "", look.url)


# The page


@require_http_methods(["GET", "HEAD"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(reviewed(request.user), pk=pk)
    return page_of(request, application)


def page_of(
    request: HttpRequest,
    application: Application,
    *,
    ticked: frozenset[str] = frozenset(),
    reasons: list[Reason] | None = None,
    number: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page as it is now, with the ticks set, why a move was refused, or the number of the passport."""
    actor, now = actor_of(request), moment_of(request)
    election: Election = application.election
    with_documents = reads_documents(request.user)
    query = request.GET.urlencode()
    buttons = buttons_for(APPLICATIONS, application, actor, now, query)
    runs = application.state in Application.WITH_THE_COMMISSION
    due = application.decision_due_at if runs else None
    context = {
        "application": application,
        "stated": application.membership,
        "document": application.membership.document,
        "number": number,
        "groups": statement_of(application, ticked),
        "ticked": ticked,
        "tickable": tickable(application),
        "checks": any(button.name == "recommend_approval" for button in buttons),
        "badge": badge(application.state),
        "due": election.calendar.in_words(due) if due else "",
        "left": moments.time_left(due, now) if due else "",
        "late": bool(due and due <= now),
        "buttons": buttons,
        "against": what_stands_against(buttons),
        "letter_waits": _letter_waits(application, buttons),
        "at_once": _at_once(request.user, application, buttons),
        "at_once_url": APPLICATIONS.move_url(application, AT_ONCE, query),
        "reasons": reasons or [],
        "with_documents": with_documents,
        "pictures": _pictures(application) if with_documents else [],
        "others_in_words": presence.in_words(presence.others_at(application.pk, request.user, now)),
        "warnings": [str(WARNINGS.get(code, code)) % _Blank() for code in application.membership.warnings],
        "neighbour": _neighbours(request, application),
        "election": election,
        "moderates": bool(buttons) and with_documents,
    }
    context |= _surroundings(application, request.user) if with_documents else {}
    title = f"{application.membership.full_name} – {application.number}"
    return show(request, "review", context, status=status, title=title)


class _Blank(dict):
    """Warnings are kept as codes; what their words would name is not kept with them."""

    def __missing__(self, key: str) -> Any:
        return "…"


def _surroundings(application: Application, user: User) -> dict[str, Any]:
    """What else is known: other statements, doubts, wishes, history, letters, decisions, other files."""
    person, calendar = application.person_id, application.election.calendar
    return {
        "doubts": doubts_about(application, user),
        "statements": Membership.objects.filter(person=person)
        .exclude(pk=application.membership_id)
        .select_related("mission", "document", "citizenship", "delegation"),
        "amendments": wishes_about(
            Amendment.objects.filter(application=application, verdict=Amendment.Verdict.OPEN).select_related(
                "asked_by", "membership__document", "membership__category"
            )
        ),
        "changes": changes_of(APPLICATIONS, application),
        "letters": with_kinds(OutboxMessage.objects.about(application)),
        "requests": [
            (one, calendar.in_words(calendar.end_of(one.due_on)))
            for one in application.information_requests.select_related("asked_by")
        ],
        "decisions": application.decisions.select_related("decided_by", "recommended_by"),
        "appeals": application.appeals.select_related("filed_by", "outcome"),
        "files": Application.objects.filter(person=person)
        .exclude(pk=application.pk)
        .select_related("election", "mission"),
    }


def _pictures(application: Application) -> list[tuple[str, SafeString | str, Upload]]:
    kinds = (DocumentKind.PASSPORT_PAGE, DocumentKind.PHOTO)
    current = {
        upload.kind: upload
        for upload in Upload.objects.filter(membership=application.membership_id, replaced_at=None)
    }
    return [(kind.value, kind.label, current[kind.value]) for kind in kinds if kind.value in current]


def _at_once(user: User, application: Application, buttons: list[Button]) -> bool:
    """Whether this person may recommend and approve: both roles, and no law that asks for a second one."""
    roles = roles_of(user)
    recommend = next((button for button in buttons if button.name == "recommend_approval"), None)
    return (
        recommend is not None
        and not recommend.against
        and APPROVER in roles
        and not roles.isdisjoint({CLERK, SUPERVISOR})
        and application.election.second_review != Election.SecondReview.ALL
        and application.entered_by_id != user.pk
    )


def _letter_waits(application: Application, buttons: list[Button]) -> str:
    """Until when the decision can be taken back, in words; nothing where it cannot."""
    if application.decided_at is None or not any(button.name == "take_back_decision" for button in buttons):
        return ""
    return moments.in_words(window_closes_at(application.decided_at), application.election.time_zone)


# What its buttons do


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A move of an application: its own page, or at once from the review page with the ticks set there."""
    if request.method != "POST" or request.POST.get("from") != "review":
        return move_page(request, APPLICATIONS, pk, name)
    application = get_object_or_404(reviewed(request.user), pk=pk)
    ticked = frozenset(request.POST.getlist("matches"))
    given: dict[str, Any] = {}
    if name in ("recommend_approval", AT_ONCE):
        given["documents_checked"] = tickable(application) <= ticked
    elif name not in APPLICATION.names():
        return move_page(request, APPLICATIONS, pk, name)
    return make_move(
        request,
        APPLICATIONS,
        application,
        name,
        ("", given),
        on_refusal=lambda error: page_of(
            request, application, ticked=ticked, reasons=error.reasons, status=422
        ),
    )


@require_POST
def passport(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the number of the passport once; the audit keeps who looked and when."""
    application = get_object_or_404(reviewed(request.user), pk=pk)
    if not reads_documents(request.user):
        return page_of(request, application, status=403)
    document = application.membership.document
    record(
        application,
        "passport_shown",
        actor=actor_of(request),
        now=moment_of(request),
        fields=["document.number"],
        document=document.pk,
    )
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"number": document.number})
    return page_of(
        request,
        application,
        ticked=frozenset(request.POST.getlist("matches")),
        number=document.number,
    )


@require_GET
def picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """A passport page or photo, to those who check people; each look is written down."""
    uploads = Upload.objects.filter(membership__in=Membership.objects.visible_to(request.user))
    if not reads_documents(request.user):
        uploads = uploads.filter(
            kind=DocumentKind.PHOTO, membership__applications__state="approved"
        ).distinct()
    upload = get_object_or_404(uploads, public_id=public_id)
    record(upload, "picture_shown", actor=actor_of(request), now=moment_of(request), kind=upload.kind)
    try:
        return serve_private(
            request, upload.name, content_type="image/jpeg", filename=f"{upload.kind}-{upload.pk}.jpg"
        )
    except FileNotFoundError:
        return HttpResponse(_("This picture is not on file."), status=404, content_type="text/plain")


@require_POST
def present(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that this page is still open here, and hear who else has it open."""
    application = get_object_or_404(readable(request.user).only("pk"), pk=pk)
    others = presence.others_at(application.pk, request.user, moment_of(request))
    return JsonResponse({"words": presence.in_words(others)})
