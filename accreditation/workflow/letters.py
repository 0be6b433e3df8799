"""The letters of the tables in states.py: each says who reads it and freezes the facts as they are now.

A writer takes the moved object and its move, writes nothing, and gives the letters; perform() keeps them with
the move. Facts are JSON: names, numbers, texts in the reader's language, days as '2026-12-20', moments as ISO
with their zone beside them. Words and layout stand in templates/letters.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from accreditation.core.machine import Move
from accreditation.core.outbox import Letter, Recipient, undo_window
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import CannedReason, Mission, RefusalGround
from accreditation.workflow.models import Application, Decision, InformationRequest
from accreditation.workflow.recipients import each_once, heads_of, readers_of
from accreditation.workflow.told import is_held_back

Facts = dict[str, Any]

DECISIONS = ("approval", "refusal", "revocation", "cancellation", "appeal_outcome")
"""Letters on which somebody's time to act depends: one that has not left in a day is an alarm."""


# Applications


def receipt(application: Application, move: Move) -> list[Letter]:
    """'We have your application': its number and the moment by which the commission decides."""
    due = application.decision_due_at
    return _letters("receipt", application, lambda: {"decision_due_at": due.isoformat() if due else ""})


def information_request(application: Application, move: Move) -> list[Letter]:
    """What is missing, and by when; makes no sense once it is answered."""
    request = InformationRequest.objects.filter(application=application).order_by("-pk").first()
    if request is None:
        raise ValueError(f"application {application.pk} is asked for nothing")

    def facts() -> Facts:
        canned = CannedReason.objects.filter(code__in=request.reasons)
        return {
            "wanted": [reason.words for reason in canned],
            "text": request.text,
            "due_on": _day(request.due_on),
        }

    return _letters(
        "information_request", application, facts, only_while=Application.State.INFORMATION_REQUESTED.value
    )


def approval(application: Application, move: Move) -> list[Letter]:
    """The accreditation: its number, its term, what the category may do."""
    accreditation = application.accreditation
    if accreditation is None:
        raise ValueError(f"application {application.pk} has no accreditation")
    return _letters(
        "approval",
        application,
        lambda: {
            **_decided(move.made["decision"]),
            **_term(accreditation),
            "rights": application.category.rights,
        },
        not_before=_end_of_undo(move),
    )


def refusal(application: Application, move: Move) -> list[Letter]:
    """The grounds, their law, and where and until when to appeal.

    The last day of the appeal is no fact yet: it counts from the sending (appeals.py), so that the letter
    carries the number of days and says the date when it is rendered to leave.
    """
    return _letters("refusal", application, lambda: _refused(application), not_before=_end_of_undo(move))


def withdrawn_notice(application: Application, move: Move) -> list[Letter]:
    """To the person and to those who speak for the mission: whoever withdrew it, the others learn of it."""
    readers = [*readers_of(application, applicant=application.applicant), *heads_of(application.mission)]
    return _letters("withdrawn_notice", application, dict, to=each_once(readers))


def appeal_received(application: Application, move: Move) -> list[Letter]:
    """The appeal is recorded; who hears it."""
    appeal = application.appeals.order_by("-pk").first()
    if appeal is None:
        raise ValueError(f"application {application.pk} has no appeal")
    return _letters(
        "appeal_received",
        application,
        lambda: {"body": appeal.body, "filed_at": appeal.filed_at.isoformat()},
    )


def appeal_outcome(application: Application, move: Move) -> list[Letter]:
    """How the appeal ended: upheld, overturned with the accreditation that follows, or withdrawn."""
    decision = _last_decision(application, Decision.Kind.UPHELD, Decision.Kind.OVERTURNED)

    def facts() -> Facts:
        if move.transition.name == "withdraw_appeal" or decision is None:
            return {"outcome": "withdrawn"}
        granted = decision.kind == Decision.Kind.OVERTURNED and application.accreditation is not None
        term = _term(application.accreditation) if granted and application.accreditation else {}
        return {"outcome": decision.kind, "ruling": decision.ruling, **_decided(decision), **term}

    return _letters("appeal_outcome", application, facts, not_before=_end_of_undo(move))


# Accreditations


def revocation(accreditation: Accreditation, move: Move) -> list[Letter]:
    """The accreditation is taken back: why, on what law, where to appeal. The note of the hearing stays inside."""
    application = _application_of(accreditation)

    def facts() -> Facts:
        decision = _last_decision(application, Decision.Kind.REVOCATION) if application is not None else None
        return {
            **_decided(decision),
            **_term(accreditation),
            "reason": (decision.text if decision is not None else "") or move.reason,
            **_appeal(accreditation.election),
        }

    return _letters("revocation", accreditation, facts, not_before=_end_of_undo(move))


def suspension(accreditation: Accreditation, move: Move) -> list[Letter]:
    """At once: the badge does not count until further notice."""
    return _letters(
        "suspension",
        accreditation,
        lambda: {**_term(accreditation), "reason": move.reason},
        not_before=_once_told(accreditation, move.now),
    )


def reinstatement(accreditation: Accreditation, move: Move) -> list[Letter]:
    """The suspension is over, or a ruling has undone the revocation: the accreditation counts again."""
    return _letters(
        "reinstatement",
        accreditation,
        lambda: {
            **_term(accreditation),
            "reason": move.reason,
            "ruling": str(move.given.get("ruling") or ""),
        },
        not_before=_once_told(accreditation, move.now),
    )


def cancellation(accreditation: Accreditation, move: Move) -> list[Letter]:
    """Issued in error: what that means, the reason as it is written for the person, where and until when to appeal."""
    return _to_person_and_heads(
        "cancellation",
        accreditation,
        lambda: {**_term(accreditation), "reason": move.reason, **_appeal(accreditation.election)},
        now=move.now,
    )


def relinquishment(accreditation: Accreditation, move: Move) -> list[Letter]:
    """Given back: accreditation and badge hold no more. Why the mission did so stays between it and the commission.

    Who comes in this person's place is told by letters about the newcomer's own file.
    """
    return _to_person_and_heads("relinquishment", accreditation, lambda: _term(accreditation), now=move.now)


def left_without_mission(accreditation: Accreditation, now: datetime) -> list[Letter]:
    """The last mission that named an accredited person does so no more. The accreditation stays as it is, and that is
    what the letter says; so it is about the state of today.
    """
    return _to_person_and_heads(
        "left_without_mission",
        accreditation,
        lambda: {**_term(accreditation), "held": accreditation.state},
        now=now,
        only_while=accreditation.state,
    )


def expiry(accreditation: Accreditation, move: Move) -> list[Letter]:
    """The term has ended, with thanks."""
    return _letters("expiry", accreditation, lambda: _term(accreditation))


# What they have in common


def _to_person_and_heads(
    kind: str,
    accreditation: Accreditation,
    facts: Callable[[], Facts],
    *,
    now: datetime,
    only_while: str = "",
) -> list[Letter]:
    """To the person and to those who speak for the mission; while nobody outside is told of the grant, it waits."""
    application = _application_of(accreditation)
    applicant = application.applicant if application is not None else None
    readers = [*readers_of(accreditation, applicant=applicant), *heads_of(accreditation.mission)]
    return _letters(
        kind,
        accreditation,
        facts,
        to=each_once(readers),
        only_while=only_while,
        not_before=_once_told(accreditation, now),
    )


def _once_told(accreditation: Accreditation, now: datetime) -> datetime | None:
    """When whoever is written to has read of the grant: what befell it since is no news before that."""
    application = _application_of(accreditation)
    untold = application is not None and is_held_back(application, now)
    return accreditation.granted_at + undo_window() if untold else None


def _letters(
    kind: str,
    subject: Any,
    facts: Callable[[], Facts],
    *,
    to: list[Recipient] | None = None,
    only_while: str = "",
    not_before: datetime | None = None,
) -> list[Letter]:
    """One letter a reader, its facts read in the reader's language (texts of the commission have five)."""
    application = subject if isinstance(subject, Application) else _application_of(subject)
    applicant = application.applicant if application is not None else None
    written = []
    for reader in to or readers_of(subject, applicant=applicant):
        with translation.override(reader.language):
            frozen = {**facts_about(subject, application, reader), **facts()}
        written.append(Letter(kind, reader, frozen, only_while=only_while, not_before=not_before))
    return written


def facts_about(subject: Any, application: Application | None, reader: Recipient) -> Facts:
    """Who and what the letter is about, and where its reader finds it."""
    to_head = reader.together
    return {
        **election_facts(subject.election),
        "name": subject.membership.full_name,
        "number": application.number if application is not None else "",
        "category": subject.category.name,
        "mission": subject.mission.name,
        "to_head": to_head,
        "link": roster_link(subject.mission, reader.language)
        if to_head or application is None
        else status_link(application, reader.language),
    }


def election_facts(election: Any) -> Facts:
    """What every letter says of its election."""
    return {
        "election": election.name,
        "commission": election.commission,
        "zone": election.time_zone,
        "together": election.code,  # one mail never speaks of two elections
        "link_to_all": f"{settings.SITE_URL}/{translation.get_language() or 'en'}/missions/",
    }


def status_link(application: Application, language: str) -> str:
    return f"{settings.SITE_URL}/{language}/apply/{application.public_id}/"


def roster_link(mission: Mission, language: str) -> str:
    return f"{settings.SITE_URL}/{language}/missions/{mission.election.code}/{mission.code}/"


def _application_of(accreditation: Accreditation) -> Application | None:
    return Application.objects.filter(accreditation=accreditation).select_related("applicant").first()


def _last_decision(application: Application, *kinds: str) -> Decision | None:
    return application.decisions.standing().filter(kind__in=kinds).order_by("-pk").first()


def _decided(decision: Decision | None) -> Facts:
    if decision is None:
        return {}
    return {
        "decision_number": decision.number,
        "decided_at": decision.decided_at.isoformat(),
        "legal_basis": decision.legal_basis,
    }


def _refused(application: Application) -> Facts:
    decision = _last_decision(application, Decision.Kind.REFUSAL)
    codes = decision.grounds if decision is not None else []
    grounds = RefusalGround.objects.filter(election=application.election_id, code__in=codes)
    return {
        **_decided(decision),
        "grounds": [{"words": ground.words, "article": ground.article} for ground in grounds],
        "text": decision.text if decision is not None else "",
        **_appeal(application.election),
    }


def _appeal(election: Any) -> Facts:
    """Where, within how many days of the sending, and by which law."""
    return {
        "appeal_body": election.appeal_body,
        "appeal_days": election.appeal_days,
        "appeal_article": election.appeal_article,
    }


def _term(accreditation: Accreditation) -> Facts:
    return {
        "accreditation_number": accreditation.number_in_words,
        "valid_from": _day(accreditation.valid_from),
        "valid_until": _day(accreditation.valid_until),
    }


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _end_of_undo(move: Move) -> datetime:
    """Until then whoever decided may take it back (taking_back.py) and nobody has read it."""
    return move.now + undo_window()
