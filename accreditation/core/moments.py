"""Dates and times in words. A time never stands without its zone: the law's clock is the election's clock."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

DAY_PATTERNS = {"ru": "d MMMM y 'г'.", "en": "d MMMM y", "az": "d MMMM y", "fr": "d MMMM y", "ar": "d MMMM y"}
"""Day first everywhere: Django's own formats are month first for English and Arabic."""

ISOLATE, END_OF_ISOLATE = "\u2066", "\u2069"


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _locale() -> str:
    language = _language()
    return "en_GB" if language == "en" else language


def day_in_words(day: date) -> str:
    """Write a date out, day first, month by name: '10 December 2026'. Digits are Western in all languages."""
    language = _language()
    words = _formatted(day, DAY_PATTERNS.get(language, "d MMMM y"), _locale())
    return words.replace("1 ", "1er ", 1) if language == "fr" and day.day == 1 else words


def day_and_month(day: date) -> str:
    """Write a date without its year, for a column of days around an election: '17 Dec'."""
    return _formatted(day, "d MMM", _locale())


@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, locale: str) -> str:
    """A list names the same few days on every row, and Babel takes as long for one as the rest of the row."""
    return format_date(day, pattern, locale=locale)


def offset_in_words(moment: datetime) -> str:
    """Write the offset of an aware moment: 'UTC+4', 'UTC+5:30', 'UTC-11', 'UTC'."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("A moment without a zone cannot be shown")
    minutes = int(offset.total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def zone_in_words(zone: str) -> str:
    """Name the city of an IANA zone in the current language; empty for zones that are no city's."""
    if zone.startswith("Etc/") or "/" not in zone:
        return ""
    return get_timezone_location(ZoneInfo(zone), locale=_locale(), return_city=True)


def in_words(moment: datetime, zone: str) -> str:
    """Write an aware moment as the clocks of `zone` show it: '10 December 2026, 23:59 Baku time (UTC+4)'.

    `zone` is an IANA name. The offset is that of the moment, daylight saving included. Raises ValueError for
    a naive moment: nobody knows when that is.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without a zone cannot be shown")
    local = moment.astimezone(ZoneInfo(zone))
    offset = offset_in_words(local)
    if get_language_bidi():
        # Without isolation the sign and the digits change places in a right-to-left line.
        offset = f"{ISOLATE}{offset}{END_OF_ISOLATE}"
    words = {
        "day": day_in_words(local.date()),
        "hour": f"{local:%H:%M}",
        "city": zone_in_words(zone),
        "offset": offset,
    }
    if not words["city"]:
        return _("%(day)s, %(hour)s (%(offset)s)") % words
    return _("%(day)s, %(hour)s %(city)s time (%(offset)s)") % words


def stamped(moment: datetime, zone: str) -> str:
    """The same without a word but names, for papers in two languages: '20 November 2026, 13:05 (Baku, UTC+4)'."""
    local = moment.astimezone(ZoneInfo(zone))
    offset = offset_in_words(local)
    if get_language_bidi():
        offset = f"{ISOLATE}{offset}{END_OF_ISOLATE}"
    comma = "\u060c" if _language() == "ar" else ","
    place = f"{comma} ".join(filter(None, [zone_in_words(zone), offset]))
    return f"{day_in_words(local.date())}{comma} {local:%H:%M} ({place})"


def span_in_words(span: timedelta) -> str:
    """Write a length of time in its two largest units, rounded down: '2 days 3 hours', '45 minutes'."""
    minutes = int(abs(span).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = [
        (days, ngettext("%d day", "%d days", days)),
        (hours, ngettext("%d hour", "%d hours", hours)),
        (minutes, ngettext("%d minute", "%d minutes", minutes)),
    ]
    first = next((index for index, (count, _words) in enumerate(units) if count), len(units) - 1)
    # A week ahead nobody counts hours; in the last hour only minutes are left.
    shown = units[first : first + 1] if days > 7 else units[first : first + 2]
    return " ".join(words % count for count, words in shown if count) or units[-1][1] % 0


def time_left(moment: datetime, now: datetime) -> str:
    """Write how long until `moment`, or how long ago it passed: '2 days 3 hours left', '5 hours late'."""
    if now >= moment:
        return _("%(time)s late") % {"time": span_in_words(now - moment)}
    return _("%(time)s left") % {"time": span_in_words(moment - now)}
