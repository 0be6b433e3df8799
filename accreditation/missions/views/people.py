"""One person of the mission: what is stated, what is missing, what happened, what may be done."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST, require_safe

from accreditation.core.errors import Refused
from accreditation.core.machine import perform
from accreditation.core.mail import render as render_letter
from accreditation.missions.forms import ReasonForm, StatementForm
from accreditation.missions.models import Mission
from accreditation.missions.views.access import Room, add_reasons, of_mission
from accreditation.missions.views.showing import facts_of, row_of
from accreditation.observers.models import Membership
from accreditation.observers.stating import rules_for
from accreditation.workflow.changing import Kind, change_statement
from accreditation.workflow.intake import enter_statement, open_anew
from accreditation.workflow.memberships import confirm_sender, declare_pledge, end_membership
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.own_history import history_of, letters_of, with_subjects
from accreditation.workflow.pictures import OPEN as OPEN_FOR_PICTURES
from accreditation.workflow.plain_states import WITHDRAWN
from accreditation.workflow.replacing import reason_against_replacing
from accreditation.workflow.replacing import replace as replace_person
from accreditation.workflow.states import ACCREDITATION, APPLICATION

MOVES = ("submit", "answer", "withdraw", "appeal")
CONFIRMED_ON_A_PAGE = ("withdraw", "appeal")
State = Application.State

# --- the page of a person ---


@require_safe
@of_mission
def person(room: Room, public_id: str) -> HttpResponse:
    membership = room.member(public_id, ended=True)
    row = row_of(room, membership)
    application = row.application
    letters = letters_of(application, membership) if application else []
    context: dict[str, Any] = {
        "membership": membership,
        "row": row,
        "application": application,
        "facts": facts_of(membership, row.category),
        "history": history_of(membership, application, room.mission),
        "letters": with_subjects(letters, room.now),
        "pictures": _pictures(membership, row),
        "pictures_open": application is not None and application.state in OPEN_FOR_PICTURES,
    }
    if membership.ended_at is None:
        context |= _what_may_be_done(room, membership, application)
    return room.render("person.html", **context)


def _pictures(membership: Membership, row: Any) -> list[dict[str, Any]]:
    current = {upload.kind: upload for upload in membership.uploads.filter(replaced_at=None)}
    return [
        {
            "kind": kind,
            "words": words,
            "upload": current.get(kind),
            "wanted": kind in row.category.required_documents,
        }
        for kind, words in (("photo", _("Photo")), ("passport_page", _("Passport page")))
    ]


def _what_may_be_done(room: Room, membership: Membership, application: Application | None) -> dict[str, Any]:
    if application is None:
        return {"may_end": True}
    may = {one.name for one in APPLICATION.available(application, room.actor)} & set(MOVES)
    context: dict[str, Any] = {
        "may": may,
        "may_end": True,
        "may_open_again": application.state in (State.WITHDRAWN, State.LAPSED, State.REFUSED),
        "may_declare": room.mission.election.pledge_by_head and not _has_pledged(membership, room.mission),
        "amendment": membership.amendments.filter(verdict=Amendment.Verdict.OPEN).first(),
        "edit_words": edit_words(application),
    }
    for name in ("submit", "answer"):
        if name in may:
            context["send"] = name
            context["against"] = APPLICATION.reasons_against(
                application, name, actor=room.actor, now=room.now
            )
    accreditation = application.accreditation
    if accreditation is not None:
        context["may_relinquish"] = "relinquish" in {
            one.name for one in ACCREDITATION.available(accreditation, room.actor)
        }
        context["may_replace"] = reason_against_replacing(accreditation, room.mission.pk) is None
    return context


def _has_pledged(membership: Membership, mission: Mission) -> bool:
    pledge = getattr(membership, "pledge", None)
    return pledge is not None and pledge.version == mission.election.pledge_version


def edit_words(application: Application | None) -> str:
    """What becomes of a change, said before it is made."""
    if application is None or application.state in (State.DRAFT, State.INFORMATION_REQUESTED):
        return ""
    if application.state == State.APPROVED:
        return _(
            "This person is accredited: a change is checked by the commission, and the badge is made again."
        )
    if application.state in WITHDRAWN.states:
        return ""
    return _("The file is with the commission: a change is a wish, which the commission takes over or not.")


@require_safe
@of_mission
def letter(room: Room, public_id: str, pk: int) -> HttpResponse:
    """What a letter about this person said, word for word."""
    membership = room.member(public_id, ended=True)
    application = row_of(room, membership).application
    rows = letters_of(application, membership) if application else []
    row = next((row for row in rows if row.pk == pk), None)
    if row is None:
        raise Http404
    words = render_letter(row.kind, row.language, [row.facts], sent_at=row.sent_at or room.now)
    return room.render("letter.html", membership=membership, letter=row, words=words)


# --- stating ---


def _form(room: Room, membership: Membership | None = None) -> StatementForm:
    return StatementForm(
        room.request.POST if room.request.method == "POST" else None,
        mission=room.mission,
        rules=rules_for(room.mission),
        today=room.mission.election.calendar.local_date(room.now),
        membership=membership,
    )


def _show_warnings(room: Room, form: StatementForm) -> None:
    for why in form.warnings:
        messages.warning(room.request, _("Please check: %(reason)s") % {"reason": why.words})


@of_mission
def add(room: Room) -> HttpResponse:
    """Name one person by hand."""
    return _name(room, room.url(), lambda statement: enter_statement(
        statement, delegation=room.mission.delegations.first(), actor=room.actor, now=room.now
    ))  # fmt: skip


@of_mission
def replace(room: Room, public_id: str) -> HttpResponse:
    """Name somebody in the place of an accredited person who is not coming."""
    membership = room.member(public_id)
    application = row_of(room, membership).application
    accreditation = application.accreditation if application else None
    if accreditation is None:
        raise Http404
    against = reason_against_replacing(accreditation, room.mission.pk)
    if against is not None:
        raise Refused([against])
    back = room.url("person", public_id=public_id)
    return _name(
        room,
        back,
        lambda statement: replace_person(
            accreditation, statement, delegation=membership.delegation, actor=room.actor, now=room.now
        ),
        replaced=membership,
    )


def _name(room: Room, back: str, enter: Any, **context: Any) -> HttpResponse:
    form = _form(room)
    if form.is_bound and form.is_valid():
        try:
            entered = enter(form.statement)
        except Refused as error:
            add_reasons(form, error)
        else:
            _show_warnings(room, form)
            words = _("%(name)s stands on the roster.") % {"name": entered.membership.full_name}
            return room.done(words, "person", public_id=entered.membership.public_id)
    status = 422 if form.is_bound else 200
    return room.render("statement.html", status=status, form=form, back=back, **context)


WORDS_OF_CHANGE = {
    Kind.DRAFT: _l("Saved."),
    Kind.AMENDMENT: _l(
        "Sent to the commission as a wish: the file changes when the commission takes it over."
    ),
    Kind.CORRECTION: _l("Sent to the commission: once it is approved the badge is made again."),
    Kind.TAKEN_BACK: _l("Your earlier wish is taken back."),
}


@of_mission
def edit(room: Room, public_id: str) -> HttpResponse:
    membership = room.member(public_id)
    application = row_of(room, membership).application
    form = _form(room, membership)
    if form.is_bound and form.is_valid():
        try:
            change = change_statement(
                membership, form.statement, actor=room.actor, now=room.now, fields=form.shown_fields
            )
        except Refused as error:
            add_reasons(form, error)
        else:
            _show_warnings(room, form)
            words = str(WORDS_OF_CHANGE[change.kind]) if change else _("Nothing was changed.")
            return room.done(words, "person", public_id=public_id)
    return room.render(
        "statement.html",
        status=422 if form.is_bound else 200,
        form=form,
        membership=membership,
        edit_words=edit_words(application),
        back=room.url("person", public_id=public_id),
    )


# --- steps ---


@of_mission
def move(room: Room, public_id: str, name: str) -> HttpResponse:
    """Send, answer, withdraw, appeal. Grave ones are confirmed on a page of their own."""
    if name not in MOVES:
        raise Http404
    membership = room.member(public_id)
    application = row_of(room, membership).application
    if application is None:
        raise Http404
    form = ReasonForm(room.request.POST or None)
    if room.request.method != "POST":
        return _confirm_move(room, membership, application, name, form)
    if not form.is_valid():
        return _confirm_move(room, membership, application, name, form, status=422)
    version = room.request.POST.get("version", "")
    perform(
        APPLICATION,
        application.pk,
        name,
        actor=room.actor,
        now=room.now,
        reason=form.cleaned_data["reason"],
        expected_version=int(version) if version.isdecimal() else None,
    )
    done = {
        "submit": _("Sent. The commission has the file."),
        "answer": _("Your answer is sent."),
        "withdraw": _("Withdrawn."),
        "appeal": _("The appeal is filed."),
    }
    return room.done(done[name], "person", public_id=public_id)


def _confirm_move(
    room: Room,
    membership: Membership,
    application: Application,
    name: str,
    form: ReasonForm,
    status: int = 200,
) -> HttpResponse:
    against = APPLICATION.reasons_against(application, name, actor=room.actor, now=room.now)
    if against and status == 200:
        raise Refused(against)
    titles = {
        "submit": (_("Send %(name)s to the commission?"), _("Send"), ""),
        "answer": (_("Send the answer about %(name)s?"), _("Send the answer"), ""),
        "withdraw": (
            _("Withdraw the application of %(name)s?"),
            _("Withdraw"),
            _("The commission stops working on it. While applications are open another one can be opened."),
        ),
        "appeal": (
            _("Appeal against the refusal of %(name)s?"),
            _("File the appeal"),
            _("Say why the decision is wrong: %(body)s decides.")
            % {"body": room.mission.election.appeal_body},
        ),
    }
    title, button, explanation = titles[name]
    return _confirm(
        room,
        membership,
        title=title % {"name": membership.full_name},
        button=button,
        explanation=explanation,
        form=form if name in CONFIRMED_ON_A_PAGE else None,
        version=application.version,
        status=status,
    )


def _confirm(room: Room, membership: Membership, *, status: int = 200, **context: Any) -> HttpResponse:
    back = room.url("person", public_id=membership.public_id)
    return room.render("confirm.html", status=status, membership=membership, back=back, **context)


@of_mission
def not_coming(room: Room, public_id: str) -> HttpResponse:
    """An accredited person is not coming: the accreditation is given back."""
    membership = room.member(public_id)
    application = row_of(room, membership).application
    if application is None or application.accreditation is None:
        raise Http404
    if room.request.method == "POST":
        perform(
            ACCREDITATION, application.accreditation.pk, "relinquish", actor=room.actor, now=room.now,
            reason=room.request.POST.get("reason", "")[:500],
        )  # fmt: skip
        return room.done(_("Noted: this person is not coming."), "person", public_id=public_id)
    return _confirm(
        room,
        membership,
        title=_("%(name)s is not coming?") % {"name": membership.full_name},
        button=_("Is not coming"),
        explanation=_(
            "The accreditation is given back and its badge is void. You can then name somebody in this place."
        ),
        form=ReasonForm(),
    )


@of_mission
def end(room: Room, public_id: str) -> HttpResponse:
    """Take somebody off the own roster; never withdraws the application."""
    membership = room.member(public_id)
    if room.request.method == "POST":
        reason = room.request.POST.get("reason", "")[:500]
        end_membership(membership, actor=room.actor, now=room.now, reason=reason)
        return room.done(_("%(name)s is off your roster.") % {"name": membership.full_name})
    return _confirm(
        room,
        membership,
        title=_("Take %(name)s off your roster?") % {"name": membership.full_name},
        button=_("Take off the roster"),
        explanation=_(
            "You say that this person does not come for your mission. The application itself is not withdrawn."
        ),
        form=ReasonForm(),
    )


@require_POST
@of_mission
def declare(room: Room, public_id: str) -> HttpResponse:
    """Declare the pledge for this one person."""
    declare_pledge([room.member(public_id)], actor=room.actor, now=room.now)
    return room.done(_("The pledge is declared."), "person", public_id=public_id)


@require_POST
@of_mission
def confirm(room: Room, public_id: str) -> HttpResponse:
    """Somebody who joined by link is one of ours."""
    membership = confirm_sender(room.member(public_id), actor=room.actor, now=room.now)
    return room.done(_("%(name)s is confirmed.") % {"name": membership.full_name}, "mission")


@require_POST
@of_mission
def again(room: Room, public_id: str) -> HttpResponse:
    """Another application after one that was withdrawn, not sent in time or refused."""
    open_anew(room.member(public_id), actor=room.actor, now=room.now)
    return room.done(_("A new draft is open."), "person", public_id=public_id)
