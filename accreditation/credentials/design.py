"""How the badges, certificates and letters of an election look: what the commission sets.

What the law sets stands on the election; what a letter says stands in templates/letters.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accreditation.core import storage
from accreditation.core.encryption import DecryptionError
from accreditation.missions.models import Election

ACCENT = "#0b5d6b"


class BadgeDesign(models.Model):
    """The looks of an election's papers. Without a row the defaults hold; changed looks show on what is printed next.

    Emblem and accent are those of badges, certificates and letters alike. The photo, the name in Latin letters, the
    category, the number and the code are on every badge and cannot be left out; whether the passport number is, the
    law says (Election.badge_shows_document_number). A signatory signs certificates, which are of today; letters may
    be older than who signs now, so they bear the commission alone.
    """

    election = models.OneToOneField(
        Election, verbose_name=_("election"), on_delete=models.CASCADE, related_name="badge_design"
    )
    emblem = models.CharField(
        _("emblem, its name in the private storage"), max_length=120, blank=True, editable=False
    )
    accent = models.CharField(
        _("accent colour"), max_length=7, default=ACCENT, validators=[RegexValidator(r"^#[0-9a-f]{6}\Z")]
    )
    note = models.CharField(
        _("note at the foot"),
        max_length=160,
        blank=True,
        help_text=_("One short line, such as whom to call when the badge is found."),
    )
    shows_original_name = models.BooleanField(_("name in original script"), default=True)
    shows_organisation = models.BooleanField(_("organisation or media outlet"), default=True)
    shows_country = models.BooleanField(_("country"), default=True)
    shows_mission = models.BooleanField(_("mission"), default=True)
    shows_role = models.BooleanField(_("role in the mission"), default=False)
    signatory = models.CharField(
        _("who signs"), max_length=100, blank=True, help_text=_("Printed under the line for the signature.")
    )
    position = models.CharField(_("position of who signs"), max_length=120, blank=True)
    shows_accredited = models.BooleanField(_("how many people are accredited"), default=True)

    class Meta:
        verbose_name = _("design of badges")
        verbose_name_plural = _("designs of badges")

    def __str__(self) -> str:
        return str(self.election)


def design_of(election: Election) -> BadgeDesign:
    """The election's design, or the defaults, unsaved."""
    return BadgeDesign.objects.filter(election=election).first() or BadgeDesign(election=election)


def emblem_of(design: BadgeDesign) -> bytes | None:
    """The picture; None where there is none, or where its file is lost: a paper without it is better than none."""
    try:
        return storage.read(design.emblem) if design.emblem else None
    except (FileNotFoundError, DecryptionError):
        return None
