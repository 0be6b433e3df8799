"""The list for verifiers: built from the database, signed, published as a row that /v/list serves.

A tick builds it and publishes what has changed; an unchanged one is published anew before it is an hour old, so that
its age says how fresh a verifier is. Any number of workers may tick: one makes the list, the others find it made.
"""

import hashlib
import logging
from array import array
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accreditation.credentials.badges import Badge
from accreditation.credentials.keyring import list_key
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.payload import code_number
from accreditation.credentials.signatures import signed_list
from accreditation.credentials.signed_list import (
    ListContents,
    ListedCategory,
    ListedElection,
    ListedKey,
    ListedMission,
    packed,
    words_of,
)
from accreditation.credentials.turns import wait_for_turn
from accreditation.missions.calendar import Calendar
from accreditation.missions.models import Category, Election, Mission

log = logging.getLogger(__name__)

AT_LATEST = timedelta(minutes=50)
KEPT = 3  # the lists before the newest: for whoever wonders, and so that versions rise on
_TURN = 0x0C1A_1417_0011
_CHUNK = 20_000


class SignedList(models.Model):
    """One published list: `content` is the whole file of docs/badge-format.md, section 4."""

    version = models.PositiveBigIntegerField(_("version"), primary_key=True)
    made_at = models.DateTimeField(_("made at"))
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="lists")
    void_badges = models.PositiveIntegerField(_("void badges"))
    content = models.BinaryField(editable=False)
    says = models.BinaryField(max_length=32, editable=False, help_text=_("A hash of what it says."))

    class Meta:
        verbose_name = _("signed list")
        verbose_name_plural = _("signed lists")
        ordering = ("-version",)

    def __str__(self) -> str:
        return str(self.version)


def newest() -> SignedList | None:
    """The list that stands, without its content; None before the first."""
    return SignedList.objects.defer("content").first()


def publish_list(now: datetime) -> SignedList | None:
    """Publish a list if it says something new, or the last one is older than 50 minutes; None where neither is so.

    Raises NoPrivateKey where no list key is in use or this process does not hold it.
    """
    key, private = list_key(now)
    with transaction.atomic():
        wait_for_turn(_TURN)
        last = newest()
        contents = contents_of(key, version=_next_version(last, now), now=now)
        says = _hash(contents)
        if last is not None and bytes(last.says) == says and now - last.made_at < AT_LATEST:
            return None
        made = SignedList.objects.create(
            version=contents.version,
            made_at=now,
            key=key,
            void_badges=len(contents.void),
            content=signed_list(packed(contents), private),
            says=says,
        )
        old = SignedList.objects.values("pk")[1 + KEPT :]
        SignedList.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    log.info("list %d published: %d void badges, %d bytes", made.version, made.void_badges, len(made.content))
    return made


def _next_version(last: SignedList | None, now: datetime) -> int:
    """Rises even after a restore from a backup that has forgotten the newest lists: it never lags behind the clock."""
    return max(last.version + 1 if last else 1, int(now.timestamp()))


def _hash(contents: ListContents) -> bytes:
    """Of all that a list says but its version and moment."""
    return hashlib.sha256(
        bytes([contents.key_id >> 8, contents.key_id & 255]) + words_of(contents) + contents.void
    ).digest()


# What it says


def contents_of(key: SigningKey, *, version: int, now: datetime) -> ListContents:
    """What a list says now. Holds in memory 8 bytes a void badge, whatever the number of valid ones."""
    missions = list(_missions_with_badges(now))
    elections = Election.objects.filter(pk__in={mission.election_id for mission in missions})
    categories = Category.objects.filter(election__in=elections)
    return ListContents(
        key_id=key.number,
        version=version,
        made_at=now.astimezone(UTC).replace(microsecond=0),
        keys={
            one.number: ListedKey(bytes(one.public), one.revoked_at)
            for one in SigningKey.objects.known_to_verifiers(SigningKey.Purpose.BADGE)
        },
        elections={one.pk: _listed_election(one) for one in elections},
        categories={one.pk: ListedCategory(_worded(one, "name"), one.colour) for one in categories},
        missions={f"{one.election_id}/{one.code[:20]}": ListedMission({"en": one.name}) for one in missions},
        void=void_numbers(now),
    )


def void_numbers(now: datetime) -> "array[int]":
    """The codes of all void badges that could still pass for valid, as numbers, rising.

    A badge whose accreditation has ended before its term is void itself, by the same transaction; one that was never
    signed, or whose latest possible end has passed, can deceive nobody.
    """
    dead = Badge.objects.filter(state__in=Badge.DEAD, sealed_at__isnull=False, latest_end__gt=now)
    codes = dead.order_by("code").values_list("code", flat=True).iterator(chunk_size=_CHUNK)
    return array("Q", map(code_number, codes))


def _missions_with_badges(now: datetime) -> "models.QuerySet[Mission]":
    """Missions of which a signed badge may be met. One is looked for in each; a million are not counted."""
    signed = Badge.objects.filter(
        accreditation__mission=OuterRef("pk"), sealed_at__isnull=False, latest_end__gt=now
    )
    found = Mission.objects.annotate(signed=Subquery(signed.order_by().values("pk")[:1]))
    return found.filter(signed__isnull=False).only("code", "name", "election_id").order_by("pk")


def _listed_election(election: Election) -> ListedElection:
    return ListedElection(
        name=_worded(election, "name"),
        zone=election.time_zone,
        ends=end_of_term(election),
        freshness=timedelta(hours=election.void_list_hours),
        commission=_commission(election),
    )


def _commission(election: Election) -> dict[str, str]:
    """Who accredits; nothing where nobody has worded it, since verifiers have words for the usual name themselves."""
    words = _worded(election, "commission")
    unworded = Election._meta.get_field(
        "commission"
    ).default  # what stands in every language before somebody words it
    return {} if set(words.values()) == {unworded} else words


def end_of_term(election: Election) -> datetime | None:
    """The first moment after the term of an election's accreditations, once its results are published."""
    published = election.results_published_on
    if published is None:
        return None
    return Calendar(election.day, election.called_on, election.time_zone).end_of(published)


def _worded(row: models.Model, field: str) -> dict[str, str]:
    """The words of a field in every language in which the commission has worded it; English is always there."""
    english = getattr(row, f"{field}_en") or getattr(row, field)
    words = {
        language: getattr(row, f"{field}_{language}") for language in settings.MODELTRANSLATION_LANGUAGES
    }
    return {language: said for language, said in words.items() if said} | {"en": english}
