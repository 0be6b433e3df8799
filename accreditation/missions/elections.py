"""An election and the law that governs it, as parameters. Defaults are Azerbaijan's (Election Code, art. 44)."""

from datetime import time
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import DataError, connection, models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accreditation.core.places import Country
from accreditation.missions.calendar import Calendar


def validate_zone(name: str) -> None:
    """An IANA time zone, such as Asia/Baku, that Python and PostgreSQL both know: a day ends by the clocks of both."""
    if name not in available_timezones() or not _is_known_to_the_database(name):
        raise ValidationError(_("“%(zone)s” is no time zone; write it like Asia/Baku.") % {"zone": name})


def _is_known_to_the_database(zone: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT now() AT TIME ZONE %s", [zone])
    except DataError:
        return False
    return True


def arrival_reminder_days() -> list[int]:
    return [7, 3, 1]


def deadline_reminder_days() -> list[int]:
    return [14, 7, 3, 1]


class Inviter(models.TextChoices):
    PARLIAMENT = "parliament", _("parliament")
    FOREIGN_MINISTRY = "foreign_ministry", _("Ministry of Foreign Affairs")
    COMMISSION = "commission", _("Central Election Commission")
    PRESIDENT = "president", _("President")


def default_inviters() -> list[str]:
    return [str(one) for one in Inviter.values]


class ElectionQuerySet(models.QuerySet["Election"]):
    def current(self) -> "Election | None":
        """The election that pages are about when nothing else is said: the published one with the latest day."""
        return self.filter(published_at__isnull=False, cancelled_at__isnull=True).order_by("-day").first()


class Election(models.Model):
    """One vote on one day, with its rules.

    Legal dates are never stored: `calendar` computes them from the day and the parameters. Parameters are
    frozen once the election is published; what must still change is a DateOverride with a reason, or the
    postponement, which the audit shows.
    """

    class DayCount(models.TextChoices):
        DIFFERENCE = "difference", _("day N before: election day minus N")
        WHOLE_DAYS = "whole_days", _("N whole days lie between: election day minus N + 1")

    class LatePolicy(models.TextChoices):
        BLOCK = "block", _("late applications are refused")
        ACCEPT = "accept", _("late applications are taken, without a promise")

    class SecondReview(models.TextChoices):
        NONE = "none", _("one person may recommend and decide")
        REFUSALS = "refusals", _("refusals and revocations need two people")
        ALL = "all", _("every decision needs two people")

    code = models.SlugField(_("code"), max_length=30, unique=True, help_text=_("In addresses and commands."))
    name = models.CharField(_("name"), max_length=200)
    commission = models.CharField(_("commission"), max_length=200, default="Central Election Commission")
    day = models.DateField(_("election day"))
    # PostgreSQL fills it from the day, and keeps it (migration 0007): badges and letters bear these numbers.
    year_in_numbers = models.PositiveSmallIntegerField(
        _("year in its numbers"),
        db_default=0,
        editable=False,
        help_text=_(
            "Of applications and accreditations. It is the election day's year until the election is published;"
            " from then on it stays, also when the election is postponed to another year."
        ),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="Asia/Baku", validators=[validate_zone]
    )
    host_country = models.ForeignKey(
        Country, verbose_name=_("host country"), on_delete=models.PROTECT, default="AZE", related_name="+"
    )
    called_on = models.DateField(_("called on"), help_text=_("The day on which the election was called."))
    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("From then on the rules are frozen."),
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    results_published_on = models.DateField(
        _("results published on"), null=True, blank=True, help_text=_("Ends the term of every accreditation.")
    )

    # Applications
    application_opens_on = models.DateField(
        _("applications open on"), null=True, blank=True, help_text=_("Empty: on the day of the call.")
    )
    deadline_days = models.PositiveSmallIntegerField(_("deadline, days before the election"), default=10)
    deadline_time = models.TimeField(
        _("deadline, hour"), default=time(23, 59), help_text=_("The printed minute still counts.")
    )
    day_count = models.CharField(
        _("how days are counted"), max_length=12, choices=DayCount.choices, default=DayCount.DIFFERENCE
    )
    late_policy = models.CharField(
        _("late applications"), max_length=10, choices=LatePolicy.choices, default=LatePolicy.BLOCK
    )
    replacement_days = models.PositiveSmallIntegerField(
        _("replacements, until days before the election"), default=3
    )
    invitation_required = models.BooleanField(_("missions need an invitation"), default=True)
    inviters = ArrayField(
        models.CharField(max_length=20, choices=Inviter.choices),
        verbose_name=_("who invites"),
        default=default_inviters,
    )
    excluded_citizenships = ArrayField(
        models.CharField(max_length=3, validators=[RegexValidator(r"^[A-Z]{3}\Z")]),
        verbose_name=_("excluded citizenships"),
        default=list,
        blank=True,
    )
    exclusion_article = models.CharField(_("law that excludes them"), max_length=200, blank=True)
    pledge_by_head = models.BooleanField(_("a head may declare the pledge for named people"), default=True)
    pledge_version = models.CharField(_("version of the pledge"), max_length=20, default="1")
    pledge_text = models.TextField(_("pledge"), blank=True)
    privacy_notice = models.TextField(_("privacy notice"), blank=True)

    # Decisions
    decision_days = models.PositiveSmallIntegerField(
        _("decision due, days from submission"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    latest_decision_days = models.PositiveSmallIntegerField(
        _("latest decision, days before the election"), null=True, blank=True
    )
    clock_pauses = models.BooleanField(_("the clock pauses while information is requested"), default=False)
    second_review = models.CharField(
        _("two people"), max_length=10, choices=SecondReview.choices, default=SecondReview.REFUSALS
    )
    validity_starts_after_days = models.PositiveSmallIntegerField(
        _("term starts, days after registration"), default=0
    )
    appeal_body = models.CharField(_("appeal body"), max_length=200, default="Court of Appeal")
    appeal_days = models.PositiveSmallIntegerField(_("appeal, days to file"), default=3)
    deadline_article = models.CharField(
        _("law on the deadline"), max_length=100, default="Election Code art. 44"
    )
    decision_article = models.CharField(
        _("law on decisions"), max_length=100, default="Election Code art. 44"
    )
    appeal_article = models.CharField(_("law on appeals"), max_length=100, default="Election Code art. 112")

    # Reminders
    arrival_reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("arrival reminders, days"),
        default=arrival_reminder_days,
    )
    deadline_reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("deadline reminders, days"),
        default=deadline_reminder_days,
    )

    # Photos
    photo_min_width = models.PositiveSmallIntegerField(_("photo, least width"), default=360)
    photo_min_height = models.PositiveSmallIntegerField(_("photo, least height"), default=480)
    photo_max_bytes = models.PositiveIntegerField(_("photo, greatest size in bytes"), default=2 * 1024 * 1024)

    # Badges
    state_language = models.CharField(
        _("language of the state"), max_length=2, choices=settings.LANGUAGES, default="az"
    )
    badge_language = models.CharField(
        _("second language of the badge"),
        max_length=2,
        choices=settings.LANGUAGES,
        default="en",
        help_text=_("Beside the language of the state."),
    )
    badge_shows_document_number = models.BooleanField(_("the badge shows the passport number"), default=True)
    badge_latest_end_days = models.PositiveSmallIntegerField(
        _("latest end of a badge, days after the election"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Signed into each badge. The real end follows the publication of results."),
    )
    void_list_hours = models.PositiveSmallIntegerField(
        _("list of void badges, fresh for hours"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text=_("A phone whose list is older confirms nothing."),
    )
    scan_days = models.PositiveSmallIntegerField(
        _("scans of badges are kept, days after the results"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("They tell where an observer was. Without results: after the latest end of badges."),
    )

    objects = ElectionQuerySet.as_manager()

    # What stays open after publication: words, and what happens by its nature later.
    OPEN_AFTER_PUBLICATION = frozenset(
        {"name", "commission", "pledge_text", "privacy_notice", "appeal_body"}
    ) | {
        "results_published_on",
        "published_at",
        "cancelled_at",
    }

    class Meta:
        verbose_name = _("election")
        verbose_name_plural = _("elections")
        ordering = ("-day",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(called_on__lt=models.F("day")), name="called_before_its_day"
            ),
            models.CheckConstraint(
                condition=models.Q(excluded_citizenships=[]) | ~models.Q(exclusion_article=""),
                name="an_exclusion_names_its_law",
                violation_error_message=_("Name the law that excludes these citizenships."),
            ),
            models.CheckConstraint(
                condition=models.Q(results_published_on__isnull=True)
                | models.Q(results_published_on__gte=models.F("day")),
                name="results_follow_the_vote",
                violation_error_message=_("Results cannot be published before election day."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_frozen(self) -> bool:
        return self.published_at is not None

    def clean(self) -> None:
        """Refuse to change a frozen rule, in words; PostgreSQL refuses it in any case."""
        from accreditation.missions.publishing import changed_frozen_fields  # it stands above this table

        super().clean()
        if changed := changed_frozen_fields(self):
            words = _("Frozen since the election was published; set a date by hand or postpone the election.")
            raise ValidationError(dict.fromkeys(changed, words))

    @cached_property
    def calendar(self) -> Calendar:
        """Every legal date of this election; reads the overrides once (one query, none when prefetched)."""
        return Calendar.of(self)

    def host_is(self, country_code: str) -> bool:
        return country_code == self.host_country_id


class DateOverride(models.Model):
    """A legal date set by hand, with its reason. The newest one of a name holds; none is ever changed or deleted
    (triggers in PostgreSQL refuse it).
    """

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="overrides")
    date_name = models.CharField(_("date"), max_length=30)
    closes_at = models.DateTimeField(_("new moment"), help_text=_("The first moment that is too late."))
    reason = models.TextField(_("reason"))
    made_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("date set by hand")
        verbose_name_plural = _("dates set by hand")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~models.Q(reason=""), name="an_override_has_its_reason"),
        )

    def __str__(self) -> str:
        return f"{self.date_name}: {self.closes_at}"


class RefusalGround(models.Model):
    """A ground on which this election's law lets the commission refuse; nothing else is one."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="refusal_grounds")
    code = models.SlugField(_("code"), max_length=40)
    words = models.TextField(_("words in the letter"))
    article = models.CharField(_("legal basis"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("ground of refusal")
        verbose_name_plural = _("grounds of refusal")
        ordering = ("position", "code")
        constraints = (
            models.UniqueConstraint(fields=["election", "code"], name="a_ground_once_an_election"),
        )

    def __str__(self) -> str:
        return self.words


class CannedReason(models.Model):
    """What clerks often ask for, in the words that the commission chose; offered, never binding."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    words = models.TextField(_("words in the letter"))
    field = models.CharField(
        _("what it asks for"),
        max_length=40,
        blank=True,
        help_text=_("The part of the application that is reopened."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("canned reason")
        verbose_name_plural = _("canned reasons")
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.words
