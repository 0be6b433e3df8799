"""What follows from a move: values that it sets, and rows that it writes. Database writes only.

Functions named in a Transition's `sets` give the new value of one field; those in `effects` write other rows
and run after the object is saved.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accreditation.core.actors import SYSTEM
from accreditation.core.audit import creations
from accreditation.core.errors import Refused, WrongState
from accreditation.core.inserting import insert
from accreditation.core.machine import Move, perform
from accreditation.core.outbox import OutboxMessage
from accreditation.credentials.models import Accreditation, AccreditationCounter
from accreditation.missions.models import Category
from accreditation.observers.models import Membership
from accreditation.observers.names import fold
from accreditation.workflow.appeals import drafts_of_others, standing_refusal
from accreditation.workflow.guards import no_appeal_here
from accreditation.workflow.models import Appeal, Application, Decision, DecisionCounter, InformationRequest

# Values


def the_moment(subject: Any, move: Move) -> datetime:
    return move.now


def the_actor(subject: Any, move: Move) -> Any:
    return move.actor.user


def nobody(subject: Any, move: Move) -> None:
    return None


def nothing(subject: Any, move: Move) -> str:
    return ""


def yes(subject: Any, move: Move) -> bool:
    return True


def given_category(application: Application, move: Move) -> Category:
    return move.given["category"]


def due_by_law(application: Application, move: Move) -> datetime:
    """The decision clock starts: the end of the last local day for a decision (Election.decision_days)."""
    return application.election.calendar.decision_due(move.now)


def paused_where_the_law_pauses(application: Application, move: Move) -> datetime | None:
    return move.now if application.election.clock_pauses else None


def due_after_the_pause(application: Application, move: Move) -> datetime | None:
    """The due moment, later by as long as the clock stood still; unchanged where it does not pause."""
    if application.clock_paused_at is None or application.decision_due_at is None:
        return application.decision_due_at
    return application.election.calendar.decision_due_after_pause(
        application.decision_due_at, application.clock_paused_at, move.now
    )


def granted_accreditation(application: Application, move: Move) -> Accreditation:
    """Grant: number, term by rule, one audit event. Written before the application, whose row must name it."""
    election = application.election
    begins, ends = election.calendar.term_starts(move.now), election.results_published_on
    accreditation = Accreditation(
        election=election,
        person_id=application.person_id,
        membership_id=application.membership_id,
        mission_id=application.mission_id,
        category_id=application.category_id,
        number=_next_number(AccreditationCounter, election.pk),
        valid_from=begins,
        valid_until=max(begins, ends) if ends else None,  # a ruling may come after the results
        granted_at=move.now,
    )
    insert([accreditation])
    move.events += creations([accreditation], actor=move.actor, now=move.now, application=application.pk)
    return accreditation


def _next_number(counter: type[AccreditationCounter | DecisionCounter], of: int) -> int:
    """The next number of a counter: `of` is the key of its row, an election or a year.

    Numbers run without gaps or doubles: the counter's row stays locked until the move is committed, and a preview
    and a refused move give theirs back.
    """
    table, key = counter._meta.db_table, counter._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS counter ({key}, last) VALUES (%s, 1) "  # noqa: S608 - our own names
            f"ON CONFLICT ({key}) DO UPDATE SET last = counter.last + 1 RETURNING last",
            [of],
        )
        return cursor.fetchone()[0]


# Rows


def open_a_request(application: Application, move: Move) -> None:
    InformationRequest.objects.create(
        application=application,
        asked_by=move.actor.user,
        asked_at=move.now,
        due_on=move.given["due_on"],
        reasons=list(move.given.get("reasons") or []),
        text=str(move.given.get("text") or "").strip(),
    )


def close_the_request(application: Application, move: Move) -> None:
    application.information_requests.filter(answered_at=None).update(answered_at=move.now)


def state_the_category(application: Application, move: Move) -> None:
    """The statement that leads the file names the same category, so that its rules are the file's."""
    leading = Membership.objects.filter(pk=application.membership_id)
    leading.update(category=application.category_id, changed_at=move.now)


def record_approval(application: Application, move: Move) -> None:
    _record(application, move, Decision.Kind.APPROVAL)


def record_refusal(application: Application, move: Move) -> None:
    """A refusal on record: its grounds, the law they rest on, and what else there is to say."""
    grounds = list(application.election.refusal_grounds.filter(code__in=move.given["grounds"]))
    _record(
        application,
        move,
        Decision.Kind.REFUSAL,
        grounds=[ground.code for ground in grounds],
        legal_basis=str(
            move.given.get("legal_basis") or "; ".join(dict.fromkeys(g.article for g in grounds))
        ),
        text=str(move.given.get("text") or move.reason),
    )


def drafts_give_way(application: Application, move: Move) -> None:
    """A person has one live file: with an appeal the refused one lives again, and a draft that another sender has
    opened since is closed. The other sender's statement stays, and this file's own leads again.
    """
    from accreditation.workflow.states import APPLICATION  # its table names this effect

    drafts = list(drafts_of_others(application).values_list("pk", flat=True))
    if not drafts:
        return
    try:
        for draft in drafts:
            perform(APPLICATION, draft, "give_way", actor=SYSTEM, now=move.now)
    except WrongState as error:  # sent at this very moment
        raise Refused([no_appeal_here()]) from error
    of_person = Membership.objects.filter(
        person=application.person_id, mission__election=application.election_id
    )
    of_person.update(is_primary=False)
    of_person.filter(pk=application.membership_id, ended_at=None).update(is_primary=True)


def record_appeal(application: Application, move: Move) -> None:
    refusal = standing_refusal(application)
    if refusal is None:
        raise ValueError(
            f"application {application.pk} was never refused"
        )  # the guard a_refusal_stands asked
    Appeal.objects.create(
        application=application,
        decision=refusal,
        filed_at=move.now,
        filed_by=move.actor.user,
        body=str(move.given.get("body") or application.election.appeal_body),
        text=str(move.given.get("text") or move.reason),
    )


def record_upheld(application: Application, move: Move) -> None:
    _close_appeal(application, move, Decision.Kind.UPHELD)


def record_withdrawn_appeal(application: Application, move: Move) -> None:
    """Who withdraws an appeal has no ruling to cite: the record says that it was withdrawn, and when."""
    day = application.election.calendar.local_date(move.now)
    move.given.setdefault("ruling", f"withdrawn by the appellant on {day.isoformat()}")
    _close_appeal(application, move, Decision.Kind.UPHELD)


def record_overturned(application: Application, move: Move) -> None:
    _close_appeal(application, move, Decision.Kind.OVERTURNED)


def _close_appeal(application: Application, move: Move, kind: str) -> None:
    ruling = _record(application, move, kind, ruling=str(move.given["ruling"]).strip(), text=move.reason)
    application.appeals.filter(outcome=None).update(outcome=ruling)


def _record(application: Application, move: Move, kind: str, **fields: Any) -> Decision:
    year = move.now.astimezone(ZoneInfo(application.election.time_zone)).year
    decision = Decision(
        application=application,
        kind=kind,
        year=year,
        serial=_next_number(DecisionCounter, year),
        decided_by=move.actor.user,
        recommended_by_id=application.recommended_by_id,
        decided_at=move.now,
        **fields,
    )
    insert([decision])
    move.made["decision"] = decision
    return decision


def confirm_the_person(application: Application, move: Move) -> None:
    """What the commission has approved is confirmed: the person bears the names of the decided statement."""
    stated = application.membership
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE observers_person p SET family_name = m.family_name, given_names = m.given_names,"
            " original_name = m.original_name, born = m.born, sex = m.sex, citizenship_id = m.citizenship_id,"
            " name_key = %s, confirmed_at = %s FROM observers_membership m"
            " WHERE m.id = %s AND p.id = m.person_id AND p.confirmed_at IS NULL",
            [fold(f"{stated.family_name} {stated.given_names}"), move.now, stated.pk],
        )


def stop_the_word_of_the_grant(accreditation: Accreditation, move: Move) -> None:
    """An approval that has not left says what holds no more; the letter of this move tells of both."""
    waiting = (OutboxMessage.State.PENDING, OutboxMessage.State.TO_PRINT)
    for application in Application.objects.filter(accreditation=accreditation):
        approvals = OutboxMessage.objects.about(application).filter(kind="approval", state__in=waiting)
        approvals.update(state=OutboxMessage.State.CANCELLED)


def record_revocation(accreditation: Accreditation, move: Move) -> None:
    """A revocation is a decision on record: the reason as the person reads it, and, for the file alone, how the
    person was heard.
    """
    application = Application.objects.filter(accreditation=accreditation).first()
    if application is not None:
        application.election = accreditation.election
        _record(
            application,
            move,
            Decision.Kind.REVOCATION,
            legal_basis=str(move.given.get("legal_basis") or accreditation.election.decision_article),
            text=move.reason,
            file_note=str(move.given["hearing_note"]).strip(),
        )
