"""What somebody has answered before there can be a membership: kept on the server, encrypted, for any device.

A membership needs names, birth, citizenship and a document. Until all of them are there, the answers wait in a
Beginning; then the statement enters by the same road as every other (workflow.intake), and the Beginning goes.
"""

import json
import uuid
from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.core.encryption import EncryptedTextField
from accreditation.missions.models import Delegation, Election, Mission


class Beginning(models.Model):
    """An account's first answers at one election. `answers` is JSON by the names of a Statement's fields.

    `delegation` is asked where the mission has several; empty where it has one.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="+")
    mission = models.ForeignKey(
        Mission, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    delegation = models.ForeignKey(
        Delegation, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    answers = EncryptedTextField(_("answers"), default="{}")
    begun_at = models.DateTimeField(_("begun at"))
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("beginning of an application")
        verbose_name_plural = _("beginnings of applications")
        constraints = (
            models.UniqueConstraint(fields=["user", "election"], name="one_beginning_an_election"),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def answered(self) -> dict[str, Any]:
        """The answers as plain JSON values; stating.from_wish gives them their types."""
        return json.loads(self.answers or "{}")

    def delegation_of(self, delegations: Collection[Delegation]) -> Delegation | None:
        """The one of the mission's delegations that is meant; None while somebody must still say which."""
        if len(delegations) == 1:
            return next(iter(delegations))
        return next((one for one in delegations if one.pk == self.delegation_id), None)

    def add(self, answers: dict[str, Any]) -> None:
        """Put more answers to those that are there; the caller saves, and holds the row's lock."""
        self.answers = json.dumps({**self.answered, **answers}, ensure_ascii=False)
