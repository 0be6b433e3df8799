"""The digital badge: the badge as a PDF for the phone, on the pages of those whom it concerns, and by a link that
expires.

Whoever has the link has the badge, as with paper; so it ends after LINK_HOLDS, names nobody, and shows nothing once
the badge is void. Each time that a badge is given out is written down.
"""

import base64
import binascii
from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accreditation.core.actors import Actor, actor_of, moment_of, new_request_id
from accreditation.core.audit import record
from accreditation.credentials.badges import Badge
from accreditation.credentials.facing import faces_of, shown_at
from accreditation.credentials.giving_out import pdf_answer, refused_where_it_cannot_be_set
from accreditation.credentials.printing.apart import badges_pdf_apart

LINK_HOLDS = timedelta(days=14)
SHOWN = tuple(state for state in Badge.LIVE if state != Badge.State.STANDBY)
"""States of a badge that is given out; on standby there is to be none."""

GIVEN_OUT = Q(state__in=SHOWN, sealed_at__isnull=False)


class LinkExpired(Exception):
    """The link was right, and is older than LINK_HOLDS."""


class NoSuchLink(Exception):
    """No link of ours, or of a badge that is no more."""


def is_given_out(badge: Badge) -> bool:
    """Whether there is a digital badge now: it is signed, and it holds."""
    return badge.sealed_at is not None and badge.state in SHOWN


def token_of(badge: Badge) -> str:
    """The end of the badge's link, made now; it holds for LINK_HOLDS."""
    return _signer().sign(base64.urlsafe_b64encode(bytes(badge.serial)).decode().rstrip("="))


def badge_by(token: str) -> Badge:
    """The badge that a link names, whatever its state. Raises LinkExpired or NoSuchLink."""
    try:
        text = _signer().unsign(token, max_age=LINK_HOLDS)
        serial = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except SignatureExpired:
        raise LinkExpired from None
    except (BadSignature, binascii.Error):
        raise NoSuchLink from None
    rows = Badge.objects.select_related("accreditation__election", "accreditation__membership")
    badge = rows.filter(serial=serial).first()
    if badge is None:
        raise NoSuchLink
    return badge


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="accreditation.credentials.digital", sep=".")


def give_out(request: HttpRequest, badge: Badge) -> HttpResponse:
    """The badge as a PDF, and a record of it. The caller has asked for permission, and whether it is_given_out.

    Raises Refused where it cannot be set now.
    """
    pdf = b""
    if request.method != "HEAD":
        pdf = _pdf_of(badge)
        shows_number = badge.accreditation.election.badge_shows_document_number
        record(
            badge, "digital_badge_given_out", actor=_reader(request), now=moment_of(request),
            fields=["document_number"] if shows_number else [],
        )  # fmt: skip
    return pdf_answer(pdf, f"badge-{badge.code_in_words}.pdf")


def _pdf_of(badge: Badge) -> bytes:
    words = _("The badge cannot be made now. Try again in a few minutes, or write to us.")
    with refused_where_it_cannot_be_set(f"badge {badge.pk}", words):
        return badges_pdf_apart(faces_of([badge]), at=shown_at(badge), tagged=True)


def _reader(request: HttpRequest) -> Actor:
    """Whoever signed in; by a link nobody is known, so the request alone."""
    if request.user.is_authenticated:
        return actor_of(request)
    return Actor(user=None, request_id=getattr(request, "request_id", new_request_id()))
