"""One person of the mission: what is stated, what is missing, what happened, what may be done."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from accreditation.core.errors import Refused
from accreditation.credentials.bearing import PLAIN, badge_of, offered
from accreditation.credentials.digital import is_given_out
from accreditation.missions.forms import StatementForm
from accreditation.missions.models import Mission
from accreditation.missions.views.access import Room, add_reasons, of_mission
from accreditation.missions.views.showing import facts_of, row_of
from accreditation.observers.models import Membership
from accreditation.observers.stating import rules_for
from accreditation.workflow.changing import Kind, change_statement, told_kind
from accreditation.workflow.intake import enter_statement
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.own_history import history_of, letters_of, why_not_in_force, with_subjects
from accreditation.workflow.pictures import OPEN as OPEN_FOR_PICTURES
from accreditation.workflow.plain_states import REFUSED, WITHDRAWN
from accreditation.workflow.replacing import reason_against_replacing
from accreditation.workflow.replacing import replace as replace_person
from accreditation.workflow.roster_rows import Row
from accreditation.workflow.states import ACCREDITATION, APPLICATION

MOVES = ("submit", "answer", "withdraw", "appeal")
State = Application.State

# --- the page of a person ---


@require_safe
@of_mission
def person(room: Room, public_id: str) -> HttpResponse:
    membership = room.member(public_id, ended=True)
    row = row_of(room, membership)
    application = row.application
    letters = letters_of(application, membership, now=room.now) if application else []
    history = history_of(membership, application, room.mission)
    context: dict[str, Any] = {
        "membership": membership,
        "row": row,
        "application": application,
        "facts": facts_of(membership, row.category),
        "history": history,
        "why_not_in_force": why_not_in_force(history, application.accreditation if application else None),
        "letters": with_subjects(letters, room.now),
        "pictures": _pictures(membership, row),
        "pictures_open": application is not None and application.state in OPEN_FOR_PICTURES,
    }
    badge = badge_of(application.accreditation if application else None)
    if badge is not None:
        context |= {
            "badge": badge,
            "badge_words": PLAIN[badge.state],
            "badge_moves": offered(badge, room.actor),
            "badge_file": is_given_out(badge),
        }
    if membership.ended_at is None:
        context |= _what_may_be_done(room, membership, row)
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


def _what_may_be_done(room: Room, membership: Membership, row: Row) -> dict[str, Any]:
    application = row.application
    if application is None:  # another mission's file has ended: the own mission may open one
        return {
            "may_change": True,
            "may_end": True,
            "may_open_again": row.state.code in (REFUSED.code, WITHDRAWN.code),
        }
    may = {one.name for one in APPLICATION.available(application, room.actor)} & set(MOVES)
    context: dict[str, Any] = {
        "may": may,
        "may_change": True,
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
        context["may_change"] = accreditation.state in accreditation.CURRENT
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
            nothing = _("Nothing was changed.")
            words = str(WORDS_OF_CHANGE[told_kind(change, room.now)]) if change else nothing
            return room.done(words, "person", public_id=public_id)
    return room.render(
        "statement.html",
        status=422 if form.is_bound else 200,
        form=form,
        membership=membership,
        edit_words=edit_words(application),
        back=room.url("person", public_id=public_id),
    )
