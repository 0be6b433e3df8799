"""How it is decided: applications, what is asked, what is decided, and what a corrected list wishes to change."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User, new_public_id
from accreditation.accounts.roles import roles_of
from accreditation.core.encryption import EncryptedTextField
from accreditation.core.machine import Movable
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Category, Election, Mission
from accreditation.observers.models import Membership, Person
from accreditation.workflow.runs import BulkRun as BulkRun
from accreditation.workflow.tallies import Tally as Tally


def file_number(election: Election, pk: int) -> str:
    """'2026-004711': the year in the election's numbers, which no postponement changes, and the file's own."""
    return f"{election.year_in_numbers}-{pk:06d}"


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> "ApplicationQuerySet":
        """All to staff; to a head those whose primary membership is the own mission's; to an applicant the own."""
        if roles_of(user):
            return self
        missions = Mission.objects.visible_to(user).values("pk")
        return self.filter(Q(mission__in=missions) | Q(applicant=user))

    def live(self) -> "ApplicationQuerySet":
        return self.filter(state__in=Application.LIVE)

    def waiting(self) -> "ApplicationQuerySet":
        """With the commission: the decision clock runs."""
        return self.filter(state__in=Application.WITH_THE_COMMISSION)

    def overdue(self, now: datetime) -> "ApplicationQuerySet":
        return self.waiting().filter(decision_due_at__lte=now, clock_paused_at=None)

    def due_before(self, moment: datetime) -> "ApplicationQuerySet":
        return self.waiting().filter(decision_due_at__lte=moment)


class Application(Movable):
    """A request for accreditation by or for a person in a category. Moved by workflow.states.APPLICATION.

    `membership` is the primary one; `mission` is its mission once more, because desks and rosters are read by it.
    `applicant` is the account of the person who applies online; `entered_by` whoever opened the file.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        UNDER_REVIEW = "under_review", _("under review")
        INFORMATION_REQUESTED = "information_requested", _("information requested")
        RECOMMENDED = "recommended", _("recommended")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        APPEALED = "appealed", _("appealed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        LAPSED = "lapsed", _("lapsed")
        MERGED = "merged", _("merged")

    class Recommendation(models.TextChoices):
        APPROVE = "approve", _("approve")
        REFUSE = "refuse", _("refuse")

    LIVE = (
        State.DRAFT,
        State.SUBMITTED,
        State.UNDER_REVIEW,
        State.INFORMATION_REQUESTED,
        State.RECOMMENDED,
        State.APPEALED,
    )
    WITH_THE_COMMISSION = (
        State.SUBMITTED,
        State.UNDER_REVIEW,
        State.INFORMATION_REQUESTED,
        State.RECOMMENDED,
    )

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    election = models.ForeignKey(
        Election, on_delete=models.PROTECT, related_name="applications", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="applications")
    mission = models.ForeignKey(
        Mission, on_delete=models.PROTECT, related_name="applications", db_index=False
    )
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        _("state"), max_length=24, choices=State.choices, default=State.DRAFT, editable=False
    )
    applicant = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    entered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assigned_to = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField(_("opened at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    decision_due_at = models.DateTimeField(_("decision due"), null=True, blank=True)
    clock_paused_at = models.DateTimeField(_("clock paused at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    recommendation = models.CharField(
        _("recommendation"), max_length=10, choices=Recommendation.choices, blank=True
    )
    recommended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    documents_checked = models.BooleanField(_("documents checked"), default=False)
    replaces = models.ForeignKey(
        Accreditation, null=True, blank=True, on_delete=models.PROTECT, related_name="replacements"
    )
    accreditation = models.OneToOneField(
        Accreditation, null=True, blank=True, on_delete=models.PROTECT, related_name="application"
    )

    objects = ApplicationQuerySet.as_manager()

    held_back_at: datetime | None = None
    """The moment of a decision that this copy of the row does not tell (told.py); never stored."""

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        indexes = (
            # What is included lets the desk count and narrow its tabs from the indexes alone.
            models.Index(
                fields=["election", "state", "decision_due_at", "id"],
                include=["assigned_to", "clock_paused_at", "membership"],
                name="application_desk",
            ),
            models.Index(
                fields=["decision_due_at", "id"],
                condition=Q(state__in=["submitted", "under_review", "information_requested", "recommended"]),
                name="application_due",
            ),
            models.Index(
                fields=["assigned_to", "decision_due_at", "id"],
                include=["election"],
                condition=Q(state__in=["submitted", "under_review", "information_requested", "recommended"]),
                name="application_assigned",
            ),
            models.Index(fields=["election", "-id"], name="application_newest"),
            models.Index(fields=["mission", "state"], name="application_mission"),
            models.Index(fields=["mission", "-id"], name="application_mission_newest"),
            # What a mission was told last, and what it is not told yet: the newest decisions of its files.
            models.Index(
                fields=["mission", "decided_at"],
                condition=Q(decided_at__isnull=False),
                name="application_decided",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["person", "election"],
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "under_review",
                        "information_requested",
                        "recommended",
                        "appealed",
                    ]
                ),
                name="one_live_application",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=False, decision_due_at__isnull=False)
                | ~Q(state__in=["submitted", "under_review", "information_requested", "recommended"]),
                name="a_submitted_application_has_its_clock",
            ),
            models.CheckConstraint(
                condition=~Q(recommendation="") | ~Q(state="recommended"), name="a_recommendation_says_what"
            ),
            models.CheckConstraint(
                condition=Q(accreditation__isnull=False) | ~Q(state="approved"), name="an_approval_grants"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False) | ~Q(state__in=["approved", "refused", "appealed"]),
                name="a_decision_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As in file_number."""
        return file_number(self.election, self.pk)


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> "DecisionQuerySet":
        """Those that nobody took back inside their undo window."""
        return self.filter(taken_back_at=None)


class Decision(models.Model):
    """What the commission decided about an application: its number, day, body, ground and legal basis.

    One that was taken back before anybody read it stays on record with the moment (taking_back.py), and keeps its
    number. `text` was written for the person and leaves with the letter; `file_note` never leaves the commission.
    """

    class Kind(models.TextChoices):
        APPROVAL = "approval", _("approval")
        REFUSAL = "refusal", _("refusal")
        REVOCATION = "revocation", _("revocation")
        UPHELD = "upheld", _("appeal rejected")
        OVERTURNED = "overturned", _("appeal granted")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(_("decision"), max_length=12, choices=Kind.choices)
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    serial = models.PositiveIntegerField(_("number within the year"), editable=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    recommended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"))
    grounds = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("grounds"),
        default=list,
        help_text=_("Codes of the election's list."),
    )
    legal_basis = models.TextField(_("legal basis"), blank=True, help_text=_("Every ground brings its own."))
    text = models.TextField(_("words of the letter"), blank=True)
    file_note = models.TextField(_("note for the file"), blank=True, help_text=_("Never sent."))
    ruling = models.CharField(_("ruling"), max_length=200, blank=True)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=(~Q(grounds=[]) & ~Q(legal_basis="")) | ~Q(kind__in=["refusal"]),
                name="a_refusal_has_its_ground",
            ),
            models.CheckConstraint(
                condition=~Q(ruling="") | ~Q(kind__in=["upheld", "overturned"]),
                name="an_appeal_cites_its_ruling",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(kind__in=["approval", "refusal"]),
                name="a_ruling_is_not_taken_back",
            ),
            models.UniqueConstraint(fields=["year", "serial"], name="one_decision_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def number(self) -> str:
        """'2026/7': the year on the election's clock, and the decision's place among those of the year."""
        return f"{self.year}/{self.serial}"


class DecisionCounter(models.Model):
    """The last number of a decision given in a year. Its row is locked while a number is taken, and what is undone
    gives its number back: numbers run without gaps or doubles.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class InformationRequest(models.Model):
    """What the commission asks of an applicant or a mission: what is missing, and by when."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="information_requests"
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked at"))
    due_on = models.DateField(_("by"))
    reasons = ArrayField(
        models.CharField(max_length=40), verbose_name=_("canned reasons"), default=list, blank=True
    )
    text = models.TextField(_("in the clerk's words"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for information")
        verbose_name_plural = _("requests for information")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(reasons=[]) | ~Q(text=""), name="a_request_says_what"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at__isnull=True), name="one_open_request"
            ),
        )

    def __str__(self) -> str:
        return self.text or ", ".join(self.reasons)


class Appeal(models.Model):
    """A challenge to a refusal."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="appeals")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    filed_at = models.DateTimeField(_("filed at"))
    filed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.CharField(_("appeal body"), max_length=200)
    text = models.TextField(_("grounds of the appeal"), blank=True)
    outcome = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.body}, {self.filed_at:%Y-%m-%d}"


class Amendment(models.Model):
    """What a corrected list wishes to change in a file that is under way or decided; a clerk takes it or not.

    The wished values are encrypted: they are a statement, passport number included.
    """

    class Verdict(models.TextChoices):
        OPEN = "open", _("open")
        TAKEN = "taken", _("taken over")
        DECLINED = "declined", _("not taken over")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="amendments")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="amendments")
    fields = ArrayField(models.CharField(max_length=40), verbose_name=_("fields"))
    wish = EncryptedTextField(_("wished values"))
    is_correction = models.BooleanField(
        _("of an accreditation"),
        default=False,
        help_text=_("The person is accredited: the badge is made again."),
    )
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked at"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ("pk",)
        indexes = (models.Index(fields=["application"], condition=Q(verdict="open"), name="amendment_open"),)
        constraints = (
            models.UniqueConstraint(
                fields=["membership"], condition=Q(verdict="open"), name="one_open_amendment"
            ),
        )

    def __str__(self) -> str:
        return ", ".join(self.fields)
