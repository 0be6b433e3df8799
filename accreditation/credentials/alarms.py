"""What scans tell of misuse: one badge at two places, many bad badges at one place.

A worker joins what has come in since it last looked (`raise_alarms`): the scans of phones without a network come hours
later, and two that come at the same moment see nothing of each other. An alarm stands until somebody has looked into
it, however old it is, and comes back only with new scans.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.accounts.models import User
from accreditation.accounts.parties import approver, clerk
from accreditation.accounts.roles import roles_of
from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused, WrongState
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.badges import Badge
from accreditation.credentials.scans import KEPT_BACK_AT_MOST, PLACE_LENGTH

TWO_PLACES_WITHIN = timedelta(minutes=15)
"""Observers move from station to station; nobody is at two within a quarter of an hour without a second badge."""
MANY_BAD = 5
MANY_BAD_WITHIN = timedelta(hours=1)
LATE_COMMITS = timedelta(minutes=2)
"""A scan bears the moment at which its request began; so long afterwards it may still become visible."""
NOTE_LENGTH = 500

may_look_into = clerk | approver
"""Who answers alarms: those who check people and may have a badge made void. Print desk and auditors read."""


class ScanAlarmQuerySet(models.QuerySet["ScanAlarm"]):
    def visible_to(self, user: User) -> "ScanAlarmQuerySet":
        """All to staff; nobody else learns what alarms the commission."""
        return self if roles_of(user) else self.none()

    def open(self) -> "ScanAlarmQuerySet":
        return self.filter(is_open=True)


class ScanAlarm(models.Model):
    """One alarm about a badge (at two places) or about a place (many bad badges), with what was last seen of it.

    Of a badge: scanned at `place` first and then, within a quarter of an hour, at `other_place`: a copy, or a slip of
    an official's pen. Of a place: `scans` bad badges within an hour; `spot` is the place in small letters.
    `received_at` is when the newest of these scans came: who answers has seen it up to there.
    """

    badge = models.OneToOneField(
        Badge, verbose_name=_l("badge"), null=True, on_delete=models.PROTECT, related_name="alarm"
    )
    spot = models.CharField(null=True, unique=True, max_length=2 * PLACE_LENGTH, editable=False)
    place = models.CharField(_l("place"), max_length=PLACE_LENGTH)
    other_place = models.CharField(_l("other place"), max_length=PLACE_LENGTH, blank=True)
    scans = models.PositiveIntegerField(_l("bad badges"), default=0)
    first_at = models.DateTimeField(_l("first scan"))
    last_at = models.DateTimeField(_l("last scan"))
    received_at = models.DateTimeField(_l("received at"))
    is_open = models.BooleanField(_l("to be looked into"), default=True)
    looked_into_at = models.DateTimeField(_l("looked into at"), null=True)
    looked_into_by = models.ForeignKey(
        User, verbose_name=_l("by"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    note = models.CharField(_l("what came of it"), max_length=NOTE_LENGTH, blank=True)

    objects = ScanAlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _l("alarm about scans")
        verbose_name_plural = _l("alarms about scans")
        indexes = (
            models.Index(fields=["-last_at"], condition=Q(is_open=True), name="scan_alarm_open"),
            models.Index(fields=["-looked_into_at"], condition=Q(is_open=False), name="scan_alarm_answered"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(badge__isnull=False, spot__isnull=True)
                | Q(badge__isnull=True, spot__isnull=False),
                name="an_alarm_is_of_a_badge_or_of_a_place",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True)
                | (Q(looked_into_at__isnull=False, looked_into_by__isnull=False) & ~Q(note="")),
                name="an_answered_alarm_says_who_and_what",
            ),
        )

    def __str__(self) -> str:
        return f"{self.badge or self.place}"

    @property
    def apart(self) -> timedelta:
        """Between the scans at the two places; between the first and the last bad one."""
        return self.last_at - self.first_at


class ScanWatch(models.Model):
    """How far scans have been joined. One row; whoever joins holds it."""

    until = models.DateTimeField(_l("joined until"))

    class Meta:
        verbose_name = _l("joining of scans")
        verbose_name_plural = _l("joining of scans")

    def __str__(self) -> str:
        return str(self.until)


def joined_until() -> datetime | None:
    """Up to when the scans that came in were looked through; None before the first time."""
    return ScanWatch.objects.values_list("until", flat=True).first()


# Raising


_TWO_PLACES = """
WITH fresh AS (
    SELECT badge_id, min(scanned_at) AS earliest, max(scanned_at) AS latest FROM credentials_badgescan
    WHERE received_at >= %(since)s AND badge_id IS NOT NULL AND place <> '' GROUP BY badge_id
), near AS (
    SELECT s.badge_id, s.place, s.scanned_at, s.device, s.device = s.source AS nameless,
        lag(s.place) OVER shown AS place_before, lag(s.scanned_at) OVER shown AS scanned_before,
        lag(s.device) OVER shown AS device_before,
        greatest(s.received_at, lag(s.received_at) OVER shown) AS received_at
    FROM fresh JOIN credentials_badgescan s ON s.badge_id = fresh.badge_id AND s.place <> ''
        AND s.scanned_at BETWEEN earliest - %(within)s AND latest + %(within)s
    WINDOW shown AS (PARTITION BY s.badge_id ORDER BY s.scanned_at, s.id)
)
INSERT INTO credentials_scanalarm AS alarm
    (badge_id, place, other_place, scans, first_at, last_at, received_at, is_open, note)
SELECT DISTINCT ON (badge_id) badge_id, place_before, place, 0, scanned_before, scanned_at, received_at, true, ''
FROM near
WHERE lower(place_before) <> lower(place) AND scanned_at - scanned_before <= %(within)s
    AND (device_before <> device OR nameless) AND received_at >= %(since)s
ORDER BY badge_id, received_at DESC, scanned_at DESC
ON CONFLICT (badge_id) DO UPDATE SET is_open = true, place = excluded.place, other_place = excluded.other_place,
    first_at = excluded.first_at, last_at = excluded.last_at, received_at = excluded.received_at
WHERE alarm.received_at < excluded.received_at
"""
"""Neighbours in time are enough: where two scans of a badge differ in place, some pair of neighbours between them does.

The same device at two places is an official who corrected the place; one that gave no name could be any device.
"""

_MANY_BAD = """
WITH fresh AS (
    SELECT lower(place) AS spot, min(scanned_at) AS earliest, max(scanned_at) AS latest FROM credentials_badgescan
    WHERE received_at >= %(since)s AND verdict NOT IN ('valid', 'not_yet') AND place <> '' GROUP BY 1
), bad AS (
    SELECT DISTINCT ON (fresh.spot, coalesce(s.badge_id, -s.id)) fresh.spot, s.place, s.scanned_at, s.received_at
    FROM fresh JOIN credentials_badgescan s ON lower(s.place) = fresh.spot
        AND s.scanned_at BETWEEN earliest - %(within)s AND latest + %(within)s
        AND s.verdict <> 'valid' AND s.verdict <> 'not_yet' AND s.place <> ''
    ORDER BY fresh.spot, coalesce(s.badge_id, -s.id), s.scanned_at
), counted AS (
    SELECT spot, place, scanned_at, count(*) OVER hour AS scans, min(scanned_at) OVER hour AS first_at,
        max(received_at) OVER hour AS received_at
    FROM bad
    WINDOW hour AS (PARTITION BY spot ORDER BY scanned_at RANGE BETWEEN %(within)s PRECEDING AND CURRENT ROW)
)
INSERT INTO credentials_scanalarm AS alarm
    (spot, place, other_place, scans, first_at, last_at, received_at, is_open, note)
SELECT DISTINCT ON (spot) spot, place, '', scans, first_at, scanned_at, received_at, true, ''
FROM counted WHERE scans >= %(many)s AND received_at >= %(since)s
ORDER BY spot, received_at DESC, scans DESC, scanned_at DESC
ON CONFLICT (spot) DO UPDATE SET is_open = true, place = excluded.place, scans = excluded.scans,
    first_at = excluded.first_at, last_at = excluded.last_at, received_at = excluded.received_at
WHERE alarm.received_at < excluded.received_at
"""
"""A badge that is scanned again and again, as officials do who meet a red one, counts once; a forged one has no name to
be known by, so that each of its scans counts."""


def raise_alarms(now: datetime) -> int:
    """Join the scans that have come since the last time; how many alarms were raised or came back.

    Safe to run twice, and at once: then one joins and the others leave it to the one.
    """
    ScanWatch.objects.get_or_create(pk=1, defaults={"until": now - KEPT_BACK_AT_MOST})
    with transaction.atomic():
        watch = ScanWatch.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).first()
        if watch is None:
            return 0
        since = watch.until - LATE_COMMITS
        raised = _raised(_TWO_PLACES, since=since, within=TWO_PLACES_WITHIN)
        raised += _raised(_MANY_BAD, since=since, within=MANY_BAD_WITHIN, many=MANY_BAD)
        watch.until = now
        watch.save(update_fields=["until"])
    return raised


def _raised(statement: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


# Answering


@all_or_nothing
def look_into(pk: int, *, seen: datetime, note: str, actor: Actor, now: datetime) -> ScanAlarm:
    """Say that an alarm, as it was seen (`received_at`), was looked into, and what came of it.

    The same wish again: success, nothing done. Raises NotAllowed, DoesNotExist, Refused (no note), WrongState: somebody
    was faster, or new scans have come that nobody has seen.
    """
    if not may_look_into(actor, None):
        raise NotAllowed()
    note = note.strip()[:NOTE_LENGTH]
    alarm = ScanAlarm.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if not alarm.is_open and alarm.received_at == seen and alarm.looked_into_by_id == actor.user_id:
        return alarm
    if not alarm.is_open or alarm.received_at != seen:
        raise WrongState(_gone_on(alarm), state="open" if alarm.is_open else "looked into", version=0)
    if not note:
        raise Refused([Reason("no_note", _("Say what came of it, for whoever meets this alarm again."))])
    alarm.is_open, alarm.looked_into_at, alarm.note = False, now, note
    alarm.looked_into_by = actor.user
    alarm.save(update_fields=["is_open", "looked_into_at", "looked_into_by", "note"])
    record(alarm, "looked_into", actor=actor, now=now, reason=note, received_at=seen.isoformat())
    return alarm


def _gone_on(alarm: ScanAlarm) -> str:
    if alarm.is_open:
        return _("New scans have come since this page was shown. Look at them first.")
    return _("%(who)s has looked into this meanwhile.") % {"who": alarm.looked_into_by}
