"""Which badge was shown where: one row a scan, without personal data.

A device is a number that its verifier made up; it is kept as a keyed hash, as is the address that asked, under a key
that changes every day. A place is the number of a polling station, as the official typed it.
"""

import unicodedata
from datetime import timedelta

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import roles_of
from accreditation.core.encryption import blind_index
from accreditation.credentials.badges import Badge
from accreditation.credentials.verdicts import Verdict

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


def hashed(words: str, day: str = "") -> bytes:
    """Eight bytes that tell one device, or one address within a day, from another, and nothing else."""
    return blind_index("scan", words, day)[:8]


def plain_place(text: object) -> str:
    """The place in one line, in plain letters: 'Station  14 ' is 'Station 14'. Whoever compares folds the case."""
    return " ".join(unicodedata.normalize("NFKC", plain(text)).split())[:PLACE_LENGTH]


def plain(text: object) -> str:
    """What a stranger sent as text, without what PostgreSQL and UTF-8 do not hold."""
    return str(text or "").encode("utf-8", "ignore").decode().replace("\0", "")
