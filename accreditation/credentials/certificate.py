"""The certificate of a registered mission: whether there is one, what it says, and giving it out.

It says what holds at the moment at which it is made, and that moment stands on it.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import CREATED, AuditEvent, record
from accreditation.core.errors import Reason
from accreditation.core.moments import day_in_words, stamped
from accreditation.core.outbox import undo_window
from accreditation.credentials.design import BadgeDesign, design_of, emblem_of
from accreditation.credentials.facing import languages_of, worded
from accreditation.credentials.giving_out import pdf_answer, refused_where_it_cannot_be_set
from accreditation.credentials.models import Accreditation
from accreditation.credentials.printing.apart import certificate_pdf_apart
from accreditation.credentials.printing.faces import CertificateFace, Pair
from accreditation.missions.models import Mission


def reason_against(mission: Mission) -> Reason | None:
    """Why there is no certificate of this mission now."""
    state = Mission.State
    if mission.election.cancelled_at is not None:
        return Reason("election_cancelled", _("This election was cancelled."))
    if mission.state == state.REGISTERED:
        return None
    words = {
        state.SUSPENDED: _("The registration of this mission is suspended."),
        state.WITHDRAWN: _("The registration of this mission was withdrawn."),
        state.DECLINED: _("The commission has not registered this mission."),
    }.get(state(mission.state), _("This mission is not registered yet."))
    return Reason("not_registered", words)


def registered_at(mission: Mission) -> datetime:
    """When it was registered: by a move, or as it was opened."""
    events = AuditEvent.objects.about(mission).filter(
        verb__in=("register", CREATED), to_state=Mission.State.REGISTERED
    )
    return events.values_list("at", flat=True).latest("pk")


def face_of_mission(mission: Mission, *, now: datetime) -> CertificateFace:
    """What the certificate says at `now`: five queries. The mission is registered."""
    design = design_of(mission.election)
    told = now - undo_window()  # a grant may still be taken back until then
    in_force = Accreditation.objects.filter(
        mission=mission, state=Accreditation.State.ACTIVE, granted_at__lte=told
    )
    accredited = in_force.values("person").distinct().count() if design.shows_accredited else 0
    return face_in_design(
        design,
        kind=mission.kind,
        mission=mission.name,
        organisation=mission.organisation.name,
        code=mission.code,
        registered_at=registered_at(mission),
        issued_at=now,
        accredited=str(accredited or ""),
    )


def face_in_design(
    design: BadgeDesign, *, registered_at: datetime, issued_at: datetime, **said: str
) -> CertificateFace:
    """The certificate in an election's looks and languages; `said` are the other fields of the face."""
    election = design.election
    languages = languages_of(election)
    return CertificateFace(
        languages=languages,
        commission=worded(election, "commission", languages),
        election=worded(election, "name", languages),
        day=_in_each(languages, lambda: day_in_words(election.day)),
        registered_on=_in_each(languages, lambda: stamped(registered_at, election.time_zone)),
        issued_on=_in_each(languages, lambda: stamped(issued_at, election.time_zone)),
        emblem=emblem_of(design),
        accent=design.accent,
        signatory=design.signatory,
        position=worded(design, "position", languages),
        **said,
    )


def give_out_certificate(request: HttpRequest, mission: Mission) -> HttpResponse:
    """The certificate as a PDF, and a record of it. The caller has asked for permission, and reason_against.

    Raises Refused where it cannot be set.
    """
    pdf = b""
    if request.method != "HEAD":
        now = moment_of(request)
        words = _("The certificate cannot be made now. Try again in a few minutes, or write to us.")
        with refused_where_it_cannot_be_set(f"certificate of mission {mission.pk}", words):
            pdf = certificate_pdf_apart(face_of_mission(mission, now=now), at=now)
        record(mission, "certificate_given_out", actor=actor_of(request), now=now)
    return pdf_answer(pdf, f"certificate-{mission.code}.pdf")


def _in_each(languages: Pair, words: Callable[[], str]) -> Pair:
    """The words in both languages; the second empty where it would repeat the first."""
    said = []
    for language in languages:
        with override(language):
            said.append(words())
    return (said[0], "" if said[0] == said[1] else said[1])
