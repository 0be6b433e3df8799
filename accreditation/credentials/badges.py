"""The badge: one token of an accreditation, with a serial of its own and a signature that proves it."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import roles_of
from accreditation.core.machine import Movable
from accreditation.credentials.keys import SigningKey
from accreditation.observers.models import Membership, Upload


class BadgePicture(models.Model):
    """A photo as badges print it, made once per accepted photo: the file that a badge's signature names.

    It is kept as a file and not made anew, since another version of an encoder would give other bytes, and a
    badge that is already worn names these.
    """

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="badge_picture")
    name = models.CharField(_("name in the private storage"), max_length=120, unique=True, editable=False)
    sha256 = models.BinaryField(max_length=32, editable=False)

    class Meta:
        verbose_name = _("picture for badges")
        verbose_name_plural = _("pictures for badges")

    def __str__(self) -> str:
        return self.name


class BadgeQuerySet(models.QuerySet["Badge"]):
    def visible_to(self, user: User) -> "BadgeQuerySet":
        """All to staff; to heads those that name their mission, to a person the own."""
        if roles_of(user):
            return self
        return self.filter(accreditation__membership__in=Membership.objects.visible_to(user))

    def live(self) -> "BadgeQuerySet":
        return self.filter(state__in=Badge.LIVE)

    def to_be_sealed(self) -> "BadgeQuerySet":
        return self.filter(state=Badge.State.QUEUED, sealed_at=None)


class Badge(Movable):
    """One badge, printed or shown on a phone. Moved by badge_states.BADGE.

    `serial` (128 random bits) is what verifiers ask about; `code`, its first 50 bits, is what people type and
    what the list of void badges names, so it is unique as well. `signed` is the badge as docs/badge-format.md
    describes it, from the moment of its sealing; a badge that is not sealed cannot be printed.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("to be printed")
        STANDBY = "standby", _("standby, not to be printed")
        PRINTED = "printed", _("printed")
        READY = "ready", _("ready to collect")
        COLLECTED = "collected", _("collected")
        RETURNED = "returned", _("returned")
        LOST = "lost", _("lost")
        VOID = "void", _("void")
        REISSUED = "reissued", _("replaced by another")

    class Unsealable(models.TextChoices):
        NO_PHOTO = "no_photo", _("there is no photo")
        UNREADABLE_PHOTO = "unreadable_photo", _("the photo cannot be read; ask for another")
        NO_FACTS = "no_facts", _("its name or mission has no letters that a badge can carry")

    LIVE = (State.QUEUED, State.STANDBY, State.PRINTED, State.READY, State.COLLECTED)
    DEAD = (State.RETURNED, State.LOST, State.VOID, State.REISSUED)

    accreditation = models.ForeignKey(
        "credentials.Accreditation", on_delete=models.PROTECT, related_name="badges", db_index=False
    )
    serial = models.BinaryField(_("serial"), max_length=16, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=10, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.QUEUED, editable=False
    )
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by", editable=False
    )
    queued_at = models.DateTimeField(_("queued at"), editable=False)

    key = models.ForeignKey(
        SigningKey, null=True, on_delete=models.PROTECT, related_name="badges", editable=False
    )
    signed = models.BinaryField(null=True, editable=False)
    picture = models.ForeignKey(
        BadgePicture, null=True, on_delete=models.PROTECT, related_name="badges", editable=False
    )
    sealed_at = models.DateTimeField(_("signed at"), null=True, editable=False)
    latest_end = models.DateTimeField(_("latest possible end"), null=True, editable=False)
    unsealable = models.CharField(
        _("why it cannot be signed"), max_length=20, choices=Unsealable.choices, blank=True, editable=False
    )

    printed_at = models.DateTimeField(_("printed at"), null=True, editable=False)
    collected_at = models.DateTimeField(_("collected at"), null=True, editable=False)
    collected_by = models.CharField(_("collected by"), max_length=200, blank=True, editable=False)

    objects = BadgeQuerySet.as_manager()

    if TYPE_CHECKING:
        accreditation_id: int
        replaced_by: "Badge"

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")
        indexes = (
            models.Index(fields=["accreditation"], name="badge_accreditation"),
            # The desk's queue, and what waits for its signature.
            models.Index(
                fields=["state", "queued_at"],
                condition=Q(state__in=["queued", "printed", "ready"]),
                name="badge_desk",
            ),
            # The list of void badges is this index, read in its order.
            models.Index(
                fields=["code", "latest_end"],
                condition=Q(sealed_at__isnull=False, state__in=["returned", "lost", "void", "reissued"]),
                name="badge_void_codes",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["accreditation"],
                condition=Q(state__in=["queued", "standby", "printed", "ready", "collected"]),
                name="one_live_badge",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True)
                | Q(
                    key__isnull=False,
                    signed__isnull=False,
                    picture__isnull=False,
                    latest_end__isnull=False,
                ),
                name="a_sealed_badge_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=False) | ~Q(state__in=["printed", "ready", "collected"]),
                name="a_printed_badge_is_sealed",
            ),
            models.CheckConstraint(
                condition=~Q(state="collected") | ~Q(collected_by=""),
                name="a_collected_badge_names_its_receiver",
            ),
        )

    def __str__(self) -> str:
        return self.code_in_words

    @property
    def code_in_words(self) -> str:
        """'K7QM2-XPD4T', as the badge prints it."""
        return f"{self.code[:5]}-{self.code[5:]}"
