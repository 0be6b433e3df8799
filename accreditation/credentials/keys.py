"""The public half of the keys that sign badges and lists. A private half never enters the database."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accreditation.core.machine import Movable


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def in_use(self, purpose: str, now: datetime) -> "SigningKey | None":
        """The key that signs now: of those published and past their first use, the latest."""
        usable = self.filter(purpose=purpose, state=SigningKey.State.PUBLISHED, first_use_at__lte=now)
        return usable.order_by("-first_use_at", "-number").first()

    def known_to_verifiers(self, purpose: str) -> "SigningKeyQuerySet":
        """All that a verifier must know: retired keys verify on, revoked ones must be known as revoked."""
        return self.filter(purpose=purpose).exclude(state=SigningKey.State.NEW).order_by("number")


class SigningKey(Movable):
    """An Ed25519 key by its number, the key id of docs/badge-format.md. Moved by badge_states.SIGNING_KEY.

    A key is published before its first use, so that every verifier has met it before it meets the first badge.
    """

    class Purpose(models.TextChoices):
        BADGE = "badge", _("badges")
        LIST = "list", _("signed lists")

    class State(models.TextChoices):
        NEW = "new", _("new")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")
        REVOKED = "revoked", _("revoked")

    number = models.PositiveIntegerField(_("key id"), unique=True)
    purpose = models.CharField(_("signs"), max_length=5, choices=Purpose.choices)
    public = models.BinaryField(_("public key"), max_length=32, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.NEW, editable=False
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    first_use_at = models.DateTimeField(_("first use"), null=True, editable=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=65535), name="a_key_id_of_two_bytes"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["new", "revoked"])
                | Q(published_at__isnull=False, first_use_at__isnull=False),
                name="a_key_in_use_was_published",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} ({self.get_purpose_display()})"
