"""What was written about a person of the mission: word for word, and the decisions as papers."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accreditation.core.mail import render
from accreditation.core.outbox import OutboxMessage
from accreditation.missions.views.access import Room, of_mission
from accreditation.missions.views.showing import row_of
from accreditation.observers.models import Membership
from accreditation.workflow.own_history import letters_of
from accreditation.workflow.paper import give_out_letter, has_file


def _letter(room: Room, membership: Membership, pk: int) -> OutboxMessage:
    """One of the letters about the file, while this mission holds it."""
    application = row_of(room, membership).application
    rows = letters_of(application, membership, now=room.now) if application else []
    row = next((row for row in rows if row.pk == pk), None)
    if row is None:
        raise Http404
    return row


@require_safe
@of_mission
def letter(room: Room, public_id: str, pk: int) -> HttpResponse:
    membership = room.member(public_id, ended=True)
    row = _letter(room, membership, pk)
    words = render(row.kind, row.language, [row.facts], sent_at=row.sent_at or room.now)
    return room.render("letter.html", membership=membership, letter=row, words=words, has_file=has_file(row))


@require_safe
@of_mission
def letter_file(room: Room, public_id: str, pk: int) -> HttpResponse:
    """A decision as a PDF; it is there once its letter has left."""
    row = _letter(room, room.member(public_id, ended=True), pk)
    if not has_file(row):
        raise Http404
    return give_out_letter(room.request, row, room.now)
