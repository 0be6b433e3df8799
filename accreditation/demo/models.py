"""What the demonstration keeps for itself: the mails that its catcher took. Empty everywhere else."""

import re

from django.contrib.postgres.fields import ArrayField
from django.db import models

CODE_ON_A_LINE_OF_ITS_OWN = re.compile(r"^[0-9A-Z]{3,4}(?:-?[0-9A-Z]{3,4})?$", re.MULTILINE)


class CaughtMail(models.Model):
    """One mail that the demonstration's mail server took instead of sending it on."""

    caught_at = models.DateTimeField()
    sender = models.CharField(max_length=254, blank=True)
    recipients = ArrayField(models.CharField(max_length=254))
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.subject

    @property
    def code(self) -> str:
        """The sign-in code that the mail carries; empty for a letter."""
        found = CODE_ON_A_LINE_OF_ITS_OWN.search(self.text) if len(self.text) < 2000 else None
        return found.group() if found else ""
