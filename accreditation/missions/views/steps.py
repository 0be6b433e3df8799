"""The steps of one person: send, answer, withdraw, appeal; not coming, off the roster, confirmed, pledged, anew."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accreditation.core.errors import Refused
from accreditation.core.machine import perform
from accreditation.missions.forms import ReasonForm
from accreditation.missions.views.access import Room, of_mission
from accreditation.missions.views.people import MOVES
from accreditation.missions.views.showing import row_of
from accreditation.observers.models import Membership
from accreditation.workflow.intake import open_anew
from accreditation.workflow.memberships import confirm_sender, declare_pledge, end_membership
from accreditation.workflow.models import Application
from accreditation.workflow.states import ACCREDITATION, APPLICATION

CONFIRMED_ON_A_PAGE = ("withdraw", "appeal")


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
    words = _("%(name)s is confirmed.") % {"name": membership.full_name}
    return room.done(words, "person", public_id=public_id)


@require_POST
@of_mission
def again(room: Room, public_id: str) -> HttpResponse:
    """Another application after one that was withdrawn, not sent in time or refused."""
    open_anew(room.member(public_id), actor=room.actor, now=room.now)
    return room.done(_("A new draft is open."), "person", public_id=public_id)
