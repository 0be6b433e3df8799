"""A wish for many files at once, as a row: a page carries it on in steps and shows how far it is."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User, new_public_id
from accreditation.missions.models import Election


class BulkRun(models.Model):
    """One move for many applications, each in its own transaction from the version that its clerk was shown.

    `outcomes` holds for each primary key an empty list (moved) or the reasons as JSON. A row without an outcome
    is still to be done; doing one twice changes nothing, as the machine knows a repeated wish.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="+", db_index=False)
    move = models.CharField(_("move"), max_length=40)
    given = models.JSONField(_("given"), default=dict, encoder=DjangoJSONEncoder)
    applications = ArrayField(models.BigIntegerField(), verbose_name=_("applications"))
    versions = ArrayField(models.IntegerField(), verbose_name=_("versions"))
    outcomes = models.JSONField(_("outcomes"), default=dict)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked at"))
    came_from = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("bulk run")
        verbose_name_plural = _("bulk runs")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(applications__len=models.F("versions__len")),
                name="a_run_knows_its_versions",
            ),
        )

    def __str__(self) -> str:
        return f"{self.move}: {len(self.applications)}"

    @property
    def total(self) -> int:
        return len(self.applications)

    @property
    def done(self) -> int:
        return len(self.outcomes)

    @property
    def finished(self) -> bool:
        return self.done >= self.total

    def left(self) -> list[tuple[int, int]]:
        """Primary key and version of what is still to be done, in order."""
        rows = zip(self.applications, self.versions, strict=True)
        return [(pk, version) for pk, version in rows if str(pk) not in self.outcomes]

    def moved(self) -> dict[int, int]:
        """The files that the run has moved, each with the version that the move left."""
        rows = zip(self.applications, self.versions, strict=True)
        return {pk: version + 1 for pk, version in rows if self.outcomes.get(str(pk)) == []}

    def refusals(self) -> dict[int, list[dict[str, Any]]]:
        return {int(pk): reasons for pk, reasons in self.outcomes.items() if reasons}
