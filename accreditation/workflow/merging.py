"""Two people turn out to be one: their memberships move to the person who is kept; nothing is thrown away."""

from accreditation.core.audit import record
from accreditation.core.machine import Move
from accreditation.credentials.models import Accreditation
from accreditation.observers.models import IdentityDocument, Membership, Person
from accreditation.workflow.models import Application


def move_memberships_to_kept_person(application: Application, move: Move) -> None:
    """Give the merged person's documents and memberships to the kept one, and point the one at the other.

    `move.given["kept_person"]` is the primary key of the person who stays. Both people get an audit event. Two
    files under way, or two accreditations, at one election run into the constraints: they are settled first.
    """
    merged, kept = application.person_id, move.given["kept_person"]
    leads = {
        *Application.objects.live().filter(person=kept).values_list("election", flat=True),
        *Accreditation.objects.current().filter(person=kept).values_list("election", flat=True),
    }
    IdentityDocument.objects.filter(person=merged).update(person=kept)
    moved = Membership.objects.filter(person=merged)
    moved.filter(mission__election__in=leads).update(is_primary=False)
    moved.update(person=kept)
    # Whatever else the merged person has or had, at this election or another one, is the kept one's.
    Application.objects.filter(person=merged).exclude(pk=application.pk).update(person=kept)
    Accreditation.objects.filter(person=merged).update(person=kept)
    Person.objects.filter(pk=merged).update(merged_into=kept)
    for person in Person.objects.filter(pk__in=[merged, kept]):
        record(person, "people_merged", actor=move.actor, now=move.now, merged=merged, kept=kept)
