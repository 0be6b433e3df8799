"""Possible duplicates: pairs of people of whom something agrees. Asked of a clerk once, never shown to a
sender.
"""

from collections.abc import Iterable

from accreditation.observers.models import PossibleDuplicate

Pair = tuple[int, int, tuple[str, ...], float]
"""Two people in any order, what agrees, how alike their names are."""


def raise_doubts(pairs: Iterable[Pair]) -> None:
    """Put pairs before the clerks; a pair that was asked before keeps its verdict."""
    rows = {
        (min(one, other), max(one, other)): PossibleDuplicate(
            first_id=min(one, other), second_id=max(one, other), agrees=list(agrees), similarity=similarity
        )
        for one, other, agrees, similarity in pairs
        if one != other
    }
    if rows:
        PossibleDuplicate.objects.bulk_create(rows.values(), ignore_conflicts=True)
