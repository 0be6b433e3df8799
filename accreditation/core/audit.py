"""What was done, by whom, to what. Append only: triggers in PostgreSQL refuse UPDATE, DELETE and TRUNCATE."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accreditation.core.actors import Actor

CREATED = "created"


class CurrentTransaction(models.Func):
    """The top transaction's id: the same inside a savepoint, which a row's xmin is not."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = models.TextField()

    template = "%(function)s()::text"


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about(self, subject: models.Model) -> "AuditEventQuerySet":
        """The history of one object, oldest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by("pk")

    def delete(self) -> NoReturn:
        raise TypeError("audit events are never deleted")

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("audit events are never changed")


class AuditEvent(models.Model):
    """One thing done to one object.

    `version` is the version that a move gave the object, and null where no move was made (an edit, a look at
    a passport number). Holds ids and names of fields, never personal values.
    """

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("Empty for the system."),
    )
    request_id = models.CharField(_("request"), max_length=16, blank=True)
    verb = models.CharField(_("what"), max_length=40)
    subject_type = models.CharField(_("kind of object"), max_length=60)
    subject_id = models.BigIntegerField(_("object"))
    version = models.IntegerField(_("version"), null=True)
    from_state = models.CharField(_("from"), max_length=30, blank=True)
    to_state = models.CharField(_("to"), max_length=30, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("fields"), default=list, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    transaction = models.BigIntegerField(
        _("transaction"), db_default=Cast(CurrentTransaction(), models.BigIntegerField()), editable=False
    )

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = (
            # Even without a lock a second copy of a move cannot commit.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "version"], name="one_event_per_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}: {self.verb}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("audit events are never deleted")


def record(
    subject: models.Model,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    fields: Iterable[str] = (),
    reason: str = "",
    **facts: Any,
) -> AuditEvent:
    """Write that something other than a move was done to `subject`: an edit, a look, a download.

    Facts are ids, codes and counts; never a name, a number of a document or another personal value.
    """
    return AuditEvent.objects.create(
        at=now,
        actor_id=actor.user_id,
        request_id=actor.request_id,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        fields=sorted(fields),
        reason=reason,
        facts=facts,
    )


def creations(subjects: Iterable[Any], *, actor: Actor, now: datetime, **facts: Any) -> list[AuditEvent]:
    """The 'created' events (version 1) of objects of one machine, unsaved, for a bulk insert of a list."""
    return [
        AuditEvent(
            at=now,
            actor_id=actor.user_id,
            request_id=actor.request_id,
            verb=CREATED,
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
            version=subject.version,
            to_state=subject.state,
            facts=facts,
        )
        for subject in subjects
    ]
