"""Who they are: people, their documents, and what senders state about them.

A membership is one sender's statement about one human being. A person ties memberships together and holds what
the commission has confirmed. Nobody outside the commission sees or changes another sender's statement.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User, new_public_id
from accreditation.accounts.roles import roles_of
from accreditation.core.encryption import EncryptedTextField
from accreditation.core.places import Country
from accreditation.missions.models import Category, Delegation, DocumentKind, Mission, Role, Stay
from accreditation.observers import names
from accreditation.observers.beginnings import Beginning as Beginning  # so that Django finds the table

NAME_LENGTH = 128


class Sex(models.TextChoices):
    FEMALE = "F", _("female")
    MALE = "M", _("male")
    UNSPECIFIED = "X", _("unspecified")


class Person(models.Model):
    """A human being, once, across elections.

    Names and birth are those of the first statement until the commission has confirmed them (`confirmed_at`).
    `name_key` is the folded Latin name (names.fold), by which a later statement meets this person.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    family_name = models.CharField(_("family name"), max_length=NAME_LENGTH, blank=True)
    given_names = models.CharField(_("given names"), max_length=NAME_LENGTH, blank=True)
    original_name = models.CharField(_("name in original script"), max_length=NAME_LENGTH, blank=True)
    born = models.DateField(_("date of birth"))
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    citizenship = models.ForeignKey(
        Country, verbose_name=_("citizenship"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name_key = models.CharField(max_length=2 * NAME_LENGTH, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = (models.Index(fields=["born", "name_key"], name="person_by_birth"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(family_name="") | ~Q(given_names=""), name="a_person_has_a_name"
            ),
        )

    def __str__(self) -> str:
        return " ".join(filter(None, [self.family_name, self.given_names]))

    @property
    def name_in_own_script(self) -> str:
        """'' where it would repeat the Latin one."""
        return names.other_script(self.original_name, self.family_name, self.given_names)


class IdentityDocument(models.Model):
    """A passport as one or more senders stated it. Rows are never edited: another number is another row.

    The number is encrypted and bound to its row; `number_index` is its keyed hash (encryption.blind_index over
    issuing country and normalised number), by which equal documents meet. It is not unique: two people who claim
    one passport are a question for the clerks, not an error for the sender.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="documents")
    number = EncryptedTextField(_("number"))
    number_index = models.BinaryField(max_length=32, editable=False)
    number_end = models.CharField(_("last characters"), max_length=4, editable=False)
    country = models.ForeignKey(
        Country, verbose_name=_("issued by"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    country_assumed = models.BooleanField(
        _("issuing country assumed"),
        default=False,
        help_text=_("The list did not say; citizenship stands in."),
    )
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        indexes = (models.Index(fields=["number_index"], name="document_by_number"),)

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """The number as pages show it until somebody asks, which is audited."""
        return f"•••••{self.number_end}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User) -> "MembershipQuerySet":
        """All to staff; to others what their own missions state, and what they state about themselves."""
        if roles_of(user):
            return self
        missions = Mission.objects.visible_to(user).values("pk")
        return self.filter(Q(mission__in=missions) | self.about_themselves(user))

    @staticmethod
    def about_themselves(user: User) -> Q:
        """What somebody states about the person for whom the account applies. Who once spoke for a mission has
        stated much about others, and that is the mission's.
        """
        return Q(stated_by=user, person__in=Person.objects.filter(applications__applicant=user).values("pk"))

    def current(self) -> "MembershipQuerySet":
        return self.filter(ended_at__isnull=True)


class Membership(Stay):
    """What one sender states about one human being in one delegation."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, related_name="memberships")
    # The delegation's mission once more, because rosters are read in the order (mission, sort_key) at any size.
    mission = models.ForeignKey(Mission, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    document = models.ForeignKey(IdentityDocument, on_delete=models.PROTECT, related_name="memberships")

    family_name = models.CharField(_("family name"), max_length=NAME_LENGTH, blank=True)
    given_names = models.CharField(_("given names"), max_length=NAME_LENGTH, blank=True)
    patronymic = models.CharField(_("patronymic"), max_length=NAME_LENGTH, blank=True)
    original_name = models.CharField(_("name in original script"), max_length=NAME_LENGTH, blank=True)
    sort_key = models.CharField(max_length=2 * NAME_LENGTH, editable=False)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    born = models.DateField(_("date of birth"))
    birth_place = models.CharField(_("place of birth"), max_length=NAME_LENGTH, blank=True)
    citizenship = models.ForeignKey(
        Country, verbose_name=_("citizenship"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    other_citizenships = ArrayField(
        models.CharField(max_length=3), verbose_name=_("other citizenships"), default=list, blank=True
    )
    residence_country = models.ForeignKey(
        Country,
        verbose_name=_("country of residence"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    residence_address = models.CharField(_("address of residence"), max_length=300, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, db_index=False
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    function = models.CharField(_("function"), max_length=200, blank=True)
    outlet = models.CharField(_("media outlet"), max_length=200, blank=True)
    ministry_number = models.CharField(_("ministry's accreditation number"), max_length=60, blank=True)

    is_primary = models.BooleanField(_("primary"), default=False)
    sender_confirmed = models.BooleanField(
        _("confirmed by the mission"),
        default=True,
        help_text=_("Somebody who joined by link waits for the mission."),
    )
    stated_by = models.ForeignKey(
        User,
        verbose_name=_("stated by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    warnings = ArrayField(
        models.CharField(max_length=40), verbose_name=_("warnings"), default=list, blank=True
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        indexes = (
            models.Index(fields=["mission", "sort_key", "id"], name="membership_roster"),
            models.Index(fields=["id"], condition=Q(ended_at__isnull=False), name="membership_ended"),
            # A roster by arrival: those with a day of their own by that day, the others by name.
            models.Index(
                fields=["mission", "arrives_on", "sort_key", "id"],
                include=["delegation"],
                condition=Q(ended_at__isnull=True),
                name="membership_by_arrival",
            ),
            # The few who joined by a link and wait for the mission's word.
            models.Index(
                fields=["mission"],
                condition=Q(sender_confirmed=False, ended_at__isnull=True),
                name="membership_waiting",
            ),
            models.Index(fields=["citizenship", "id"], name="membership_citizenship"),
            # Counts of a roster, and its few people whose file another mission holds, from the index alone.
            models.Index(
                fields=["mission", "is_primary"],
                condition=Q(ended_at__isnull=True),
                name="membership_standing",
            ),
            models.Index(
                fields=["stated_by"], name="membership_stated_by", condition=Q(stated_by__isnull=False)
            ),
            models.Index(
                fields=["arrives_on"], name="membership_arrivals", condition=Q(arrived_at=None, ended_at=None)
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["person", "delegation"],
                condition=Q(ended_at__isnull=True),
                name="one_membership_a_delegation",
                violation_error_message=_("This person is named in the delegation already."),
            ),
            models.CheckConstraint(
                condition=~Q(family_name="") | ~Q(given_names=""), name="a_membership_has_a_name"
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """'FAMILY Given', as rosters and letters name a person; a one-name person's one name."""
        return names.in_full(self.family_name, self.given_names)

    @property
    def name_in_own_script(self) -> str:
        """'' where it would repeat the Latin one."""
        return names.other_script(self.original_name, self.family_name, self.given_names)


class NameToken(models.Model):
    """One folded word of a membership's names, in Latin letters, for search in any script by its beginning."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="name_tokens")
    token = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        indexes = (
            models.Index(
                fields=["token", "membership"],
                name="name_token_prefix",
                opclasses=["text_pattern_ops", "int8_ops"],
            ),
        )

    def __str__(self) -> str:
        return self.token


class Upload(models.Model):
    """A picture of a membership's: re-encoded, encrypted, private. The newest of a kind holds."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    name = models.CharField(_("name in the private storage"), max_length=120, unique=True, editable=False)
    sha256 = models.BinaryField(max_length=32, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    uploaded_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    replaced_at = models.DateTimeField(_("replaced at"), null=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = (
            models.UniqueConstraint(
                fields=["membership", "kind"],
                condition=Q(replaced_at__isnull=True),
                name="one_current_upload_a_kind",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class Pledge(models.Model):
    """The pledge and the privacy notice, accepted for one membership: by the person, or declared by its head."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="pledge")
    version = models.CharField(_("version"), max_length=20)
    declared_by_head = models.BooleanField(_("declared by the head"), default=False)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")

    def __str__(self) -> str:
        return self.version


class PossibleDuplicate(models.Model):
    """Two people who may be one: something agrees, not all. A clerk decides; no sender ever learns of it."""

    class Verdict(models.TextChoices):
        OPEN = "open", _("open")
        SAME = "same", _("the same person")
        DIFFERENT = "different", _("not the same")

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    agrees = ArrayField(models.CharField(max_length=20), verbose_name=_("what agrees"))
    similarity = models.FloatField(_("likeness of the names"), help_text=_("0 to 1"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    raised_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        indexes = (
            models.Index(fields=["first"], condition=Q(verdict="open"), name="duplicate_open_first"),
            models.Index(fields=["second"], condition=Q(verdict="open"), name="duplicate_open_second"),
        )
        constraints = (
            models.UniqueConstraint(fields=["first", "second"], name="a_pair_is_asked_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="a_pair_is_ordered"),
            models.CheckConstraint(
                condition=Q(verdict="open", decided_by__isnull=True)
                | (~Q(verdict="open") & Q(decided_by__isnull=False)),
                name="a_verdict_has_its_clerk",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"


class ListImport(models.Model):
    """One list sent for a mission: the file (private, encrypted), what was answered, and what came of it.

    A job row: pages show its progress, a worker or the command runs it, and it can be run again.
    """

    class State(models.TextChoices):
        READ = "read", _("read, waiting for your word")
        WAITING = "waiting", _("waiting to be taken in")
        RUNNING = "running", _("being taken in")
        DONE = "done", _("taken in")
        REFUSED = "refused", _("could not be read")

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="list_imports")
    delegation = models.ForeignKey(Delegation, null=True, blank=True, on_delete=models.PROTECT)
    file_name = models.CharField(_("file"), max_length=200)
    stored_name = models.CharField(max_length=120, editable=False)
    answers = models.JSONField(
        _("answers"), default=dict, help_text=_("Dates, columns and category as answered.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READ)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows taken in"), default=0)
    report = models.JSONField(
        _("report"), default=dict, help_text=_("Row numbers, codes and counts; no names.")
    )
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent at"))
    tries = models.PositiveSmallIntegerField(_("tries that broke off"), default=0, editable=False)
    try_again_at = models.DateTimeField(_("tried again at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering = ("-pk",)
        indexes = (models.Index(fields=["id"], condition=Q(state="waiting"), name="list_waiting"),)

    def __str__(self) -> str:
        return self.file_name
