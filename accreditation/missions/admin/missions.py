"""Missions and delegations: opened, spoken for and counted here; moved by the buttons of the machine only."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import BaseModelForm
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.editing import AuditedEdits, NeverDeleted
from accreditation.core.site import site
from accreditation.core.templatetags.look import state_badge
from accreditation.credentials.certificate import reason_against
from accreditation.credentials.models import Accreditation
from accreditation.missions.admin.certificate import certificate_page
from accreditation.missions.admin.local_time import InElectionTime
from accreditation.missions.admin.mission_forms import DelegationInline, MissionForm, OpeningForm, RoleInline
from accreditation.missions.admin.moves import move_page
from accreditation.missions.models import Delegation, Mission
from accreditation.missions.registration import record_opening
from accreditation.missions.signs import SIGNS
from accreditation.observers.models import Membership
from accreditation.workflow.states import MISSION


def _counted(rows: QuerySet[Any], of: str) -> Coalesce:
    """How many people among the rows of one mission or delegation; a person once."""
    counted = rows.filter(**{of: OuterRef("pk")}).order_by().values(of)
    return Coalesce(
        Subquery(counted.annotate(n=Count("person", distinct=True)).values("n")),
        0,
        output_field=IntegerField(),
    )


@admin.register(Mission, site=site)
class MissionAdmin(InElectionTime, NeverDeleted, AuditedEdits):
    to_election = "election"
    list_display = (
        "name",
        "state_in_words",
        "organisation",
        "kind",
        "named",
        "accredited",
        "expected_people",
        "code",
    )
    list_filter = ("state", "kind", "election")
    search_fields = ("name", "code", "organisation__name", "organisation__short_name")
    list_select_related = ("organisation", "election")
    autocomplete_fields = ("organisation", "invitation")
    list_per_page = 50
    form = MissionForm
    inlines = (RoleInline, DelegationInline)
    change_form_template = "admin/missions/mission/change_form.html"
    computed: ClassVar[tuple[str, ...]] = ("state_in_words", "people", "link")
    fieldsets = (
        (None, {"fields": ("state_in_words", "people", "link")}),
        (
            _("The mission"),
            {"fields": ("election", "organisation", "code", "name", "kind", "invitation", "expected_people")},
        ),
        (_("Its people"), {"fields": ("default_category", "default_role", "language")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "election",
                    "organisation",
                    "code",
                    "name",
                    "kind",
                    "opened_as",
                    "invitation",
                    "default_category",
                    "default_role",
                    "language",
                    "expected_people",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mission]:
        """With the people counted, each once, by one query for all rows."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                people_named=_counted(Membership.objects.current(), "mission"),
                people_accredited=_counted(Accreditation.objects.current(), "mission"),
            )
        )

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, mission: Mission) -> str:
        sign, tone = SIGNS[Mission.State(mission.state)]
        return state_badge(sign, mission.get_state_display(), tone)

    @admin.display(description=_("named"), ordering="people_named")
    def named(self, mission: Any) -> int:
        return mission.people_named

    @admin.display(description=_("accredited"), ordering="people_accredited")
    def accredited(self, mission: Any) -> int:
        return mission.people_accredited

    @admin.display(description=_("people"))
    def people(self, mission: Any) -> str:
        facts = {"named": mission.people_named, "accredited": mission.people_accredited}
        return _("%(named)d named, %(accredited)d accredited") % facts

    @admin.display(description=_("link to join"))
    def link(self, mission: Mission) -> str:
        """What the head passes on: who opens it may ask to join, and waits for the mission's word."""
        address = f"{settings.SITE_URL}/{mission.language}/apply/{mission.link_token}/"
        return render_to_string("admin/missions/mission/link.html", {"address": address})

    def get_fieldsets(self, request: HttpRequest, obj: Mission | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Mission | None = None) -> tuple[str, ...]:
        # The code stands in addresses and lists; an election cannot be changed under its people.
        return (*self.computed, "election", "code") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Mission | None) -> tuple[type, ...]:
        return self.inlines if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Mission | None = None, change: bool = False, **kw: Any
    ) -> Any:
        if obj is None:
            kw["form"] = OpeningForm
        return super().get_form(request, obj, change, **kw)

    def save_model(self, request: HttpRequest, obj: Mission, form: BaseModelForm, change: bool) -> None:
        """A new mission is opened: its event and its first delegation are written in this transaction."""
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.state, obj.moved_at = form.cleaned_data["opened_as"], moment_of(request)
        obj.save()
        first = Delegation(name=obj.name, organisation=obj.organisation, expected_people=obj.expected_people)
        record_opening(obj, first, actor=actor_of(request), now=moment_of(request))

    def save_formset(
        self, request: HttpRequest, form: BaseModelForm, formset: BaseFormSet, change: bool
    ) -> None:
        """Those who are relieved stay on record with the moment."""
        for one in formset.forms:
            if getattr(one, "relieves", False):
                one.instance.ended_at = moment_of(request)
        super().save_formset(request, form, formset, change)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(move_page)
        certificate = self.admin_site.admin_view(certificate_page)
        return [
            path("<int:pk>/move/<str:name>/", page, name="missions_mission_move"),
            path("<int:pk>/certificate.pdf", certificate, name="missions_mission_certificate"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> Any:
        mission = options.get("obj")
        context["moves"] = MISSION.available(mission, actor_of(request)) if mission else []
        context["has_certificate"] = mission is not None and reason_against(mission) is None
        return super().render_change_form(request, context, **options)


@admin.register(Delegation, site=site)
class DelegationAdmin(InElectionTime, NeverDeleted, AuditedEdits):
    """Groups that come and go together: when, where, how many."""

    to_election = "mission__election"

    list_display = (
        "name",
        "mission",
        "arrives_on",
        "arrival_flight",
        "departs_on",
        "expected_people",
        "named",
        "arrived_people",
    )
    list_filter = ("arrives_on", "mission__election")
    search_fields = ("name", "mission__name", "arrival_flight", "departure_flight")
    list_select_related = ("mission",)
    autocomplete_fields = ("mission", "parent", "organisation")
    date_hierarchy = "arrives_on"
    fieldsets = (
        (None, {"fields": ("mission", "parent", "name", "organisation", "expected_people")}),
        (_("Arrival"), {"fields": ("arrives_on", "arrives_at", "arrival_place", "arrival_flight")}),
        (_("Departure"), {"fields": ("departs_on", "departs_at", "departure_place", "departure_flight")}),
        (_("Has arrived"), {"fields": ("arrived_at", "arrived_people")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        rows = super().get_queryset(request)
        return rows.annotate(people_named=_counted(Membership.objects.current(), "delegation"))

    @admin.display(description=_("named"), ordering="people_named")
    def named(self, delegation: Any) -> int:
        return delegation.people_named

    def get_readonly_fields(self, request: HttpRequest, obj: Delegation | None = None) -> tuple[str, ...]:
        return ("mission",) if obj else ()
