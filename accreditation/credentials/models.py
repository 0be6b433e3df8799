"""What they get: the accreditation, a status for one person at one election, with a number and a term."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import roles_of
from accreditation.core.machine import Movable
from accreditation.credentials.alarms import ScanAlarm, ScanWatch
from accreditation.credentials.badges import Badge, BadgePicture
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.listing import SignedList
from accreditation.credentials.print_runs import PrintRun, PrintRunBadge, PrintRunPart
from accreditation.credentials.scans import BadgeScan
from accreditation.missions.models import Category, Election, Mission
from accreditation.observers.models import Membership, Person

__all__ = [
    "Accreditation",
    "AccreditationCounter",
    "Badge",
    "BadgeDesign",
    "BadgePicture",
    "BadgeScan",
    "PrintRun",
    "PrintRunBadge",
    "PrintRunPart",
    "ScanAlarm",
    "ScanWatch",
    "SignedList",
    "SigningKey",
]


def number_in_words(year: int, number: int) -> str:
    """'2026-0412': the year in the election's numbers, which no postponement changes, and the number."""
    return f"{year}-{number:04d}"


class AccreditationQuerySet(models.QuerySet["Accreditation"]):
    def visible_to(self, user: User) -> "AccreditationQuerySet":
        """All to staff; to heads those of memberships in their missions."""
        if roles_of(user):
            return self
        seen = Membership.objects.visible_to(user).values("person")
        return self.filter(person__in=seen)

    def current(self) -> "AccreditationQuerySet":
        return self.filter(state__in=Accreditation.CURRENT)


class Accreditation(Movable):
    """The status granted to one person at one election. Moved by workflow.states.ACCREDITATION.

    `number` counts within the election. The end of the term stays open until the publication of results is
    recorded; 'not yet valid' is computed from the start, never stored.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        REVOKED = "revoked", _("revoked")
        RELINQUISHED = "relinquished", _("relinquished")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled, issued in error")

    CURRENT = (State.ACTIVE, State.SUSPENDED)

    election = models.ForeignKey(
        Election, on_delete=models.PROTECT, related_name="accreditations", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accreditations")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="accreditations")
    mission = models.ForeignKey(Mission, on_delete=models.PROTECT, related_name="accreditations")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=14, choices=State.choices, default=State.ACTIVE, editable=False
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    granted_at = models.DateTimeField(_("granted at"))

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        verbose_name = _("accreditation")
        verbose_name_plural = _("accreditations")
        indexes = (
            models.Index(
                fields=["election", "valid_until"],
                condition=Q(state__in=["active", "suspended"]),
                name="accreditation_term",
            ),
            # A roster looks for the cancelled ones among all that are not in force: once the term is over, nearly all.
            models.Index(
                fields=["mission", "state"], condition=~Q(state="active"), name="accreditation_not_in_force"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["election", "number"], name="an_accreditation_number_once"),
            models.UniqueConstraint(
                fields=["person", "election"],
                condition=Q(state__in=["active", "suspended"]),
                name="one_current_accreditation",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="a_term_ends_after_its_start",
            ),
        )

    def __str__(self) -> str:
        return self.number_in_words

    @property
    def number_in_words(self) -> str:
        return number_in_words(self.election.year_in_numbers, self.number)


class AccreditationCounter(models.Model):
    """The last accreditation number given at an election. Its row is locked while a number is taken."""

    election = models.OneToOneField(Election, on_delete=models.CASCADE, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.election_id}: {self.last}"
