"""How a statement meets a person (DOMAIN section 7, 'Who is who').

A statement joins a person only if the document's country and number, the date of birth and the folded name
all agree. Where something agrees and not all, it is a new person and a doubt for the clerks; no sender ever
learns of either. Everything here is asked for a whole list at once, by a number of queries that does not grow
with it.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from rapidfuzz import fuzz

from accreditation.core.encryption import blind_index, normalise_document_number
from accreditation.observers.models import Membership, Person
from accreditation.observers.names import fold
from accreditation.observers.statements import Statement

SIMILAR = 0.75
"""From this likeness on, two folded names of people born on one day are a doubt. Twins are; unlike names are
not.
"""

DOCUMENT, BIRTH, NAME, EMAIL = "document", "birth", "name", "email"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one human being from another in a statement."""

    number_index: bytes
    born: date
    name_key: str
    email: str = ""

    @classmethod
    def of(cls, statement: Statement) -> "Identity":
        """The identity of a statement that passed its rules, so that birth and number are there."""
        assert statement.born is not None
        return cls(
            number_index=document_index(
                statement.document_country or statement.citizenship, statement.document_number
            ),
            born=statement.born,
            name_key=fold(f"{statement.family_name} {statement.given_names}"),
            email=statement.email.lower(),
        )

    @classmethod
    def of_membership(cls, membership: Membership) -> "Identity":
        """The identity that stands on a membership; reads its document."""
        return cls(
            number_index=bytes(membership.document.number_index),
            born=membership.born,
            name_key=fold(f"{membership.family_name} {membership.given_names}"),
            email=membership.email.lower(),
        )


PEOPLE_LOCK = 0x0B5E_0001


def lock_people() -> None:
    """Wait for the turn to let statements meet people; it lasts until the transaction ends.

    Whom a statement meets depends on everybody who was written before, so only one writes at a time (a list
    of ten thousand takes seconds): two missions that send the same person at once give one person.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PEOPLE_LOCK])


def document_index(country: str, number: str) -> bytes:
    """The keyed hash by which equal documents meet: alpha-3 code of the issuing country and the number."""
    return blind_index("document", country, normalise_document_number(number))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody who may be the same: a person on record, or the new person of an earlier row of the same list."""

    agrees: tuple[str, ...]
    similarity: float
    person: int | None = None
    row: int | None = None


@dataclass(slots=True)
class Meeting:
    """What a row meets: the person it joins, or the earlier row whose new person it is, or nobody (and
    doubts).
    """

    person: int | None = None
    row: int | None = None
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.person is None and self.row is None


@dataclass(frozen=True, slots=True)
class _Known:
    """One identity under which somebody is known: by a document, or by birth alone (no index)."""

    number_index: bytes | None
    born: date
    name_key: str
    joins: bool = True
    person: int | None = None
    row: int | None = None
    emails: frozenset[str] = frozenset()

    @property
    def who(self) -> tuple[int | None, int | None]:
        return self.person, self.row


def similarity(first: str, second: str) -> float:
    """How alike two folded names are, 0 to 1; a name that holds the whole other one counts as nearly equal."""
    if first == second:
        return 1.0
    return max(fuzz.ratio(first, second), 0.95 * fuzz.token_set_ratio(first, second)) / 100


def meet(
    identities: Sequence[Identity],
    *,
    not_joined: Container[int] = (),
    by_applicant: int | None = None,
) -> list[Meeting]:
    """Whom each row meets, in the order of the rows; rows meet earlier rows of the same list, too.

    not_joined: people whom no row may join although all agrees (they stand in this mission already).
    by_applicant: the account of somebody who speaks for themselves. Such a statement joins only what the same
    account has stated before: knowing a passport does not open anybody's file.
    """
    by_document, by_birth = _known(identities, by_applicant)
    meetings: list[Meeting] = []
    for row, identity in enumerate(identities):
        same_document = by_document[identity.number_index]
        meeting = _joined(identity, same_document, not_joined)
        if meeting is None:
            meeting = Meeting(doubts=_doubts(identity, same_document, by_birth[identity.born]))
            known = _Known(
                identity.number_index,
                identity.born,
                identity.name_key,
                row=row,
                emails=frozenset({identity.email} - {""}),
            )
            by_document[identity.number_index].append(known)
            by_birth[identity.born].append(known)
        meetings.append(meeting)
    return meetings


def doubts_about(identity: Identity, *, apart_from: int) -> list[Doubt]:
    """Who may be the person of a statement that stands already: everybody but that person."""
    by_document, by_birth = _known([identity], None)
    same_document = [k for k in by_document[identity.number_index] if k.person != apart_from]
    same_birth = [k for k in by_birth[identity.born] if k.person != apart_from]
    return _doubts(identity, same_document, same_birth)


def _joined(identity: Identity, same_document: list[_Known], not_joined: Container[int]) -> Meeting | None:
    for known in same_document:
        agrees = known.born == identity.born and known.name_key == identity.name_key
        if agrees and known.joins and known.person not in not_joined:
            return Meeting(person=known.person, row=known.row)
    return None


def _doubts(identity: Identity, same_document: list[_Known], same_birth: list[_Known]) -> list[Doubt]:
    best: dict[tuple[int | None, int | None], Doubt] = {}
    documents = {known.who for known in same_document}
    for known in (*same_document, *same_birth):
        alike = similarity(identity.name_key, known.name_key)
        agrees = [DOCUMENT] if known.who in documents else []
        if known.born == identity.born:
            agrees.append(BIRTH)
        if alike >= SIMILAR:
            agrees.append(NAME)
        if identity.email and identity.email in known.emails:
            agrees.append(EMAIL)
        # A birthday alone agrees with one person in twenty thousand: it takes a name or an address beside it.
        if agrees == [BIRTH]:
            continue
        doubt = Doubt(tuple(agrees), round(alike, 2), known.person, known.row)
        older = best.get(known.who)
        if older is None or (len(doubt.agrees), alike) > (len(older.agrees), older.similarity):
            best[known.who] = doubt
    return list(best.values())


# --- who is known ---


@dataclass(frozen=True, slots=True)
class _Record:
    """A person on record. `joins`: whether a statement may join them."""

    born: date
    name_key: str
    merged_into: int | None
    joins: bool


def _known(
    identities: Sequence[Identity], by_applicant: int | None
) -> tuple[dict[bytes, list[_Known]], dict[date, list[_Known]]]:
    """Everybody on record who shares a document or a birthday with a row, merged people as the kept one."""
    by_document: dict[bytes, list[_Known]] = defaultdict(list)
    by_birth: dict[date, list[_Known]] = defaultdict(list)
    holders: dict[int, set[bytes]] = defaultdict(set)
    for person, index in holders_of({identity.number_index for identity in identities}):
        holders[person].add(index)
    people = _records("born", {identity.born for identity in identities}, by_applicant)
    people |= _records("id", holders.keys() - people.keys(), by_applicant)
    people |= _records("id", set(_merged_into(holders)) - people.keys(), by_applicant)
    kept = kept_people({pk: record.merged_into for pk, record in people.items() if record.merged_into})
    emails = _emails(people) if any(identity.email for identity in identities) else {}
    for pk, record in people.items():
        root = kept.get(pk, pk)
        joins = record.joins or (root in people and people[root].joins)
        known = _Known(None, record.born, record.name_key, joins, root, None, frozenset(emails.get(pk, ())))
        by_birth[record.born].append(known)
        for index in holders.get(root, set()) | holders.get(pk, set()):
            by_document[index].append(known)
    return by_document, by_birth


def holders_of(indexes: Collection[bytes]) -> list[tuple[int, bytes]]:
    """Who holds one of these documents."""
    if not indexes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, number_index FROM observers_identitydocument WHERE number_index = ANY(%s)",
            [list(indexes)],
        )
        return [(person, bytes(index)) for person, index in cursor.fetchall()]


def _records(column: str, values: Collection[Any], by_applicant: int | None) -> dict[int, _Record]:
    """People by birth or key. Arrays, not ten thousand parameters: a long list is asked as fast as a short
    one.

    Nobody joins somebody who is known only from an unconfirmed claim: a stranger could have made it.
    """
    if not values:
        return {}
    stated = "m.sender_confirmed" if by_applicant is None else "m.stated_by_id = %s"
    query = (  # of constants: no value is put into it
        "SELECT p.id, p.born, p.name_key, p.merged_into_id,"  # noqa: S608
        f" EXISTS (SELECT FROM observers_membership m WHERE m.person_id = p.id AND {stated})"
        f" FROM observers_person p WHERE p.{column} = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*([] if by_applicant is None else [by_applicant]), list(values)])
        return {pk: _Record(*columns) for pk, *columns in cursor.fetchall()}


def _merged_into(people: Iterable[int]) -> list[int]:
    """Those who were merged into these people, also over several steps (one query a step, as a rule one)."""
    found: list[int] = []
    step = list(people)
    while step:
        step = list(Person.objects.filter(merged_into__in=step).values_list("pk", flat=True))
        found += step
    return found


def kept_people(merged: dict[int, int]) -> dict[int, int]:
    """For people who were merged (person: into whom) the one who is kept in the end."""
    kept = dict(merged)
    while kept:
        pending = set(kept.values())
        rows = Person.objects.filter(pk__in=pending).values_list("pk", "merged_into")
        further = {person: into for person, into in rows if into is not None}
        if not further:
            break
        kept = {person: further.get(into, into) for person, into in kept.items()}
    return kept


def _emails(people: Collection[int]) -> dict[int, set[str]]:
    """The addresses on the statements about these people."""
    found: dict[int, set[str]] = defaultdict(set)
    if not people:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, lower(email) FROM observers_membership"
            " WHERE email <> '' AND person_id = ANY(%s)",
            [list(people)],
        )
        for person, email in cursor.fetchall():
            found[person].add(email)
    return found
