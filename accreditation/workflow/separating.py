"""A statement that was changed into one about somebody else leaves the person whom it joined.

Two senders name one person; one of them corrects its row until hardly anything agrees any more. The person stays
with those who still mean them; the changed statement is about a person of its own. Each side keeps or gets a file.
"""

from collections.abc import Sequence
from datetime import datetime

from accreditation.core.actors import SYSTEM, Actor
from accreditation.core.audit import record
from accreditation.observers.duplicates import raise_doubts
from accreditation.observers.matching import SIMILAR, Identity, doubts_about, similarity
from accreditation.observers.models import IdentityDocument, Membership, Person
from accreditation.observers.stating import bear_first_statement
from accreditation.workflow.models import Application
from accreditation.workflow.openings import busy_people, open_draft


def settle_identity(memberships: Sequence[Membership], *, actor: Actor, now: datetime) -> None:
    """Names, births or documents of these memberships have changed: part whom they no longer mean, and put
    whoever agrees with something now before the clerks. Under lock_people.
    """
    for membership in memberships:
        _separate(membership, actor=actor, now=now)
        doubt_again(membership)


def doubt_again(membership: Membership) -> None:
    """Put whoever agrees with something of this statement before the clerks, where they were not asked before."""
    own = membership.person_id
    found = doubts_about(Identity.of_membership(membership), apart_from=own)
    raise_doubts((own, doubt.person or 0, doubt.agrees, doubt.similarity) for doubt in found)


def _separate(membership: Membership, *, actor: Actor, now: datetime) -> None:
    before = membership.person_id
    known = [
        Identity.of_membership(other)
        for other in Membership.objects.filter(person=before)
        .exclude(pk=membership.pk)
        .select_related("document")
    ]
    confirmed = Person.objects.filter(pk=before, confirmed_at__isnull=False).first()
    if confirmed is not None:
        known.append(Identity(b"", confirmed.born, confirmed.name_key))
    own = Identity.of_membership(membership)
    if not known or any(_mean_one(own, other) for other in known):
        return
    person = Person.objects.create(
        family_name=membership.family_name,
        given_names=membership.given_names,
        original_name=membership.original_name,
        born=membership.born,
        sex=membership.sex,
        citizenship_id=membership.citizenship_id,
        name_key=own.name_key,
    )
    IdentityDocument.objects.filter(pk=membership.document_id).update(person=person)
    Application.objects.filter(membership=membership).update(person=person)
    membership.person = person
    membership.save(update_fields=["person", "changed_at"])
    record(
        membership,
        "person_separated",
        actor=actor,
        now=now,
        fields=["person"],
        before=before,
        person=person.pk,
    )
    bear_first_statement(before)
    _give_files(membership, before, actor=actor, now=now)


def _mean_one(one: Identity, other: Identity) -> bool:
    """Whether two of document, birth and name still agree, as they do after an honest correction."""
    agreeing = (
        one.number_index == other.number_index,
        one.born == other.born,
        similarity(one.name_key, other.name_key) >= SIMILAR,
    )
    return sum(agreeing) > 1


def _give_files(membership: Membership, before: int, *, actor: Actor, now: datetime) -> None:
    """Both sides are named at this election: whoever has no file under way gets a draft."""
    election = membership.mission.election_id
    if not busy_people([membership.person_id], election):
        open_draft(membership, actor=actor, now=now)
    remaining = (
        Membership.objects.current()
        .filter(person=before, mission__election=election)
        .order_by("-sender_confirmed", "pk")
        .select_related("mission")
        .first()
    )
    if remaining is not None and not busy_people([before], election):
        open_draft(remaining, actor=SYSTEM, now=now)
