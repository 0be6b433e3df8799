"""Two people turn out to be one: their memberships move to the person who is kept; nothing is thrown away."""

from accreditation.core.audit import record
from accreditation.core.machine import Move
from accreditation.observers.models import IdentityDocument, Membership, Person
from accreditation.workflow.models import Application


def move_memberships_to_kept_person(application: Application, move: Move) -> None:
    """Give the merged person's documents and memberships to the kept one, and point the one at the other.

    `move.given["kept_person"]` is the primary key of the person who stays. Both people get an audit event.
    """
    merged, kept = application.person_id, move.given["kept_person"]
    IdentityDocument.objects.filter(person=merged).update(person=kept)
    has_primary = Application.objects.live().filter(person=kept, election=application.election_id).exists()
    moved = Membership.objects.filter(person=merged)
    if has_primary:
        moved.update(person=kept, is_primary=False)
    else:
        moved.update(person=kept)
    Person.objects.filter(pk=merged).update(merged_into=kept)
    for person in Person.objects.filter(pk__in=[merged, kept]):
        record(person, "people_merged", actor=move.actor, now=move.now, merged=merged, kept=kept)
