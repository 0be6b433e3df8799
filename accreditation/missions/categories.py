"""The legal classes of people: what each is, may do, and must show. Rules hang on the category only."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accreditation.missions.elections import Election


class DocumentKind(models.TextChoices):
    """What may be asked for. The same words name uploads."""

    PHOTO = "photo", _("photo")
    PASSPORT_PAGE = "passport_page", _("passport page")
    MINISTRY_NUMBER = "ministry_number", _("ministry's accreditation number")


def default_documents() -> list[str]:
    return [DocumentKind.PHOTO, DocumentKind.PASSPORT_PAGE]


class Category(models.Model):
    """A legal class of people at one election: international observer, foreign journalist and so on."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="categories")
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    rights = models.TextField(_("rights"), blank=True)
    colour = models.CharField(
        _("colour"), max_length=7, default="#0b5d6b", validators=[RegexValidator(r"^#[0-9a-f]{6}\Z")]
    )
    counts_as_observer = models.BooleanField(_("counts as an observer"), default=True)
    host_citizens_allowed = models.BooleanField(_("open to citizens of the host country"), default=False)
    required_documents = ArrayField(
        models.CharField(max_length=30, choices=DocumentKind.choices),
        verbose_name=_("required documents"),
        default=default_documents,
        blank=True,
    )
    deadline_days = models.PositiveSmallIntegerField(
        _("own deadline, days before the election"),
        null=True,
        blank=True,
        help_text=_("Empty: the election's."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("position", "code")
        constraints = (
            models.UniqueConstraint(fields=["election", "code"], name="a_category_once_an_election"),
        )

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """A word on a membership; no right depends on it."""

    HEAD = "head", _("head of mission")
    DEPUTY = "deputy", _("deputy head")
    CORE_TEAM = "core_team", _("core team member")
    LONG_TERM = "long_term", _("long-term observer")
    SHORT_TERM = "short_term", _("short-term observer")
    PARLIAMENTARIAN = "parliamentarian", _("parliamentarian")
    EXPERT = "expert", _("expert")
