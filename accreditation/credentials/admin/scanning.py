"""Scans and alarms: what is to be looked into, where badges are shown, each scan, and the table of them.

All staff who read badges read this page, the print desk and auditors as well: they are asked about badges, and a copied
one is theirs to know of. Clerks, supervisors and approvers answer an alarm, as they have badges made void.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accreditation.core import moments
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import MoveError
from accreditation.core.refusals import move_refused
from accreditation.core.templatetags.look import state_badge
from accreditation.credentials.admin.pages import Look, for_readers, number, reads_badges, show, url_of
from accreditation.credentials.alarms import (
    MANY_BAD_WITHIN,
    NOTE_LENGTH,
    TWO_PLACES_WITHIN,
    ScanAlarm,
    ScanAlarmQuerySet,
    joined_until,
    look_into,
    may_look_into,
)
from accreditation.credentials.scan_log import SIGNS, ScanFilters, page_of, places, table_of
from accreditation.credentials.scans import IN_WORDS, BadgeScan
from accreditation.credentials.verdicts import Verdict
from accreditation.missions.export import csv_rows

A_MINUTE = timedelta(minutes=1)
ALARMS_SHOWN = 50
ANSWERED_SHOWN = 20
LATE_JOINING = 300  # seconds after which the page says that nobody joins
PHONE_SAID: dict[str, Any] = {
    **{one.value: words for one, words in IN_WORDS.items()},
    "unconfirmed": gettext_lazy("not confirmed"),
    "unprepared": gettext_lazy("not prepared"),
}
"""What our verifier says without a network; another's scanner may say something else."""
ALARM_WITH = ("badge__accreditation__membership", "badge__accreditation__mission", "looked_into_by")


@dataclass(frozen=True)
class ScanLine:
    """One scan in words."""

    scan: BadgeScan
    url: str
    verdict: SafeString
    shown: Any


def scan_line(scan: BadgeScan) -> ScanLine:
    url = url_of(scan.badge_id) if scan.badge_id else ""
    return ScanLine(scan, url, verdict_badge(scan.verdict), PHONE_SAID.get(scan.shown, scan.shown))


def verdict_badge(verdict: str) -> SafeString:
    """A verdict as a sign, a word and a colour."""
    sign, tone = SIGNS[Verdict(verdict)]
    return state_badge(sign, str(IN_WORDS[Verdict(verdict)]), tone)


def scans_url(**asked: str) -> str:
    query = urlencode(asked)
    return reverse("admin:credentials_badgescan_changelist") + (f"?{query}" if query else "")


def alarm_lines(alarms: Any) -> list[dict[str, Any]]:
    """Alarms with where they lead: one of a badge to the badge, one of a place to its bad scans."""
    return [
        {
            "alarm": alarm,
            "apart": moments.span_in_words(alarm.apart) if alarm.apart >= A_MINUTE else "",
            "url": url_of(alarm.badge) if alarm.badge else scans_url(place=alarm.place, verdict="bad"),
            "seen": alarm.received_at.isoformat(),
        }
        for alarm in alarms
    ]


@require_safe
def scans(request: HttpRequest) -> HttpResponse:
    """The page; filtered or leafed through, its list alone. A fixed number of queries, whatever it holds."""
    look, now = Look(request), moment_of(request)
    filters = ScanFilters.read(request.GET)
    after, before = (number(request.GET.get(name)) for name in ("after", "before"))
    page = page_of(filters.of(BadgeScan.objects.visible_to(request.user)), after=after, before=before)
    until, whole = joined_until(), not (filters.narrowed or after or before)
    context = {
        "election": look.election,
        "zone": look.election.time_zone if look.election else settings.TIME_ZONE,
        "whole": whole,
        "alarms": ScanAlarm.objects.visible_to(request.user).open().count(),
        **(_alarms(request) if whole else {}),
        "until": until,
        "nobody_joins": until is not None and (now - until).total_seconds() > LATE_JOINING,
        "places": [(one, scans_url(place=one.place)) for one in places(request.user, now)] if whole else [],
        "lines": [scan_line(scan) for scan in page.rows],
        "page": page,
        "filters": filters,
        "verdicts": [
            ("bad", _("all that are bad")),
            *((one.value, words) for one, words in IN_WORDS.items()),
        ],
        "export": f"{reverse('admin:credentials_badgescan_export')}?{urlencode(_kept(filters))}",
    }
    return show(request, "scans", context, title=_("Scans and alarms"))


def _alarms(request: HttpRequest) -> dict[str, Any]:
    """Both kinds of open alarms, those of badges first: nobody can raise one of these without a badge of ours."""
    seen: ScanAlarmQuerySet = ScanAlarm.objects.visible_to(request.user)
    times = (
        BadgeScan.objects.filter(badge=OuterRef("badge"))
        .order_by()
        .values("badge")
        .annotate(n=Count("*"))
        .values("n")
    )
    stands = seen.open().select_related(*ALARM_WITH).order_by("-last_at")
    two_places = stands.filter(badge__isnull=False).annotate(times=Coalesce(Subquery(times), 0))
    answered = seen.filter(is_open=False).select_related(*ALARM_WITH).order_by("-looked_into_at")
    return {
        "two_places": alarm_lines(two_places[:ALARMS_SHOWN]),
        "many_bad": alarm_lines(stands.filter(badge=None)[:ALARMS_SHOWN]),
        "answered": alarm_lines(answered[:ANSWERED_SHOWN]),
        "may_look_into": may_look_into(actor_of(request), None),
        "note_length": NOTE_LENGTH,
        "two_places_within": moments.span_in_words(TWO_PLACES_WITHIN),
        "many_bad_within": moments.span_in_words(MANY_BAD_WITHIN),
    }


def _kept(filters: ScanFilters) -> list[tuple[str, str]]:
    return [(name, text) for name, text in vars(filters).items() if text]


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The scans that the filters leave, as CSV: places, moments and codes of badges, no names."""
    look = Look(request)
    zone = look.election.time_zone if look.election else settings.TIME_ZONE
    asked = ScanFilters.read(request.GET).of(BadgeScan.objects.visible_to(request.user))
    answer = StreamingHttpResponse(csv_rows(table_of(asked, zone)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="scans.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def looked_into(request: HttpRequest, pk: int) -> HttpResponse:
    """An alarm as it was shown is answered; with new scans since, the page is shown anew instead."""
    try:
        seen = datetime.fromisoformat(request.POST.get("seen", ""))
        note = request.POST.get("note", "")
        look_into(pk, seen=seen, note=note, actor=actor_of(request), now=moment_of(request))
    except (ValueError, ObjectDoesNotExist):
        raise Http404 from None
    except MoveError as error:
        return move_refused(request, error, url=scans_url())
    messages.success(request, _("Looked into. It comes back if new scans raise it again."))
    return HttpResponseRedirect(scans_url())


class BadgeScanAdmin(admin.ModelAdmin):
    """The page stands where Django has its list; a scan has no form."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reads_badges(request.user)

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, for_readers(view), name=f"credentials_badgescan_{name}")

        return [
            page("", scans, "changelist"),
            page("scans.csv", export, "export"),
            page("alarms/<int:pk>/", looked_into, "looked_into"),
        ]
