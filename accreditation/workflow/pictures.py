"""Photos and passport pages: one by one from a form, or a whole mission's in a ZIP, with a report of what met
whom.

A picture can be sent while its file is a draft or information is requested; the commission decides on what it
saw.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accreditation.core import storage
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.uploads import (
    PASSPORT_PAGE,
    PORTRAIT_PHOTO,
    AcceptedImage,
    ImageRules,
    UploadRefused,
    accept_image,
)
from accreditation.missions.models import DocumentKind, Election, Mission, speaks_for
from accreditation.observers.models import Membership, Upload
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


def rules_of(kind: str, election: Election) -> ImageRules:
    """What a picture of that kind must be at this election."""
    if kind != DocumentKind.PHOTO:
        return PASSPORT_PAGE
    return ImageRules(
        max_bytes=election.photo_max_bytes,
        min_width=election.photo_min_width,
        min_height=election.photo_min_height,
        ratio=PORTRAIT_PHOTO.ratio,
        max_side=PORTRAIT_PHOTO.max_side,
    )


def add_picture(membership: Membership, kind: str, file: object, *, actor: Actor, now: datetime) -> Upload:
    """Keep a picture of a membership's; the newest of a kind holds, the one before stays on record.

    The same picture again is the one that is there. Raises NotAllowed, UploadRefused, and Refused
    ('under_way').
    """
    own = actor.user is not None and membership.applications.filter(applicant=actor.user).exists()
    if not (own or speaks_for(actor, membership.mission_id) or clerk(actor, membership) or actor.is_system):
        raise NotAllowed()
    if kind not in (DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE):
        raise Refused([Reason("unknown_kind", _("Send a photo or a passport page."))])
    return _keep(
        membership, kind, accept_image(file, rules_of(kind, membership.mission.election)), actor, now
    )[0]


def _keep(
    membership: Membership, kind: str, image: AcceptedImage, actor: Actor, now: datetime
) -> tuple[Upload, bool]:
    """The upload's row and whether it is new."""
    sha256 = bytes.fromhex(image.sha256)
    current = membership.uploads.filter(kind=kind, replaced_at=None)
    if (same := current.filter(sha256=sha256).first()) is not None:
        return same, False
    _refuse_under_way(membership)
    name = storage.store(image.jpeg)
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
        _refuse_under_way(membership)
        current.update(replaced_at=now)
        upload = Upload.objects.create(
            membership=membership,
            kind=kind,
            name=name,
            sha256=sha256,
            width=image.width,
            height=image.height,
            uploaded_by=actor.user,
            uploaded_at=now,
        )
        record(membership, "picture_added", actor=actor, now=now, fields=[kind], upload=upload.pk)
    return upload, True


def _refuse_under_way(membership: Membership) -> None:
    file = Application.objects.filter(membership=membership).order_by("pk").last()
    if file is not None and file.state not in OPEN:
        words = _("The application is “%(state)s”; its pictures cannot be changed now.")
        raise Refused([Reason("under_way", words % {"state": file.get_state_display()})])


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
    given: dict[tuple[int, str], str] = {}
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
    given: dict[tuple[int, str], str],
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
    election = membership.mission.election
    try:
        kind = whose.kind or _kind_by_shape(content)
        image = accept_image(content, rules_of(kind, election))
        if given.setdefault((membership.pk, kind), image.sha256) != image.sha256:
            words = _("There is another picture of this kind for the same person in the archive.")
            return Picture(name, "ambiguous", kind, membership, [Reason("second_picture", words)])
        __, is_new = _keep(membership, kind, image, actor, now)
    except Refused as refused:
        return Picture(name, "refused", whose.kind, membership, refused.reasons)
    return Picture(name, "met" if is_new else "unchanged", kind, membership)


def _kind_by_shape(content: bytes) -> str:
    """An upright picture is a photo, one that lies is a passport page. Raises UploadRefused."""
    image = accept_image(content, ImageRules(max_side=200))
    return DocumentKind.PHOTO if image.height > image.width else DocumentKind.PASSPORT_PAGE
