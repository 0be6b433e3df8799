"""New memberships and their drafts, one or ten thousand: people, documents, search words, files, audit, by
COPY.

The write door's rule for creation holds (DESIGN section 4): every file is born as version 1 with its
'created' event in the same transaction. The caller has settled whom each statement meets, and holds the lock
of intake.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accreditation.accounts.models import new_public_id
from accreditation.core.actors import Actor
from accreditation.core.audit import CREATED, AuditEvent, creations
from accreditation.core.copying import copy_rows, reserve_keys
from accreditation.core.encryption import encrypt
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Delegation
from accreditation.observers.duplicates import Pair, raise_doubts
from accreditation.observers.matching import Identity, Meeting
from accreditation.observers.models import IdentityDocument, Membership, NameToken, Person
from accreditation.observers.names import tokens
from accreditation.observers.statements import Statement
from accreditation.observers.stating import COLUMNS, Categories, columns_of, end_of
from accreditation.workflow.models import Application


@dataclass(slots=True)
class NewRow:
    """A statement about to become a membership, and whom it met."""

    statement: Statement
    identity: Identity
    meeting: Meeting
    warnings: Sequence[str] = ()
    person: int = 0
    membership: int = 0
    document: int = 0


@dataclass(slots=True)
class Opened:
    people: int = 0
    memberships: list[int] = field(default_factory=list)
    applications: dict[int, int] = field(default_factory=dict)  # of the membership


def open_files(
    rows: Sequence[NewRow],
    *,
    delegation: Delegation,
    categories: Categories,
    actor: Actor,
    now: datetime,
    applicant: Any = None,
) -> Opened:
    """Write everything that new memberships need. `applicant`: the account of somebody who speaks for
    themselves, and whom the mission has not confirmed yet. Two rows of one person in the list give one
    membership.
    """
    mission = delegation.mission
    opened, doubts = Opened(people=_give_keys(rows)), _pairs(rows)
    once = {row.person: row for row in reversed(rows)}
    rows = [row for row in rows if once[row.person] is row]
    _copy_people([row for row in rows if row.meeting.is_new], now)
    _copy_documents(rows)
    busy = busy_people([row.person for row in rows if row.meeting.person], mission.election_id)
    opening = [row for row in rows if row.person not in busy]
    _copy_memberships(rows, opening, delegation, categories, actor, now, applicant)
    _copy_tokens(rows)
    opened.memberships = [row.membership for row in rows]
    opened.applications = _copy_applications(opening, mission, categories, actor, now, applicant)
    raise_doubts(doubts)
    return opened


def open_draft(membership: Membership, *, actor: Actor, now: datetime, applicant: Any = None) -> Application:
    """A draft that rests on a membership which stands already; that membership leads from now on."""
    mission = membership.mission
    application = Application.objects.create(
        election_id=mission.election_id,
        person_id=membership.person_id,
        membership=membership,
        mission=mission,
        category_id=membership.category_id,
        applicant=applicant,
        entered_by=actor.user,
        opened_at=now,
    )
    AuditEvent.objects.bulk_create(creations([application], actor=actor, now=now))
    of_person = Membership.objects.filter(person=membership.person_id, mission__election=mission.election_id)
    of_person.update(is_primary=False)
    of_person.filter(pk=membership.pk).update(is_primary=True)
    return application


def busy_people(people: Iterable[int], election: int) -> set[int]:
    """Those who have a file under way, or an accreditation in force, at the election: they need no second
    file.
    """
    asked = list(people)
    if not asked:
        return set()
    live = Application.objects.live().filter(person__in=asked, election=election)
    accredited = Accreditation.objects.current().filter(person__in=asked, election=election)
    return set(live.values_list("person", flat=True)) | set(accredited.values_list("person", flat=True))


def _give_keys(rows: Sequence[NewRow]) -> int:
    """Primary keys for all that is new; the number of new people."""
    new = [row for row in rows if row.meeting.is_new]
    for row, key in zip(new, reserve_keys(Person, len(new)), strict=True):
        row.person = key
    for row in rows:
        if row.meeting.person is not None:
            row.person = row.meeting.person
        elif row.meeting.row is not None:
            row.person = rows[row.meeting.row].person
    for row, document, membership in zip(
        rows, reserve_keys(IdentityDocument, len(rows)), reserve_keys(Membership, len(rows)), strict=True
    ):
        row.document, row.membership = document, membership
    return len(new)


def _copy_people(rows: Sequence[NewRow], now: datetime) -> None:
    copy_rows(
        Person,
        ("id", "public_id", "family_name", "given_names", "original_name", "born", "sex", "citizenship_id",
         "name_key",
         "created_at"),
        (
            (
                row.person, new_public_id(), row.statement.family_name, row.statement.given_names,
                row.statement.original_name, row.statement.born, row.statement.sex, row.statement.citizenship,
                row.identity.name_key, now,
            )
            for row in rows
        ),
    )  # fmt: skip


def _copy_documents(rows: Sequence[NewRow]) -> None:
    table = IdentityDocument._meta.db_table

    def values(row: NewRow) -> tuple[Any, ...]:
        key, stated = uuid.uuid4(), row.statement
        return (
            row.document, key, row.person, encrypt(table, "number", key, stated.document_number),
            row.identity.number_index, end_of(stated.document_number),
            stated.document_country or stated.citizenship,
            stated.document_country_assumed or not stated.document_country, stated.document_expires,
        )  # fmt: skip

    copy_rows(
        IdentityDocument,
        ("id", "public_id", "person_id", "number", "number_index", "number_end", "country_id",
         "country_assumed",
         "expires_on"),
        map(values, rows),
    )  # fmt: skip


def _copy_memberships(
    rows: Sequence[NewRow],
    opening: Sequence[NewRow],
    delegation: Delegation,
    categories: Categories,
    actor: Actor,
    now: datetime,
    applicant: Any,
) -> None:
    primary = {row.membership for row in opening}
    met = [row.person for row in opening if row.meeting.person]
    if met:  # an older file of the election is closed; its membership leads no more
        Membership.objects.filter(person__in=met, mission__election=delegation.mission.election_id).update(
            is_primary=False
        )
    mission, stated_by = delegation.mission, applicant.pk if applicant is not None else actor.user_id
    fixed = (delegation.pk, mission.pk, stated_by, applicant is None, now, now)
    copy_rows(
        Membership,
        ("id", "public_id", "person_id", "document_id", "is_primary", "warnings", "delegation_id",
         "mission_id",
         "stated_by_id", "sender_confirmed", "created_at", "changed_at", *COLUMNS),
        (
            (
                row.membership, new_public_id(), row.person, row.document, row.membership in primary,
                list(row.warnings), *fixed,
                *columns_of(row.statement, categories.of(row.statement.category), mission),
            )
            for row in rows
        ),
    )  # fmt: skip


def _copy_tokens(rows: Sequence[NewRow]) -> None:
    words = (
        (row.membership, token)
        for row in rows
        for token in tokens(row.statement.family_name, row.statement.given_names, row.statement.original_name)
    )
    copy_rows(NameToken, ("membership_id", "token"), words)


def _copy_applications(
    rows: Sequence[NewRow], mission: Any, categories: Categories, actor: Actor, now: datetime, applicant: Any
) -> dict[int, int]:
    """Drafts with their 'created' events; the application of each membership."""
    keys = dict(zip([row.membership for row in rows], reserve_keys(Application, len(rows)), strict=True))
    entered_by, applicant_id = actor.user_id, applicant.pk if applicant is not None else None
    copy_rows(
        Application,
        ("id", "public_id", "version", "election_id", "person_id", "membership_id", "mission_id",
         "category_id",
         "state", "applicant_id", "entered_by_id", "opened_at"),
        (
            (
                keys[row.membership], new_public_id(), 1, mission.election_id, row.person, row.membership,
                mission.pk,
                categories.of(row.statement.category).pk, Application.State.DRAFT.value, applicant_id,
                entered_by, now,
            )
            for row in rows
        ),
    )  # fmt: skip
    copy_creations(
        Application._meta.label_lower, keys.values(), Application.State.DRAFT, actor=actor, now=now
    )
    return keys


def copy_creations(label: str, keys: Iterable[int], state: str, *, actor: Actor, now: datetime) -> None:
    """The events that audit.creations() makes, without making ten thousand objects first."""
    copy_rows(
        AuditEvent,
        ("at", "actor_id", "request_id", "verb", "subject_type", "subject_id", "version", "to_state"),
        ((now, actor.user_id, actor.request_id, CREATED, label, key, 1, str(state)) for key in keys),
    )


def _pairs(rows: Sequence[NewRow]) -> list[Pair]:
    """Doubts as pairs of people; `rows` are all rows that met, in their order."""
    return [
        (
            row.person,
            rows[doubt.row].person if doubt.row is not None else doubt.person or 0,
            doubt.agrees,
            doubt.similarity,
        )
        for row in rows
        for doubt in row.meeting.doubts
    ]
