"""Which drafts could be sent as they are, asked of the database for a whole mission at once.

The same rules as observers.completeness, which words them for one person; a test holds both together.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accreditation.missions.models import DocumentKind, Mission, MissionRole
from accreditation.observers.models import Pledge, Upload
from accreditation.workflow.models import Application

Condition = Callable[[Mission], Q]


def _required(kind: str) -> Q:
    return Q(category__required_documents__contains=[kind])


def _without_upload(kind: str) -> Q:
    current = Upload.objects.filter(membership=OuterRef("membership"), kind=kind, replaced_at=None)
    return _required(kind) & Q(~Exists(current))


def _without_pledge(mission: Mission) -> Q:
    election = mission.election
    standing = Pledge.objects.filter(membership=OuterRef("membership"), version=election.pledge_version)
    if not election.pledge_by_head:
        standing = standing.filter(declared_by_head=False)
    return Q(~Exists(standing))


def _without_residence(mission: Mission) -> Q:
    lacks = Q(membership__residence_address="")
    sender = Q(membership__delegation__organisation__address="")
    if not mission.organisation.address:
        sender |= Q(membership__delegation__organisation=None)
    return lacks & sender


def _without_contact(mission: Mission) -> Q:
    reachable = MissionRole.objects.current().filter(mission=OuterRef("mission"))
    return Q(membership__email="", membership__phone="") & Q(~Exists(reachable))


MISSING: dict[str, tuple[object, Condition]] = {
    "photo": (_("photo"), lambda mission: _without_upload(DocumentKind.PHOTO)),
    "passport_page": (_("passport page"), lambda mission: _without_upload(DocumentKind.PASSPORT_PAGE)),
    "pledge": (_("pledge"), _without_pledge),
    "document_expiry": (_("passport's last day"), lambda mission: Q(membership__document__expires_on=None)),
    "arrival": (
        _("day of arrival"),
        lambda mission: Q(membership__arrives_on=None, membership__delegation__arrives_on=None),
    ),
    "departure": (
        _("day of departure"),
        lambda mission: Q(membership__departs_on=None, membership__delegation__departs_on=None),
    ),
    "residence": (_("address"), _without_residence),
    "contact": (_("e-mail address or phone"), _without_contact),
    "ministry_number": (
        _("ministry's accreditation number"),
        lambda mission: _required(DocumentKind.MINISTRY_NUMBER) & Q(membership__ministry_number=""),
    ),
    "outlet": (
        _("media outlet"),
        lambda mission: _required(DocumentKind.MINISTRY_NUMBER) & Q(membership__outlet=""),
    ),
}
"""What can be missing: a word for the filter, and the condition on applications."""


def lacking(mission: Mission, code: str) -> QuerySet[Application]:
    """The mission's drafts and files it is asked about that lack this thing, or ('any') anything."""
    rows = Application.objects.filter(
        mission=mission, state__in=[Application.State.DRAFT, Application.State.INFORMATION_REQUESTED]
    )
    return rows.filter(_anything(mission) if code == "any" else MISSING[code][1](mission))


def _anything(mission: Mission) -> Q:
    return reduce(or_, (condition_of(mission) for _words, condition_of in MISSING.values()))


def complete_drafts(mission: Mission) -> QuerySet[Application]:
    """The mission's drafts that lack nothing, in the order of the roster."""
    rows = Application.objects.filter(
        ~_anything(mission), mission=mission, state=Application.State.DRAFT, membership__ended_at=None
    )
    return rows.order_by(F("membership__sort_key"), "membership_id")
