"""Photos and passport pages: one by one from a form, or a whole mission's in a ZIP, with a report of what met
whom.

A picture can be sent while its file is a draft or information is requested; the commission decides on what it
saw.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.uploads import ImageRules, UploadRefused, accept_image
from accreditation.missions.models import DocumentKind, Mission, speaks_for
from accreditation.observers.models import Membership, Upload
from accreditation.observers.pictures import keep_picture
from accreditation.observers.portraits import PeopleOfMission
from accreditation.workflow.models import Application
from accreditation.workflow.parties import clerk

OPEN = (
    Application.State.DRAFT,
    Application.State.INFORMATION_REQUESTED,
    Application.State.WITHDRAWN,
    Application.State.LAPSED,
    Application.State.MERGED,
)


def under_way() -> Reason:
    """In words that name no state: whoever sent the picture may not know it yet."""
    words = _("The application is with the commission or decided: its pictures cannot be changed now.")
    return Reason("under_way", words)


def add_picture(
    membership: Membership,
    kind: str,
    file: object,
    *,
    actor: Actor,
    now: datetime,
    while_it_is: Collection[str] = OPEN,
    too_late: Callable[[], Reason] = under_way,
) -> Upload:
    """Keep a picture of a membership's; the newest of a kind holds, the one before stays on record.

    The same picture again is the one that is there. Raises NotAllowed, UploadRefused, and Refused (`too_late`) when
    the application is in no state of `while_it_is`.
    """
    own = actor.user is not None and membership.applications.filter(applicant=actor.user).exists()
    if not (own or speaks_for(actor, membership.mission_id) or clerk(actor, membership) or actor.is_system):
        raise NotAllowed()
    if kind not in (DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE):
        raise Refused([Reason("unknown_kind", _("Send a photo or a passport page."))])
    return _keep(membership, kind, file, actor, now, while_it_is, too_late)


def _keep(
    membership: Membership,
    kind: str,
    file: object,
    actor: Actor,
    now: datetime,
    while_it_is: Collection[str] = OPEN,
    too_late: Callable[[], Reason] = under_way,
) -> Upload:
    files = Application.objects.filter(membership=membership).order_by("-pk")

    def refuse_what_is_late(rows: QuerySet[Application]) -> None:
        newest = rows.first()
        if newest is not None and newest.state not in while_it_is:
            raise Refused([too_late()])

    def refuse_in_turn() -> None:
        # The application before the membership, as every move locks them: none comes between look and write.
        refuse_what_is_late(files.select_for_update(no_key=True))

    # Before the picture is read, which takes its time, and again when its row is written.
    refuse_what_is_late(files)
    return keep_picture(
        membership,
        kind,
        file,
        by=actor,
        now=now,
        election=membership.mission.election,
        if_it_may=refuse_in_turn,
    )


# --- a whole archive ---


@dataclass
class Picture:
    """What became of one file of an archive.

    outcome: 'met', 'unchanged' (the same picture is there), 'unmatched', 'ambiguous', 'refused' (see
    `reasons`).
    """

    name: str
    outcome: str
    kind: str = ""
    membership: Membership | None = None
    reasons: list[Reason] = field(default_factory=list)


@dataclass
class ArchiveReport:
    """Every file of the archive, in its order, and what stopped the reading where it could not be read to its
    end.
    """

    pictures: list[Picture] = field(default_factory=list)
    stopped: Reason | None = None

    def of(self, outcome: str) -> list[Picture]:
        return [picture for picture in self.pictures if picture.outcome == outcome]


def match_archive(
    mission: Mission, files: Iterable[tuple[str, bytes]], *, actor: Actor, now: datetime
) -> ArchiveReport:
    """Give each picture (name with folders, bytes; as core.archives.read_archive gives them) to its person.

    Each is kept in a transaction of its own, so what was given before a damaged entry stays. Raises
    NotAllowed.
    """
    if not (speaks_for(actor, mission.pk) or clerk(actor, mission) or actor.is_system):
        raise NotAllowed()
    report = ArchiveReport()
    people = PeopleOfMission.of(mission)
    memberships = Membership.objects.select_related("mission__election").in_bulk(list(people.family))
    given: dict[tuple[int, str], bytes] = {}
    try:
        for name, content in files:
            report.pictures.append(_give(name, content, people, memberships, given, actor, now))
    except UploadRefused as refused:
        report.stopped = refused.reason
    return report


def _give(
    name: str,
    content: bytes,
    people: PeopleOfMission,
    memberships: dict[int, Membership],
    given: dict[tuple[int, str], bytes],
    actor: Actor,
    now: datetime,
) -> Picture:
    whose = people.whose(name)
    if not whose.people:
        words = _("No person of the mission bears this name or passport number.")
        return Picture(name, "unmatched", whose.kind, reasons=[Reason("unmatched", words)])
    if len(whose.people) > 1:
        words = _("The name fits %(people)d people: add the passport number.") % {"people": len(whose.people)}
        return Picture(name, "ambiguous", whose.kind, reasons=[Reason("ambiguous", words)])
    membership = memberships[next(iter(whose.people))]
    try:
        kind = whose.kind or _kind_by_shape(content)
        digest = hashlib.sha256(content).digest()
        if given.setdefault((membership.pk, kind), digest) != digest:
            words = _("There is another picture of this kind for the same person in the archive.")
            return Picture(name, "ambiguous", kind, membership, [Reason("second_picture", words)])
        before = membership.uploads.filter(kind=kind, replaced_at=None).values_list("pk", flat=True).first()
        is_new = _keep(membership, kind, content, actor, now).pk != before
    except Refused as refused:
        return Picture(name, "refused", whose.kind, membership, refused.reasons)
    return Picture(name, "met" if is_new else "unchanged", kind, membership)


def _kind_by_shape(content: bytes) -> str:
    """An upright picture is a photo, one that lies is a passport page. Raises UploadRefused."""
    image = accept_image(content, ImageRules(max_side=200))
    return DocumentKind.PHOTO if image.height > image.width else DocumentKind.PASSPORT_PAGE
