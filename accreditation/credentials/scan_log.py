"""Scans as the commission reads them: the list with its filters, the places, and the table that is exported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accreditation.accounts.models import User
from accreditation.credentials.badges import Badge
from accreditation.credentials.payload import code_in_print, typed_code
from accreditation.credentials.scans import IN_WORDS, BadgeScan, plain_place
from accreditation.credentials.verdicts import Verdict
from accreditation.missions.export import Cell

ROWS_A_PAGE = 50
EXPORTED_AT_ONCE = 2_000
PLACES_WITHIN = timedelta(hours=24)
PLACES_SHOWN = 30
LATEST = 300
SIGNS = {
    Verdict.VALID: ("✓", "good"),
    Verdict.NOT_YET: ("…", "wait"),
    Verdict.VOID: ("✕", "bad"),
    Verdict.EXPIRED: ("✕", "bad"),
    Verdict.FORGED: ("✕", "bad"),
    Verdict.UNKNOWN_KEY: ("?", "bad"),
}
COLUMNS = ("scanned_at", "received_at", "place", "verdict", "badge__code", "shown", "typed")
NOT_BAD = (Verdict.VALID, Verdict.NOT_YET)


@dataclass(frozen=True)
class ScanFilters:
    """What narrows the list. `code` as it was typed; `network` is 'online', 'offline' or empty."""

    verdict: str = ""
    place: str = ""
    code: str = ""
    network: str = ""

    @classmethod
    def read(cls, asked: dict[str, str]) -> "ScanFilters":
        verdict, network = asked.get("verdict", ""), asked.get("network", "")
        return cls(
            verdict=verdict if verdict in {*Verdict, "bad"} else "",
            place=plain_place(asked.get("place")),
            code=plain_place(asked.get("code")),
            network=network if network in ("online", "offline") else "",
        )

    @property
    def narrowed(self) -> bool:
        return any((self.verdict, self.place, self.code, self.network))

    def of(self, scans: QuerySet[BadgeScan]) -> QuerySet[BadgeScan]:
        """The scans among these that are asked for; a code that no badge has finds none."""
        if self.verdict == "bad":
            scans = scans.exclude(verdict__in=NOT_BAD).exclude(verdict=Verdict.VALID)
        elif self.verdict:
            scans = scans.filter(verdict=self.verdict)
        if self.place:
            # Not empty: so that PostgreSQL may use the index, which holds named places only.
            scans = scans.alias(spot=Lower("place")).filter(spot=Lower(Value(self.place))).exclude(place="")
        if self.code:
            badge = (
                Badge.objects.filter(code=typed_code(self.code) or "").values_list("pk", flat=True).first()
            )
            scans = scans.filter(badge=badge) if badge else scans.none()
        if self.network:
            kept_back = ~Q(shown="")
            scans = scans.filter(kept_back if self.network == "offline" else Q(shown=""))
        return scans


@dataclass(frozen=True)
class ScanPage:
    """Rows in the order in which they reached the commission, the newest first, and the keys of the pages beside."""

    rows: list[BadgeScan]
    previous: str
    following: str


def page_of(
    scans: QuerySet[BadgeScan],
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = ROWS_A_PAGE,
) -> ScanPage:
    """`size` rows older than the one with the key `after`, or newer than `before`; without a key the newest."""
    rows = scans.select_related("badge").only(*COLUMNS)
    if before is not None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: size + 1])
        more_ahead, more_behind = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = list((rows if after is None else rows.filter(pk__lt=after)).order_by("-pk")[: size + 1])
        more_ahead, more_behind = after is not None, len(found) > size
        found = found[:size]
    return ScanPage(
        found,
        str(found[0].pk) if found and more_ahead else "",
        str(found[-1].pk) if found and more_behind else "",
    )


@dataclass(frozen=True)
class Place:
    """A place with its scans of the last day."""

    place: str
    scans: int
    bad: int
    last_at: datetime


def places(user: User, now: datetime) -> list[Place]:
    """Where badges were shown in the last day: the places with most bad scans, then those that were scanned at last.

    Only the scans of these places are counted, so that it takes no longer on an election day with a million.
    """
    named = BadgeScan.objects.visible_to(user).exclude(place="").annotate(spot=Lower("place"))
    failed = named.exclude(verdict=Verdict.VALID).exclude(verdict__in=NOT_BAD)
    worst = failed.filter(scanned_at__gt=now - PLACES_WITHIN).values("spot").annotate(bad=Count("*"))
    spots = [row["spot"] for row in worst.order_by("-bad", "spot")[:PLACES_SHOWN]]
    spots += named.order_by("-pk").values_list("spot", flat=True)[:LATEST]
    wanted = list(dict.fromkeys(spots))[:PLACES_SHOWN]
    bad = Case(When(verdict__in=NOT_BAD, then=None), default=Value(1), output_field=IntegerField())
    rows = (
        named.filter(spot__in=wanted, scanned_at__gt=now - PLACES_WITHIN)
        .values("spot")
        .annotate(words=Max("place"), scans=Count("*"), bad=Count(bad), last_at=Max("scanned_at"))
        .order_by("-bad", "-last_at", "spot")
    )
    return [Place(row["words"], row["scans"], row["bad"], row["last_at"]) for row in rows]


# The table


def table_of(scans: QuerySet[BadgeScan], zone: str) -> Iterator[Sequence[Cell]]:
    """Every scan asked for, with its header; read by keys, so that a million rows need neither memory nor a cursor."""
    yield (
        _("scanned"),
        _("received"),
        _("place"),
        _("verdict"),
        _("badge"),
        _("kept back, shown as"),
        _("typed"),
    )
    clocks, rows, after = ZoneInfo(zone), scans.order_by("-pk").values_list("pk", *COLUMNS), None
    while found := list((rows if after is None else rows.filter(pk__lt=after))[:EXPORTED_AT_ONCE]):
        yield from (_row(row, clocks) for row in found)
        after = found[-1][0]
        if len(found) < EXPORTED_AT_ONCE:
            return


def _row(row: tuple[Any, ...], clocks: ZoneInfo) -> Sequence[Cell]:
    _pk, scanned_at, received_at, place, verdict, code, shown, typed = row
    return (
        scanned_at.astimezone(clocks).isoformat(timespec="seconds"),
        received_at.astimezone(clocks).isoformat(timespec="seconds"),
        place,
        str(IN_WORDS[Verdict(verdict)]),
        code_in_print(code) if code else "",
        shown,
        _("yes") if typed else "",
    )
