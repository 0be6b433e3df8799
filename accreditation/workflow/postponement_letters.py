"""Who learns that an election was postponed or cancelled, and which reminders speak of the old dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf
from django.utils import translation

from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import Letter, OutboxMessage, Recipient, write_new
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Delegation, Election, Mission
from accreditation.observers.beginnings import Beginning
from accreditation.observers.models import Membership
from accreditation.observers.names import in_full
from accreditation.workflow.letters import election_facts, roster_link, status_link
from accreditation.workflow.models import Application
from accreditation.workflow.recipients import heads_of

REMINDERS = (
    "arrival_reminder", "arrival_reminder_person", "badges_not_collected",
    "deadline_reminder", "deadline_reminder_person", "deadline_reminder_begun",
)  # fmt: skip
AT_ONCE = 5000
"""Letters a statement: well inside the time that the web has for one."""


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
    rows = election.missions.select_related("election").prefetch_related("roles__user").order_by("pk")
    missions = {mission.pk: mission for mission in rows}
    seen: set[str] = set()
    unreached: dict[int, Mission] = {}
    for mission in missions.values():
        if mission.state in (state.DECLINED, state.WITHDRAWN):
            continue
        heads = heads_of(mission)
        if not heads:
            unreached[mission.pk] = mission
        for head in heads:
            if head.email.lower() not in seen:
                seen.add(head.email.lower())
                yield Reader(head, mission, link=roster_link(mission, head.language))
    for applicant in _applicants(election).iterator(chunk_size=AT_ONCE):
        unreached.pop(applicant.mission, None)
        if applicant.email.lower() not in seen:
            seen.add(applicant.email.lower())
            yield _reader(applicant, missions[applicant.mission])
    for mission in unreached.values():
        yield Reader(Recipient(email="", language=mission.language or "en"), mission)


def _applicants(election: Election) -> QuerySet[Any, Any]:
    """Whoever has a living or approved file and an address, the person's own or the account's, by the file.

    As few plain columns: the models of a hundred thousand of them took longer than everything else.
    """
    states = [*Application.LIVE, Application.State.APPROVED]
    own = NullIf("membership__email", Value(""))
    return (
        Application.objects.filter(election=election, state__in=states)
        .annotate(email=Coalesce(own, "applicant__email", Value("")))
        .exclude(email="")
        .order_by("pk")
        .values_list(
            "mission", "email", "applicant", "applicant__language", "public_id",
            "membership__family_name", "membership__given_names", named=True,
        )
    )  # fmt: skip


def _reader(applicant: Any, mission: Mission) -> Reader:
    """The person behind an application, at the own address."""
    language = applicant.applicant__language or mission.language or "en"
    to = Recipient(email=applicant.email, language=language, user_id=applicant.applicant)
    name = in_full(applicant.membership__family_name, applicant.membership__given_names)
    return Reader(to, mission, name, status_link(applicant, language))


def write_letters(
    election: Election, kind: str, event: AuditEvent, now: datetime, facts: dict[str, str]
) -> None:
    """One letter of `kind` to every reader, its facts in the reader's language, keyed by the event."""
    all_read: dict[str, dict[str, Any]] = {}
    letters = []
    for reader in readers(election):
        language = reader.to.language
        if language not in all_read:
            with translation.override(language):
                all_read[language] = {**election_facts(election), **facts, "reason": event.reason}
        letters.append(_letter(kind, event, reader, all_read[language]))
        if len(letters) == AT_ONCE:
            write_new(letters, now=now, about=election)
            letters = []
    write_new(letters, now=now, about=election)


def _letter(kind: str, event: AuditEvent, reader: Reader, all_read: dict[str, Any]) -> Letter:
    """`all_read`: the facts that every reader of this language is told."""
    facts = {
        **all_read,
        "mission": reader.mission.name,
        "to_head": not reader.name,
        "name": reader.name,
        "link": reader.link,
    }
    whom = reader.to.email.lower() or f"print:{reader.mission.pk}"
    key = f"{event.pk}:{kind}:{sha256(whom.encode()).hexdigest()[:40]}"  # an address can be longer than a key
    return Letter(kind, reader.to, facts, key=key)
