"""How many people a mission names and in which states its files are, known without counting them.

Triggers keep the tallies (tally_sql.py), so they are exact whatever wrote; `verify_invariants` counts after them.
"""

from typing import Any

from django.db import connection, models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accreditation.missions.models import Mission
from accreditation.workflow.tally_sql import FOLD, RECOUNT

PEOPLE, SHARED, NO_LONGER = "people", "shared", "no longer in force"
MANY = 200
"""Rows of one mission that are read as fast as one; more of them are folded."""


class Tally(models.Model):
    """By how much one statement changed how many of a kind a mission has: PEOPLE whom it names, SHARED ones whose
    file another mission holds, accreditations NO_LONGER in force, or files in a state.

    Rows are only added, but for folding. Those of a mission that is gone come to nothing.
    """

    mission = models.ForeignKey(
        Mission, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=30)
    change = models.IntegerField()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        indexes = (models.Index(fields=["mission", "kind"], include=["change"], name="tally_of_mission"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.change:+}"


def tallied(mission: Mission) -> models.QuerySet[Tally, Any]:
    """(kind, how many) of all kinds of which the mission has any."""
    rows = Tally.objects.filter(mission=mission).values("kind").annotate(how_many=Sum("change"))
    return rows.exclude(how_many=0).values_list("kind", "how_many")


def fold(many: int = MANY) -> None:
    """Sum up the rows of missions that have more than `many`. Safe at any time, and twice at once."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD, [many])


def recount() -> None:
    """Count everything anew, after rows were written with triggers off. Safe while others write."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT)
