"""POST /api/v1/verify: is this badge real, and does it hold now? For our verifier and for others' scanners.

Nobody signs in here: whoever holds a badge may ask about it. The answer to what is unknown, malformed or forged is
one and the same, after the same reading and checking; a photo is given only for a badge whose signature was shown.
What is asked, answered, kept and refused stands for others in docs/badge-format.md, section 6.
"""

import hashlib
import ipaddress
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accreditation.core import storage
from accreditation.core.actors import moment_of
from accreditation.core.encryption import DecryptionError
from accreditation.credentials import scans, taking
from accreditation.credentials.badges import Badge
from accreditation.credentials.photo_limits import PhotoLimits
from accreditation.credentials.verifying import Finding, verify_by_record, verify_scan

LONGEST_BODY = 256 * 1024
MOST_AT_ONCE = 200
TEXT_LENGTH = 2_000
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
photo_limits = PhotoLimits()


class NotAsked(Exception):
    """The request says nothing that can be answered; the message says what to send."""

    status = 400


class TooLong(NotAsked):
    status = 413


class NoJson(NotAsked):
    """A page of somebody else's may send forms and plain text from its visitors' browsers, but no JSON."""

    status = 415


@csrf_exempt
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """One badge. Takes {"badge": address, digits or code, "scan"?, "device"?, "place"?, "at"?: unix ms}.

    Answers what Finding says, and "elsewhere" (other places of the last six hours); 400, 413 or 415 for what is no
    such request, 429 when a device asks more than once a second for a minute.
    """
    now = moment_of(request)
    try:
        asked = _asked(request)
        text = _text(asked.get("badge"))
        scan = _scan(request, asked, scans.plain(asked.get("device")), now)
    except NotAsked as error:
        return _error(str(error), error.status)
    found, taken = verify_scan(text, scan, now=now)
    if taken.too_many:
        return _too_many()
    return JsonResponse({**found.as_json(), "elsewhere": list(taken.elsewhere)}, headers=HEADERS)


@csrf_exempt
@require_POST
def photo(request: HttpRequest) -> HttpResponse:
    """The photo that a badge prints, as JPEG, to whoever shows the badge's signature; else 404, whatever was wrong.

    Takes {"badge": address or digits, "device"?}. It is given for a void badge as well: who holds it is the question.
    429 as for `verify`, before anything is read or checked.
    """
    now = moment_of(request)
    try:
        asked = _asked(request)
        text, device = _text(asked.get("badge")), scans.plain(asked.get("device"))
    except NotAsked as error:
        return _error(str(error), error.status)
    if photo_limits.too_many(_device(device) if device else None, _source(request, now), now):
        return _too_many()
    jpeg = _photo_of(verify_by_record(text, now=now))
    if jpeg is None:
        return _error(_("There is no photo for this."), 404)
    return HttpResponse(jpeg, content_type="image/jpeg", headers=HEADERS)


@csrf_exempt
@require_POST
def kept_back(request: HttpRequest) -> HttpResponse:
    """Scans that a device kept while it had no network.

    Takes {"device", "scans": [{"badge", "scan", "place", "at", "shown"}]}, at most 200 at once. Answers how many were
    new; each is counted once, however often it comes. Those of more than 30 days ago are not taken.
    """
    now = moment_of(request)
    if taking.too_many_from(_source(request, now), now):
        return _too_many()
    try:
        asked = _asked(request)
        sent = asked.get("scans")
        if not isinstance(sent, list) or len(sent) > MOST_AT_ONCE:
            raise NotAsked(_("Send at most %(most)d scans at once, as a list.") % {"most": MOST_AT_ONCE})
        device = scans.plain(asked.get("device"))
        judged = []
        for one in sent:
            if not isinstance(one, dict):
                raise NotAsked(_("Each scan is an object with a badge."))
            scan = _scan(request, one, device, now)
            if scan.scanned_at > now - scans.KEPT_BACK_AT_MOST:
                # As of then: a badge whose term has ended since was no expired one at the door.
                found = verify_by_record(_text(one.get("badge")), now=scan.scanned_at)
                judged.append((scan, found.badge_pk, found.verdict))
    except NotAsked as error:
        return _error(str(error), error.status)
    return JsonResponse(
        {"received": len(sent), "new": taking.take_kept_back(judged, now=now)}, headers=HEADERS
    )


def _asked(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise NoJson(_("Send JSON, with the content type application/json."))
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        raise TooLong(_("The request is too long."))
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise NotAsked(_("Send a JSON object with the badge’s address, digits or code as “badge”."))
    return asked


def _text(badge: object) -> str:
    if not isinstance(badge, str) or not badge.strip():
        raise NotAsked(_("Send a JSON object with the badge’s address, digits or code as “badge”."))
    return scans.plain(badge)[:TEXT_LENGTH]


def _scan(request: HttpRequest, asked: dict[str, Any], device: str, now: datetime) -> taking.Scan:
    return taking.Scan(
        scan=_number(asked.get("scan"), device),
        device=_device(device) if device else _source(request, now),
        source=_source(request, now),
        place=scans.plain_place(asked.get("place")),
        scanned_at=_moment(asked.get("at"), now),
        shown=scans.plain(asked.get("shown"))[:12],
        typed=len(str(asked.get("badge"))) < 20,
    )


def _number(said: object, device: str) -> uuid.UUID:
    """The scan's own number; a new one where none was given. Another device cannot claim it."""
    if not isinstance(said, str) or not said:
        return uuid.uuid4()
    return uuid.UUID(bytes=hashlib.sha256(f"{device}\0{scans.plain(said)}".encode()).digest()[:16])


def _moment(said: object, now: datetime) -> datetime:
    """When the device says it was; never later than now, and now where it says nothing sensible."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return now
    try:
        return min(datetime.fromtimestamp(said / 1000, UTC), now)
    except (ValueError, OverflowError, OSError):
        return now


def _device(device: str) -> bytes:
    return scans.hashed(device[:100])


def _source(request: HttpRequest, now: datetime) -> bytes:
    """The asker's address, as it is written down: under another key tomorrow."""
    return scans.hashed(_network_of(_address_of(request)), now.date().isoformat())


def _network_of(address: str) -> str:
    """What one asker has: an address of IPv4, but of IPv6 a whole /64, any of whose addresses a phone may take."""
    if ":" not in address:
        return address
    try:
        whole = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return f"{ipaddress.IPv6Address(int(whole) >> 64 << 64)}/64"


def _address_of(request: HttpRequest) -> str:
    """The asker's address, behind as many proxies as are trusted."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = [
        one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()
    ]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    return str(request.META.get("REMOTE_ADDR") or "")


def _photo_of(found: Finding) -> bytes | None:
    if not found.proved or found.badge_pk is None:
        return None
    picture = Badge.objects.filter(pk=found.badge_pk).values_list("picture__name", flat=True).first()
    if picture is None:
        return None
    try:
        return storage.read(picture)
    except (FileNotFoundError, DecryptionError):
        return None


def _too_many() -> HttpResponse:
    answer = _error(_("Too many checks in a minute. Wait a little."), 429)
    answer.headers["Retry-After"] = "60"
    return answer


def _error(words: str, status: int) -> HttpResponse:
    return JsonResponse({"detail": words}, status=status, headers=HEADERS)
