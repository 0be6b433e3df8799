"""A move as a page: its form, a preview of its letter, its confirmation, and why it is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accreditation.accounts.models import User
from accreditation.core.actors import Actor, actor_of, moment_of
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Reason, Refused, WrongState
from accreditation.core.machine import Machine, Transition, perform
from accreditation.core.refusals import move_refused
from accreditation.core.transactions import all_or_nothing
from accreditation.workflow.admin.forms import FORMS, MoveForm, form_of
from accreditation.workflow.admin.pages import Change, conflict, show
from accreditation.workflow.happened import event_in_words, in_words
from accreditation.workflow.preview import Preview, letters_of

AT_ONCE = "recommend_and_approve"


@dataclass(frozen=True)
class Kind:
    """What is moved: its machine, the rows that a reader may see, and its pages' names."""

    machine: Machine
    rows: Callable[[User], QuerySet[Any]]
    page: str
    move: str
    badge: Callable[[str], SafeString]
    heading: Callable[[Any], str]
    list_page: str
    list_words: Any
    """The list that a page of this kind stands below, and its name."""

    def url(self, subject: Any, query: str = "") -> str:
        return reverse(self.page, args=[subject.pk]) + (f"?{query}" if query else "")

    def move_url(self, subject: Any, name: str, query: str = "") -> str:
        return reverse(self.move, args=[subject.pk, name]) + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Button:
    """A move that is offered. `asks`: it has a page of its own; `against`: why it cannot be made now."""

    name: str
    label: Any
    url: str
    asks: bool
    grave: bool
    main: bool
    key: str
    against: list[Reason]

    @property
    def look(self) -> str:
        """One main button, grave ones in red, what is seldom done as a link."""
        if self.grave:
            return "button grave"
        if self.main:
            return "button"
        return "button quiet" if self.key or self.name in ONLY_IN_TIME else "link"


KEYS = {
    "take": "a",
    "recommend_approval": "a",
    "approve": "a",
    "resume": "a",
    "ask": "c",
    "send_back": "c",
    "recommend_refusal": "r",
    "refuse": "r",
}
MAIN = ("take", "recommend_approval", "approve", "resume", "overturn", "reinstate")
ELSEWHERE = ("merge",)
"""Moves that are offered beside what they are about, not among the buttons."""
ONLY_IN_TIME = ("take_back_decision",)
"""Moves that are no longer spoken of once they cannot be made."""

GIVEN_LATER: Mapping[str, frozenset[str]] = {
    "recommend_approval": frozenset({"documents_not_checked"}),
    "recommend_refusal": frozenset({"documents_not_checked", "no_ground", "unknown_ground"}),
    "refuse": frozenset({"no_ground", "unknown_ground"}),
    "ask": frozenset({"asks_nothing", "no_day"}),
    "approve": frozenset({"no_reason"}),
    "send_back": frozenset({"no_reason"}),
    "change_category": frozenset({"unknown_category"}),
}
"""What a page asks for is no reason against opening it."""


def buttons_for(kind: Kind, subject: Any, actor: Actor, now: Any, query: str = "") -> list[Button]:
    """What this actor may try now, and why it would be refused, from the machine's own table."""
    offered = []
    for transition in kind.machine.available(subject, actor):
        if transition.name in ELSEWHERE:
            continue
        against = kind.machine.reasons_against(subject, transition.name, actor=actor, now=now, reason="-")
        if against and transition.name in ONLY_IN_TIME:
            continue
        later = GIVEN_LATER.get(transition.name, _asked_for(transition))
        offered.append(
            Button(
                name=transition.name,
                label=transition.label,
                url=kind.move_url(subject, transition.name, query),
                asks=transition.grave or _asks(transition, subject),
                grave=transition.grave,
                main=transition.name in MAIN,
                key=KEYS.get(transition.name, ""),
                against=[reason for reason in against if reason.code not in later],
            )
        )
    return sorted(
        offered, key=lambda button: (not button.main, not (button.key or button.grave), button.grave)
    )


def what_stands_against(buttons: list[Button]) -> list[tuple[str, str]]:
    """Every reason once, with the moves that it hinders."""
    hindered: dict[str, list[str]] = {}
    for button in buttons:
        for reason in button.against:
            hindered.setdefault(str(reason), []).append(str(button.label))
    return [(words, ", ".join(labels)) for words, labels in hindered.items()]


def _asked_for(transition: Transition) -> frozenset[str]:
    return frozenset({"no_ruling", "no_hearing", "no_amendment"} if transition.name in FORMS else ())


def _asks(transition: Transition, subject: Any) -> bool:
    if transition.name == "approve":  # asks only where the recommendation was to refuse
        return subject.recommendation == "refuse"
    if transition.name == "recommend_approval":  # ticked on the review page itself
        return False
    return transition.name in FORMS


@require_http_methods(["GET", "HEAD", "POST"])
def move_page(request: HttpRequest, kind: Kind, pk: int, name: str) -> HttpResponse:
    """The page of one move. GET asks and explains, POST previews or makes it."""
    subject = get_object_or_404(kind.rows(request.user), pk=pk)
    transition = _transition(kind, subject, name)
    actor, now = actor_of(request), moment_of(request)
    posted = request.POST if request.method == "POST" else None
    form = form_of(name)(posted, subject=subject, now=now)
    if "kept_person" in form.fields:
        form.initial["kept_person"] = request.GET.get("kept_person")
    if posted is None:
        if transition not in kind.machine.available(subject, actor):
            return _not_offered(request, kind, subject, name)
        return move_form(request, kind, subject, transition, form)
    if not form.is_valid():
        return move_form(request, kind, subject, transition, form, status=422)
    if "preview" in posted:
        return _previewed(request, kind, subject, transition, form)
    return make_move(
        request,
        kind,
        subject,
        name,
        form.wish(),
        on_refusal=lambda error: move_form(
            request, kind, subject, transition, form, reasons=error.reasons, status=422
        ),
    )


def _transition(kind: Kind, subject: Any, name: str) -> Transition:
    if name not in kind.machine.names():
        raise Http404
    return kind.machine.find(name, subject.state) or next(
        one for one in kind.machine.transitions if one.name == name
    )


def _not_offered(request: HttpRequest, kind: Kind, subject: Any, name: str) -> HttpResponse:
    against = kind.machine.reasons_against(
        subject, name, actor=actor_of(request), now=moment_of(request), reason="-"
    )
    for reason in against:
        messages.error(request, str(reason))
    return HttpResponseRedirect(kind.url(subject, request.GET.urlencode()))


def make_move(
    request: HttpRequest,
    kind: Kind,
    subject: Any,
    name: str,
    wish: tuple[str, dict[str, Any]],
    *,
    on_refusal: Callable[[Refused], HttpResponse],
) -> HttpResponse:
    """Make the move from the version that the page showed, and answer with the page of what it led to."""
    reason, given = wish
    back = kind.url(subject, request.GET.urlencode())
    version = request.POST.get("version", "")
    if not version.isdecimal():
        raise Http404
    wanted = {"actor": actor_of(request), "now": moment_of(request)}
    try:
        if name == AT_ONCE:
            _recommend_and_approve(kind, subject, int(version), given, wanted)
        else:
            perform(
                kind.machine,
                subject.pk,
                name,
                reason=reason,
                expected_version=int(version),
                **wanted,
                **given,
            )
    except ObjectDoesNotExist:
        raise Http404 from None
    except WrongState as error:
        return conflict(
            request,
            error,
            changes_of(kind, subject, since=int(version)),
            zone=subject.election.time_zone,
            url=back,
            number=kind.heading(subject),
        )
    except NotAllowed as error:
        return move_refused(request, error, url=back)
    except Refused as error:
        return on_refusal(error)
    moved = kind.rows(request.user).filter(pk=subject.pk).first()
    if moved is None:
        return HttpResponseRedirect(reverse("admin:workflow_application_changelist"))
    said = {"number": kind.heading(moved), "state": moved.get_state_display(), "what": in_words(name)}
    stays = moved.state == subject.state
    messages.success(
        request, (_("%(number)s: %(what)s.") if stays else _("%(number)s is now: %(state)s.")) % said
    )
    return HttpResponseRedirect(back)


@all_or_nothing
def _recommend_and_approve(kind: Kind, subject: Any, version: int, given: Any, wanted: Any) -> None:
    """Two moves in one transaction, for who holds both roles where the law asks for no second person."""
    perform(kind.machine, subject.pk, "recommend_approval", expected_version=version, **wanted, **given)
    perform(kind.machine, subject.pk, "approve", expected_version=version + 1, **wanted)


def _previewed(
    request: HttpRequest, kind: Kind, subject: Any, transition: Transition, form: MoveForm
) -> HttpResponse:
    reason, given = form.wish()
    wanted = {"actor": actor_of(request), "now": moment_of(request)}
    try:
        letters = letters_of(kind.machine, subject.pk, transition.name, reason=reason, **wanted, **given)
    except ObjectDoesNotExist:
        raise Http404 from None
    except (NotAllowed, WrongState, Refused) as error:
        return move_form(request, kind, subject, transition, form, reasons=error.reasons, status=error.status)
    return move_form(request, kind, subject, transition, form, letters=letters)


def move_form(
    request: HttpRequest,
    kind: Kind,
    subject: Any,
    transition: Transition,
    form: MoveForm,
    *,
    reasons: list[Reason] | None = None,
    letters: list[Preview] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a move, with what was typed, why it was refused, or the letter that it would send."""
    context = {
        "subject": subject,
        "heading": kind.heading(subject),
        "badge": kind.badge(subject.state),
        "person": subject.membership.full_name,
        "original": subject.membership.name_in_own_script,
        "transition": transition,
        "form": form,
        "reasons": form.take_up(reasons or []),
        "letters": letters,
        "sends": bool(transition.letters),
        "version": request.POST.get("version") or subject.version,
        "back": kind.url(subject, request.GET.urlencode()),
        "list_url": reverse(kind.list_page),
        "list_words": kind.list_words,
        "url": kind.move_url(subject, transition.name, request.GET.urlencode()),
        "election": subject.election,
    }
    return show(request, "move", context, status=status, title=str(transition.label))


# What has happened


def changes_of(kind: Kind, subject: Any, *, since: int = 0) -> list[Change]:
    """The history of an object, oldest first; only what came after a version where one is given."""
    events = AuditEvent.objects.about(subject).select_related("actor")
    if since:
        events = events.filter(version__gt=since)
    return [
        Change(
            event,
            event_in_words(event),
            kind.badge(event.from_state) if event.from_state else "",
            kind.badge(event.to_state) if event.to_state else "",
        )
        for event in events
    ]
