"""Letters as rows: written with their cause in one transaction, delivered later (delivery.py)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from accreditation.core.copying import copy_rows

LONGEST_READER = 120  # of a key; an address may have 254 characters
WHILE_IT_STANDS = "stands"
"""`only_while` of a letter about an object without states: it makes no sense once the row has gone."""

WHILE_LIVE = "live"
"""`only_while` of a letter that makes sense in each of the states that its object's model names as LIVE."""


@dataclass(frozen=True)
class Recipient:
    """Where a letter goes. An empty address means that the commission prints it.

    `together` marks a head of mission: due letters of one kind to one head leave as one mail.
    """

    email: str
    language: str = "en"
    user_id: int | None = None
    together: bool = False


@dataclass(frozen=True)
class Letter:
    """A letter to be written: its kind (the name of its templates), reader, and the facts as they are now.

    `only_while` names the state of the object outside of which the letter makes no sense: it is cancelled when
    the object leaves that state. `not_before` is the end of the undo window; after `not_after` a reminder reminds of
    nothing any more, and is cancelled where it has not left. `key` is unique for ever; perform() makes it from the
    event, reminders from what they remind of.
    """

    kind: str
    to: Recipient
    facts: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    only_while: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    def about(self, subject: models.Model, *others: models.Model | None) -> "OutboxMessageQuerySet":
        """The letters about an object, or about any of several; None is about nothing."""
        about = models.Q(about_type=subject._meta.label_lower, about_id=subject.pk)
        for other in filter(None, others):
            about |= models.Q(about_type=other._meta.label_lower, about_id=other.pk)
        return self.filter(about).order_by("pk")

    def due(self, now: datetime) -> "OutboxMessageQuerySet":
        """What may leave now, in the order in which it was written."""
        return self.filter(state=OutboxMessage.State.PENDING, due_at__lte=now).order_by("pk")

    def told(self, now: datetime) -> "OutboxMessageQuerySet":
        """What its readers may know of: not cancelled, and not held back until its time has come."""
        waiting = [OutboxMessage.State.PENDING, OutboxMessage.State.TO_PRINT]
        held_back = models.Q(state__in=waiting, attempts=0, due_at__gt=now)
        return self.exclude(held_back | models.Q(state=OutboxMessage.State.CANCELLED))

    def needing_a_clerk(self) -> "OutboxMessageQuerySet":
        """What no machine can settle: refused by the mail server, in doubt, bounced, or without an address."""
        state = OutboxMessage.State
        stuck = models.Q(state__in=[state.FAILED, state.UNCERTAIN, state.TO_PRINT])
        return self.filter(stuck | models.Q(bounced_at__isnull=False))


class OutboxMessage(models.Model):
    """One letter to one reader."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting to leave")
        SENDING = "sending", _("leaving")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused by the mail server")
        UNCERTAIN = "uncertain", _("in doubt")
        CANCELLED = "cancelled", _("cancelled")
        TO_PRINT = "to_print", _("to be printed")

    kind = models.CharField(_("letter"), max_length=40)
    key = models.CharField(_("key"), max_length=200, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    email = models.EmailField(_("to"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    together = models.BooleanField(_("one mail with others of its kind"), default=False)
    facts = models.JSONField(_("facts"), default=dict)
    about_type = models.CharField(_("about"), max_length=60, blank=True)
    about_id = models.BigIntegerField(_("about"), null=True)
    only_while = models.CharField(_("only while in state"), max_length=30, blank=True)
    created_at = models.DateTimeField(_("written at"))
    due_at = models.DateTimeField(_("leaves at or after"))
    not_after = models.DateTimeField(_("makes no sense after"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_by = models.BigIntegerField(_("deliverer"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    bounced_at = models.DateTimeField(_("came back at"), null=True)
    message_id = models.CharField(_("Message-ID"), max_length=120, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["due_at"], condition=models.Q(state="pending"), name="outbox_pending"),
            models.Index(fields=["claimed_by"], condition=models.Q(state="sending"), name="outbox_sending"),
            models.Index(fields=["about_type", "about_id"], name="outbox_about"),
            models.Index(fields=["state", "-id"], name="outbox_by_state"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(email="") | models.Q(state__in=["to_print", "sent", "cancelled"]),
                name="a_letter_without_address_is_printed",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_by__isnull=False) | ~models.Q(state="sending"),
                name="a_leaving_letter_has_a_deliverer",
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=False) | ~models.Q(state="sent"),
                name="a_sent_letter_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.email or 'print'}"


def undo_window() -> timedelta:
    """So long a decision's letter waits; until it leaves nobody outside is told, and the decision can be taken back."""
    return timedelta(seconds=settings.LETTER_UNDO_SECONDS)


def stable_message_id(key: str) -> str:
    """The same letter bears the same Message-ID however often it is sent, so that a copy can be recognised."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def key_of(event: int, letter: Letter) -> str:
    """The key of a letter that a move wrote: event, letter, reader; a very long address stands as its hash."""
    reader = letter.to.email or "print"
    if len(reader) > LONGEST_READER:
        reader = hashlib.sha256(reader.encode()).hexdigest()
    return f"{event}:{letter.kind}:{reader}"


def message_of(letter: Letter, *, now: datetime, about: models.Model | None = None) -> OutboxMessage:
    """The unsaved row of a letter; without an address it waits for the commission's printer."""
    return OutboxMessage(**_columns(letter, now=now, about=about))


def _columns(letter: Letter, *, now: datetime, about: models.Model | None) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "key": letter.key,
        "state": OutboxMessage.State.PENDING if letter.to.email else OutboxMessage.State.TO_PRINT,
        "email": letter.to.email,
        "user_id": letter.to.user_id,
        "language": letter.to.language,
        "together": letter.to.together,
        "facts": letter.facts,
        "about_type": about._meta.label_lower if about is not None else "",
        "about_id": about.pk if about is not None else None,
        "only_while": letter.only_while,
        "created_at": now,
        "due_at": letter.not_before or now,
        "not_after": letter.not_after,
        "message_id": stable_message_id(letter.key),
    }


def enqueue(letters: Iterable[Letter], *, now: datetime, about: models.Model | None = None) -> int:
    """Write letters in the transaction of their cause; a key that exists already is left alone.

    Returns how many rows were handed over (an existing key counts, as nothing is lost by it).
    """
    rows = [message_of(letter, now=now, about=about) for letter in letters]
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def write_new(letters: Iterable[Letter], *, now: datetime, about: models.Model | None = None) -> None:
    """As `enqueue`, by the ten thousand, for letters of an event that the same transaction has made.

    A key that exists already is an error of the caller: IntegrityError, and nothing is written.
    """
    rows = [_columns(letter, now=now, about=about) for letter in letters]
    if rows:
        copy_rows(OutboxMessage, list(rows[0]), [list(row.values()) for row in rows])


def cancel_for_left_state(subject: models.Model, state: str) -> int:
    """Cancel what makes sense only while `subject` is in `state` and has not left yet; the number of letters."""
    return _waiting(subject, state).update(state=OutboxMessage.State.CANCELLED)


def cancel_with_its_object(subject: models.Model) -> int:
    """Cancel what makes sense only while `subject` stands, before it is deleted, and free the keys: what nobody
    has read may be written again for what takes its place. The number of letters.
    """
    freed = Concat(F("key"), Value(f":gone-{subject.pk}"))
    return _waiting(subject, WHILE_IT_STANDS).update(state=OutboxMessage.State.CANCELLED, key=freed)


def _waiting(subject: models.Model, only_while: str) -> OutboxMessageQuerySet:
    waiting = [OutboxMessage.State.PENDING, OutboxMessage.State.TO_PRINT]
    return OutboxMessage.objects.about(subject).filter(only_while=only_while, state__in=waiting)
