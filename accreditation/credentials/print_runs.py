"""Print runs as rows: which badges are to be printed for whom, how far it is, and what came of each.

The rows are the print log: none is ever deleted. `printing_work` does the work.
"""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User, new_public_id
from accreditation.credentials.badges import Badge
from accreditation.missions.models import Election


class PrintRun(models.Model):
    """One wish to print badges of an election.

    `asked_for` says in codes what was chosen (mission, delegation, day, category, state, marked); `total` counts the
    badges of the run, `done` those printed or skipped. `pdf` names the finished file in the private storage, until
    `cleared_at`.
    """

    class Layout(models.TextChoices):
        A6 = "a6", _("A6, one badge a page")
        A4 = "a4", _("A4, four badges a sheet, with marks to cut")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the printer")
        WORKING = "working", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("stopped")

    OPEN = (State.WAITING, State.WORKING)

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="print_runs")
    layout = models.CharField(_("sheet"), max_length=2, choices=Layout.choices, default=Layout.A6)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked at"))
    asked_for = models.JSONField(_("asked for"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    stop_wished = models.BooleanField(_("is to be stopped"), default=False)
    total = models.PositiveIntegerField(_("badges"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    pdf = models.CharField(_("name in the private storage"), max_length=120, blank=True, editable=False)
    cleared_at = models.DateTimeField(_("sheets deleted at"), null=True)

    if TYPE_CHECKING:
        asked_by_id: int | None

    class Meta:
        verbose_name = _("print run")
        verbose_name_plural = _("print runs")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "working"]), name="print_run_open"),
        )

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class PrintRunPart(models.Model):
    """A piece of a run's PDF. It is settled once every badge on it was moved, and no other stands on it."""

    run = models.ForeignKey(PrintRun, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    name = models.CharField(_("name in the private storage"), max_length=120, blank=True, editable=False)
    settled = models.BooleanField(default=False)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["run", "number"], name="a_part_once_a_run"),)

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class PrintRunBadge(models.Model):
    """A badge in a run, and what became of it there. No badge is printed by two runs."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PRINTED = "printed", _("printed")
        SKIPPED = "skipped", _("left out")

    run = models.ForeignKey(PrintRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    badge = models.ForeignKey(Badge, on_delete=models.PROTECT, related_name="print_rows")
    part = models.ForeignKey(PrintRunPart, null=True, on_delete=models.SET_NULL, related_name="rows")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    reason = models.CharField(_("why it was left out"), max_length=300, blank=True)

    if TYPE_CHECKING:
        badge_id: int

    class Meta:
        verbose_name = _("badge in a print run")
        verbose_name_plural = _("badges in print runs")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["run", "position"], name="a_position_once_a_run"),
            models.UniqueConstraint(fields=["run", "badge"], name="a_badge_once_a_run"),
            models.UniqueConstraint(
                fields=["badge"], condition=~Q(outcome="skipped"), name="a_badge_is_printed_once"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="skipped") | ~Q(reason=""), name="a_badge_left_out_says_why"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.badge_id}"
