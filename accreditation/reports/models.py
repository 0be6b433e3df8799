"""What past elections counted, for comparison. What this election counts is computed, never stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PastElection(models.Model):
    """The totals of an election before this system, with the source that gives them."""

    day = models.DateField(_("election day"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    international_observers = models.PositiveIntegerField(_("international observers"), null=True, blank=True)
    organisations = models.PositiveIntegerField(_("organisations"), null=True, blank=True)
    countries = models.PositiveIntegerField(_("countries"), null=True, blank=True)
    domestic_observers = models.PositiveIntegerField(_("domestic observers"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("past election")
        verbose_name_plural = _("past elections")
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"
