"""Who comes: organisations, invitations, missions, delegations, and who speaks for them."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.models import User
from accreditation.accounts.roles import roles_of
from accreditation.core.actors import Actor
from accreditation.core.machine import Movable
from accreditation.core.places import Country
from accreditation.missions.categories import Category, DocumentKind, Role
from accreditation.missions.elections import CannedReason, DateOverride, Election, Inviter, RefusalGround

__all__ = [
    "CannedReason",
    "Category",
    "DateOverride",
    "Delegation",
    "DocumentKind",
    "Election",
    "Invitation",
    "Inviter",
    "Mission",
    "MissionRole",
    "Organisation",
    "RefusalGround",
    "Role",
]


def new_link_token() -> str:
    """128 bits that nobody can guess: whoever holds a mission's link may ask to join it, nothing more."""
    return secrets.token_urlsafe(16)


class Organisation(models.Model):
    """A legal or state body that sends people."""

    class Kind(models.TextChoices):
        INTERNATIONAL = "international", _("international organisation")
        ASSEMBLY = "assembly", _("parliamentary assembly")
        COMMISSION = "commission", _("election commission")
        PARLIAMENT = "parliament", _("parliament")
        GOVERNMENT = "government", _("government body")
        EMBASSY = "embassy", _("embassy")
        NGO = "ngo", _("non-governmental organisation")
        MEDIA = "media", _("media outlet")

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    country = models.ForeignKey(
        Country, verbose_name=_("country of its seat"), null=True, blank=True, on_delete=models.PROTECT
    )
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT
    )
    address = models.TextField(_("address"), blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["name", "country"], name="an_organisation_once"),)

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """An act of an inviting body addressed to an organisation for an election."""

    class Answer(models.TextChoices):
        OPEN = "open", _("no answer yet")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="invitations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    inviter = models.CharField(_("invited by"), max_length=20, choices=Inviter.choices)
    number = models.CharField(_("number"), max_length=60)
    dated = models.DateField(_("date"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices, default=Answer.OPEN)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-dated", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["election", "inviter", "number"], name="an_invitation_number_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="open", answered_on__isnull=True)
                | (~Q(answer="open") & Q(answered_on__isnull=False)),
                name="an_answer_has_its_day",
                violation_error_message=_("Give the day of the answer."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}, {self.organisation}"


class MissionQuerySet(models.QuerySet["Mission"]):
    def visible_to(self, user: User) -> "MissionQuerySet":
        """All to the commission's staff; to others the missions for which they speak today."""
        if roles_of(user):
            return self
        return self.filter(pk__in=MissionRole.objects.current().filter(user=user).values("mission"))


class Mission(Movable):
    """An organisation's effort at one election. Registered before its people; moved by workflow.states.MISSION."""

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        APPLIED = "applied", _("applied")
        UNDER_REVIEW = "under_review", _("under review")
        REGISTERED = "registered", _("registered")
        DECLINED = "declined", _("declined")
        SUSPENDED = "suspended", _("suspended")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        OBSERVERS = "observers", _("observers")
        MEDIA = "media", _("media")
        GUESTS = "guests", _("guests of the commission")

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="missions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="missions")
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.OBSERVERS)
    state = models.CharField(
        _("state"), max_length=14, choices=State.choices, default=State.INVITED, editable=False
    )
    invitation = models.ForeignKey(
        Invitation, verbose_name=_("invitation"), null=True, blank=True, on_delete=models.PROTECT
    )
    default_category = models.ForeignKey(Category, verbose_name=_("usual category"), on_delete=models.PROTECT)
    default_role = models.CharField(_("usual role"), max_length=20, choices=Role.choices, blank=True)
    language = models.CharField(_("language of its letters"), max_length=8, default="en")
    expected_people = models.PositiveIntegerField(_("people expected"), null=True, blank=True)
    link_token = models.CharField(max_length=32, unique=True, default=new_link_token, editable=False)

    objects = MissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mission")
        verbose_name_plural = _("missions")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["election", "code"], name="a_mission_code_once_an_election"),
        )

    def __str__(self) -> str:
        return self.name


class Stay(models.Model):
    """When and how somebody comes and leaves. Local dates and times of the host's zone."""

    arrives_on = models.DateField(_("arrives on"), null=True, blank=True)
    arrives_at = models.TimeField(_("arrives at"), null=True, blank=True)
    arrival_place = models.CharField(_("place of arrival"), max_length=100, blank=True)
    arrival_flight = models.CharField(_("flight of arrival"), max_length=20, blank=True)
    departs_on = models.DateField(_("departs on"), null=True, blank=True)
    departs_at = models.TimeField(_("departs at"), null=True, blank=True)
    departure_place = models.CharField(_("place of departure"), max_length=100, blank=True)
    departure_flight = models.CharField(_("flight of departure"), max_length=20, blank=True)
    arrived_at = models.DateTimeField(_("has arrived"), null=True, blank=True)

    class Meta:
        abstract = True


class Delegation(Stay):
    """A group sent by one body, inside a mission. Groups nest: mission, delegation, team."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="delegations")
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT
    )
    name = models.CharField(_("name"), max_length=200)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("sent by"), null=True, blank=True, on_delete=models.PROTECT
    )
    expected_people = models.PositiveIntegerField(_("people expected"), null=True, blank=True)
    arrived_people = models.PositiveIntegerField(_("people arrived"), null=True, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["mission", "name"], name="a_delegation_once_a_mission"),
        )

    def __str__(self) -> str:
        return self.name


class MissionRoleQuerySet(models.QuerySet["MissionRole"]):
    def current(self) -> "MissionRoleQuerySet":
        """Those who speak for a mission and have not been relieved."""
        return self.filter(ended_at__isnull=True)


class MissionRole(models.Model):
    """Who speaks for a mission: sees its roster, sends its lists, receives its letters."""

    class Duty(models.TextChoices):
        HEAD = "head", _("head of mission")
        DEPUTY = "deputy", _("deputy head")
        FOCAL_POINT = "focal_point", _("focal point")

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mission_roles")
    duty = models.CharField(_("duty"), max_length=12, choices=Duty.choices, default=Duty.FOCAL_POINT)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    since = models.DateTimeField(_("since"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = MissionRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("head or focal point")
        verbose_name_plural = _("heads and focal points")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["mission", "user"],
                condition=Q(ended_at__isnull=True),
                name="one_current_duty_a_mission",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.get_duty_display()}"


def speaks_for(actor: Actor, mission_id: Any) -> bool:
    """Whether the actor is head, deputy or focal point of the mission today; one query an actor, then kept."""
    if actor.user is None:
        return False
    roles = MissionRole.objects.current().filter(user=actor.user)
    missions = actor.remember("missions", lambda: frozenset(roles.values_list("mission", flat=True)))
    return mission_id in missions
