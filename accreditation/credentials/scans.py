"""Which badge was shown where: one row a scan, without personal data, and what of it should alarm the commission.

A device is a number that its verifier made up; it is kept as a keyed hash, as is the address that asked, under a key
that changes every day. A place is the number of a polling station, as the official typed it.
"""

import json
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.indexes import BrinIndex
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import roles_of
from accreditation.core.encryption import blind_index
from accreditation.credentials.badges import Badge
from accreditation.credentials.verdicts import Verdict

MOST_OF_A_DEVICE = 60
"""Scans a minute of one device: a queue at a door is checked at one in two seconds at best."""
MOST_OF_AN_ADDRESS = 1_200
"""Scans a minute of one address: many stations may share the one of a mobile network."""
ELSEWHERE_WITHIN = timedelta(hours=6)
ELSEWHERE_SHOWN = 5
KEPT_BACK_AT_MOST = timedelta(days=30)
"""How long a device may have been without a network before its scans are no longer taken."""
PLACE_LENGTH = 40
IN_WORDS = {
    Verdict.VALID: _("valid"),
    Verdict.VOID: _("void"),
    Verdict.EXPIRED: _("expired"),
    Verdict.NOT_YET: _("not yet valid"),
    Verdict.FORGED: _("forged"),
    Verdict.UNKNOWN_KEY: _("unknown key"),
}


class BadgeScanQuerySet(models.QuerySet["BadgeScan"]):
    def visible_to(self, user: User) -> "BadgeScanQuerySet":
        """All to staff; nobody else learns where badges were shown."""
        return self if roles_of(user) else self.none()


class BadgeScan(models.Model):
    """One scan, as the record judges it: void if the badge is void when it comes, valid or expired as of the scan.

    Counted once, however often it is sent.
    """

    scan = models.UUIDField(_("scan"), unique=True, editable=False)
    badge = models.ForeignKey(
        Badge,
        verbose_name=_("badge"),
        null=True,
        on_delete=models.PROTECT,
        related_name="scans",
        db_index=False,
        db_constraint=False,  # its check would write to the badge at each scan; a trigger keeps scanned badges instead
    )
    verdict = models.CharField(
        _("verdict"), max_length=12, choices=[(one.value, words) for one, words in IN_WORDS.items()]
    )
    shown = models.CharField(
        _("shown by the device"),
        max_length=12,
        blank=True,
        help_text=_("What the device said without a network."),
    )
    typed = models.BooleanField(_("typed, not scanned"), default=False)
    place = models.CharField(_("place"), max_length=PLACE_LENGTH, blank=True)
    device = models.BinaryField(max_length=8, editable=False)
    source = models.BinaryField(max_length=8, editable=False)
    scanned_at = models.DateTimeField(_("scanned at"))
    received_at = models.DateTimeField(_("received at"))

    objects = BadgeScanQuerySet.as_manager()

    class Meta:
        verbose_name = _("scan of a badge")
        verbose_name_plural = _("scans of badges")
        indexes = (
            models.Index(
                fields=["badge", "scanned_at"], condition=Q(badge__isnull=False), name="scan_of_badge"
            ),
            models.Index(fields=["device", "received_at"], name="scan_of_device"),
            models.Index(fields=["source", "received_at"], name="scan_of_source"),
            # By blocks: rows come in this order, so it costs a scan nothing; and where statistics are old, no count of
            # one device's last minute goes through everybody's, as it did with a tree here.
            BrinIndex(fields=["received_at"], name="scan_received", pages_per_range=32, autosummarize=True),
            # What alarms count, and the filters of the commission's page.
            models.Index(
                Lower("place"),
                "scanned_at",
                condition=~Q(verdict="valid") & ~Q(place=""),
                name="scan_that_failed",
            ),
            models.Index(Lower("place"), "id", condition=~Q(place=""), name="scan_at_place"),
            models.Index(fields=["verdict", "id"], condition=~Q(verdict="valid"), name="scan_by_verdict"),
            models.Index(fields=["id"], condition=~Q(shown=""), name="scan_kept_back"),
        )

    def __str__(self) -> str:
        return str(self.scan)

    @property
    def was_offline(self) -> bool:
        return bool(self.shown)


@dataclass(frozen=True)
class Scan:
    """A scan on its way in: who asks, where, and when the badge was held before the camera."""

    scan: uuid.UUID
    device: bytes
    source: bytes
    place: str
    scanned_at: datetime
    shown: str = ""
    typed: bool = False


@dataclass(frozen=True)
class Taken:
    """What became of a scan: refused as too many, or taken, with where else the badge was seen of late."""

    too_many: bool
    elsewhere: tuple[dict[str, str], ...] = ()


def hashed(words: str, day: str = "") -> bytes:
    """Eight bytes that tell one device, or one address within a day, from another, and nothing else."""
    return blind_index("scan", words, day)[:8]


def plain_place(text: object) -> str:
    """The place in one line, in plain letters: 'Station  14 ' is 'Station 14'. Whoever compares folds the case."""
    return " ".join(unicodedata.normalize("NFKC", plain(text)).split())[:PLACE_LENGTH]


def plain(text: object) -> str:
    """What a stranger sent as text, without what PostgreSQL and UTF-8 do not hold."""
    return str(text or "").encode("utf-8", "ignore").decode().replace("\0", "")


# What never changes stands in the statement: each value sent beside it costs whoever waits.
_TAKE = f"""
WITH asked AS (
    SELECT (SELECT count(*) FROM (
                SELECT FROM credentials_badgescan WHERE device = %(device)s
                AND received_at > %(now)s - interval '1 minute' LIMIT {MOST_OF_A_DEVICE}
            ) d) >= {MOST_OF_A_DEVICE}
        OR (SELECT count(*) FROM (
                SELECT FROM credentials_badgescan WHERE source = %(source)s
                AND received_at > %(now)s - interval '1 minute' LIMIT {MOST_OF_AN_ADDRESS}
            ) s) >= {MOST_OF_AN_ADDRESS} AS too_many
), put AS (
    INSERT INTO credentials_badgescan
        (scan, badge_id, verdict, shown, typed, place, device, source, scanned_at, received_at)
    SELECT %(scan)s, %(badge)s::bigint, %(verdict)s, %(shown)s, %(typed)s, %(place)s, %(device)s, %(source)s,
           %(scanned_at)s, %(now)s
    FROM asked WHERE NOT too_many
    ON CONFLICT (scan) DO NOTHING
)
SELECT too_many, set_config('synchronous_commit', 'off', true),
    (SELECT coalesce(json_agg(e), '[]') FROM (
        SELECT place, to_char(scanned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
        FROM credentials_badgescan WHERE badge_id = %(badge)s::bigint
        AND scanned_at BETWEEN %(now)s - interval '{ELSEWHERE_WITHIN.total_seconds():.0f} s' AND %(now)s
        AND lower(place) <> lower(%(place)s) AND (device <> %(device)s OR device = source)
        ORDER BY scanned_at DESC LIMIT {ELSEWHERE_SHOWN}) e)
FROM asked
"""  # noqa: S608 - numbers of this file


def take(scan: Scan, *, badge_pk: int | None, verdict: Verdict, now: datetime) -> Taken:
    """Write a scan down, once, and answer where else its badge was scanned in the last hours; one query.

    The commit does not wait for the disk, so nobody at the door does either. A database that crashes may lose the scans
    of its last second: an alarm may miss one, no verdict and no right rests on them. What a device has kept back it
    forgets when it is told that it was taken, so `take_kept_back` does wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                **vars(scan),
                "badge": badge_pk,
                "verdict": verdict.value,
                "now": now,
            },
        )
        too_many, _off, elsewhere = cursor.fetchone()
    found = json.loads(elsewhere) if isinstance(elsewhere, str) else elsewhere
    return Taken(too_many, () if too_many else tuple(found))


def too_many_from(source: bytes, now: datetime) -> bool:
    """Whether an address has sent as many scans in the last minute as one may."""
    of_late = BadgeScan.objects.filter(source=source, received_at__gt=now - timedelta(minutes=1))
    return of_late[:MOST_OF_AN_ADDRESS].count() >= MOST_OF_AN_ADDRESS


def take_kept_back(scans: list[tuple[Scan, int | None, Verdict]], *, now: datetime) -> int:
    """Write scans down that a device kept while it had no network; how many were new. The same ones again: none."""
    rows = [
        BadgeScan(**vars(scan), badge_id=badge_pk, verdict=verdict.value, received_at=now)
        for scan, badge_pk, verdict in scans
    ]
    known = set(BadgeScan.objects.filter(scan__in=[row.scan for row in rows]).values_list("scan", flat=True))
    BadgeScan.objects.bulk_create(rows, ignore_conflicts=True)
    return len({row.scan for row in rows} - known)
