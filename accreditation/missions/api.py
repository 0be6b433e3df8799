"""Missions and their rosters for other systems; the rows are those of the head's pages."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.rest import Pages
from accreditation.missions.models import Mission
from accreditation.observers.models import Membership
from accreditation.workflow.roster import with_what_a_row_shows
from accreditation.workflow.roster_rows import Row, rows_of


class ByName(Pages):
    ordering = ("sort_key", "id")
    page_size = 100


class ByCode(Pages):
    ordering = ("code", "id")


class MissionSerializer(serializers.ModelSerializer[Mission]):
    election = serializers.SlugRelatedField(slug_field="code", read_only=True)
    default_category = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Mission
        fields = ("code", "election", "name", "kind", "state", "default_category", "language", "version")
        read_only_fields = fields


class RosterRowSerializer(serializers.Serializer[Row]):
    """One person as the mission itself states; the passport number masked."""

    id = serializers.CharField(source="membership.public_id")
    name = serializers.CharField(source="membership.full_name")
    family_name = serializers.CharField(source="membership.family_name")
    given_names = serializers.CharField(source="membership.given_names")
    original_name = serializers.CharField(source="membership.original_name")
    citizenship = serializers.CharField(source="membership.citizenship_id")
    category = serializers.CharField(source="category.code")
    role = serializers.CharField(source="membership.role")
    document = serializers.CharField(source="membership.document.masked")
    state = serializers.CharField(
        source="state.code",
        help_text="As outsiders read it on the roster page: what happens inside is one state, and 'ended' is an "
        "accreditation that is not in force.",
    )
    state_words = serializers.CharField(source="state.word", help_text="The same, as the page words it.")
    arrives_on = serializers.DateField(source="membership.arrives_on")
    arrival_flight = serializers.CharField(source="membership.arrival_flight")
    departs_on = serializers.DateField(source="membership.departs_on")
    arrived_at = serializers.DateTimeField(source="membership.arrived_at")


class MissionViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Mission]):
    """Missions that the account may see: staff all, heads their own. Addressed as <election>:<code>."""

    serializer_class = MissionSerializer
    pagination_class = ByCode
    lookup_value_regex = "[-a-zA-Z0-9_]+:[-a-zA-Z0-9_]+"
    queryset = Mission.objects.none()

    def get_queryset(self) -> QuerySet[Mission]:
        user = actor_of(self.request).user
        return Mission.objects.visible_to(user).select_related("election", "default_category")

    def get_object(self) -> Mission:
        election, _, code = self.kwargs["pk"].partition(":")
        return self.get_queryset().get(election__code=election, code=code)

    @action(detail=True, methods=["get"])
    def roster(self, request: Request, **kwargs: Any) -> Response:
        """The people of the mission, by name, with the state of each one's application."""
        mission = self.get_object()
        people = with_what_a_row_shows(Membership.objects.filter(mission=mission).current())
        pages = ByName()
        page = pages.paginate_queryset(people, request, view=self) or []
        rows = rows_of(
            mission, page, mission.election.categories.all(), now=moment_of(request), reachable=True
        )
        return pages.get_paginated_response(RosterRowSerializer(rows, many=True).data)
