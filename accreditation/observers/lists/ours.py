"""Columns that our own downloads add to what a list says: known when they come back, and never read."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accreditation.observers.lists.headers import fold_header

STATE, ACCREDITATION, MISSING, HAS_ARRIVED = (
    _("State"),
    _("Accreditation"),
    _("Missing, by when"),
    _("Has arrived"),
)
ROW, WHY_REFUSED = _("Row in your list"), _("Why it was refused")

_ALWAYS = (MISSING, HAS_ARRIVED, ROW, WHY_REFUSED)
_OF_A_ROSTER = (STATE, ACCREDITATION)  # words that a sender's own list may mean otherwise


@cache
def _folded(words: tuple[object, ...]) -> frozenset[str]:
    """The words as headers are compared, in every language in which we write a download."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {fold_header(str(word)) for word in words}
    return frozenset(found)


def own_headers(headers: Iterable[str]) -> frozenset[str]:
    """Which of these headers, as `fold_header` gives them, are columns of ours."""
    folded = frozenset(map(fold_header, headers))
    ours = folded & _folded(_ALWAYS)
    return ours | (folded & _folded(_OF_A_ROSTER)) if ours & _folded((MISSING,)) else ours
