"""What an application still lacks before it can be sent (DOMAIN section 7, 'Fields', column 'to submit').

A datum is said once: where a delegation states its stay, or an organisation its address, its people need not.
"""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accreditation.core.errors import Reason
from accreditation.missions.models import Category, DocumentKind
from accreditation.observers.models import Membership


def missing(
    membership: Membership, category: Category, uploads: Collection[str], *, reachable: bool
) -> list[Reason]:
    """What is missing, in the order in which the pages ask for it; empty when nothing is.

    `uploads` are the kinds of the current uploads; `reachable` says that the mission has a focal point whose
    address stands in for the person's. Reads membership.document, .delegation, .mission.organisation (no query
    when they were selected with it). The pledge is asked by its own guard (`pledge_missing`).
    """
    document, delegation = membership.document, membership.delegation
    organisation = delegation.organisation or membership.mission.organisation
    required = category.required_documents
    checks = [
        (not document.expires_on, "document_expiry", _("the passport's last day of validity")),
        (
            not (membership.residence_address or organisation.address),
            "residence",
            _("the address of residence, or the address of the organisation"),
        ),
        (
            not (membership.email or membership.phone or reachable),
            "contact",
            _("an e-mail address or a phone"),
        ),
        (not (membership.arrives_on or delegation.arrives_on), "arrival", _("the day of arrival")),
        (not (membership.departs_on or delegation.departs_on), "departure", _("the day of departure")),
        (
            DocumentKind.MINISTRY_NUMBER in required and not membership.ministry_number,
            "ministry_number",
            _("the ministry's accreditation number"),
        ),
        (
            DocumentKind.MINISTRY_NUMBER in required and not membership.outlet,
            "outlet",
            _("the media outlet"),
        ),
        (DocumentKind.PHOTO in required and DocumentKind.PHOTO not in uploads, "photo", _("the photo")),
        (
            DocumentKind.PASSPORT_PAGE in required and DocumentKind.PASSPORT_PAGE not in uploads,
            "passport_page",
            _("the picture of the passport page"),
        ),
    ]
    return [Reason(code, words) for lacks, code, words in checks if lacks]


def pledge_missing(membership: Membership, version: str, *, by_head_allowed: bool) -> Reason | None:
    """Why the pledge does not stand: not given, given to an older text, or declared where that is not allowed."""
    pledge = getattr(membership, "pledge", None)
    if pledge is None:
        return Reason("pledge", _("the pledge"))
    if pledge.version != version:
        return Reason("pledge", _("the pledge, whose text has changed since"))
    if pledge.declared_by_head and not by_head_allowed:
        return Reason("pledge", _("the pledge, signed by the person"))
    return None
