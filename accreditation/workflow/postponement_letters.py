"""Who learns that an election was postponed or cancelled, and which reminders speak of the old dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import translation

from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import Letter, OutboxMessage, Recipient, enqueue
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Delegation, Election, Mission
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership
from accreditation.workflow.letters import election_facts, roster_link, status_link
from accreditation.workflow.models import Application
from accreditation.workflow.recipients import heads_of

REMINDERS = (
    "arrival_reminder", "arrival_reminder_person", "badges_not_collected",
    "deadline_reminder", "deadline_reminder_person", "deadline_reminder_begun",
)  # fmt: skip
AT_ONCE = 2000


def waiting_reminders(election: Election) -> QuerySet[OutboxMessage]:
    """Reminders of this election that have not left."""
    of_election: list[tuple[Any, QuerySet[Any]]] = [
        (Mission, Mission.objects.filter(election=election)),
        (Delegation, Delegation.objects.filter(mission__election=election)),
        (Membership, Membership.objects.filter(mission__election=election)),
        (Application, Application.objects.filter(election=election)),
        (Accreditation, Accreditation.objects.filter(election=election)),
        (Beginning, Beginning.objects.filter(election=election)),
        (Election, Election.objects.filter(pk=election.pk)),
    ]
    about = Q()
    for model, rows in of_election:
        about |= Q(about_type=model._meta.label_lower, about_id__in=rows.values("pk"))
    state = OutboxMessage.State
    return OutboxMessage.objects.filter(about, kind__in=REMINDERS, state__in=[state.PENDING, state.TO_PRINT])


def cancel_reminders(election: Election, event: AuditEvent) -> None:
    """Cancel what has not left and free its key: the same reminder can be written for the new dates."""
    waiting_reminders(election).update(
        state=OutboxMessage.State.CANCELLED, key=Concat(F("key"), Value(f":cancelled-by-{event.pk}"))
    )


@dataclass(frozen=True)
class Reader:
    to: Recipient
    mission: Mission
    name: str = ""
    link: str = ""


def readers(election: Election) -> Iterator[Reader]:
    """Every head and every applicant once by address; a mission that nobody can reach is printed once."""
    state = Mission.State
    missions = election.missions.exclude(state__in=[state.DECLINED, state.WITHDRAWN])
    seen: set[str] = set()
    unreached: dict[int, Mission] = {}
    for mission in missions.select_related("election").prefetch_related("roles__user").order_by("pk"):
        heads = heads_of(mission)
        if not heads:
            unreached[mission.pk] = mission
        for head in heads:
            if head.email.lower() not in seen:
                seen.add(head.email.lower())
                yield Reader(head, mission, link=roster_link(mission, head.language))
    for application in _concerned(election).iterator(chunk_size=2000):
        reader = _applicant(application)
        if reader is None:
            continue
        unreached.pop(application.mission_id, None)
        if reader.to.email.lower() not in seen:
            seen.add(reader.to.email.lower())
            yield reader
    for mission in unreached.values():
        yield Reader(Recipient(email="", language=mission.language or "en"), mission)


def _concerned(election: Election) -> QuerySet[Application]:
    states = [*Application.LIVE, Application.State.APPROVED]
    return (
        Application.objects.filter(election=election, state__in=states)
        .select_related("applicant", "mission", "membership")
        .order_by("pk")
    )


def _applicant(application: Application) -> Reader | None:
    """The person behind an application, at the own address; None where only the mission can be reached."""
    account, membership = application.applicant, application.membership
    email = membership.email or (account.email if account else "")
    if not email:
        return None
    language = (account.language if account else "") or application.mission.language or "en"
    to = Recipient(email=email, language=language, user_id=account.pk if account else None)
    return Reader(to, application.mission, membership.full_name, status_link(application, language))


def write_letters(
    election: Election, kind: str, event: AuditEvent, now: datetime, facts: dict[str, str]
) -> None:
    """One letter of `kind` to every reader, its facts in the reader's language, keyed by the event."""
    letters = []
    for reader in readers(election):
        letters.append(_letter(election, kind, event, reader, facts))
        if len(letters) == AT_ONCE:
            enqueue(letters, now=now, about=election)
            letters = []
    enqueue(letters, now=now, about=election)


def _letter(
    election: Election, kind: str, event: AuditEvent, reader: Reader, facts: dict[str, str]
) -> Letter:
    with translation.override(reader.to.language):
        frozen = {
            **election_facts(election),
            **facts,
            "reason": event.reason,
            "mission": reader.mission.name,
            "to_head": not reader.name,
            "name": reader.name,
            "link": reader.link,
        }
    whom = reader.to.email.lower() or f"print:{reader.mission.pk}"
    key = f"{event.pk}:{kind}:{sha256(whom.encode()).hexdigest()[:40]}"  # an address can be longer than a key
    return Letter(kind, reader.to, frozen, key=key)
