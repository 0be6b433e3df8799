"""Who else has a file open: a courtesy between colleagues, kept for minutes and relied on by nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accreditation.accounts.models import User

REMEMBERED = timedelta(minutes=10)


@dataclass(frozen=True)
class Colleague:
    name: str
    minutes: int


def others_at(application: int, user: User, now: datetime) -> list[Colleague]:
    """Note that `user` has the file open, and name the others who had it in the last ten minutes."""
    key = f"open:application:{application}"
    seen: dict[int, tuple[str, datetime]] = cache.get(key) or {}
    seen = {pk: (name, at) for pk, (name, at) in seen.items() if now - at < REMEMBERED}
    seen[user.pk] = (str(user), now)
    cache.set(key, seen, REMEMBERED.total_seconds())
    return [
        Colleague(name, int((now - at).total_seconds() // 60))
        for pk, (name, at) in sorted(seen.items(), key=lambda item: item[1][1], reverse=True)
        if pk != user.pk
    ]


def in_words(others: list[Colleague]) -> str:
    """'Also open: Aysel, 2 minutes ago.' Nothing for nobody."""
    if not others:
        return ""
    names = [
        f"{one.name}, " + (ngettext("%d minute ago", "%d minutes ago", one.minutes) % one.minutes)
        if one.minutes
        else _("%(name)s, now") % {"name": one.name}
        for one in others
    ]
    return _("Also open: %(names)s.") % {"names": "; ".join(names)}
