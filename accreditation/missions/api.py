"""Missions and their rosters for other systems; the rows are those of the head's pages."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accreditation.core.actors import actor_of
from accreditation.core.rest import Pages
from accreditation.missions.models import Mission
from accreditation.observers.models import Membership
from accreditation.workflow.models import Application
from accreditation.workflow.plain_states import plain_code


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


class RosterRowSerializer(serializers.ModelSerializer[Membership]):
    """One person as the mission itself states; the passport number masked."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField(source="full_name")
    category = serializers.SlugRelatedField(slug_field="code", read_only=True)
    document = serializers.CharField(source="document.masked")
    state = serializers.SerializerMethodField(
        help_text="As outsiders read it: what happens inside is one state."
    )

    class Meta:
        model = Membership
        fields = (
            "id", "name", "family_name", "given_names", "original_name", "citizenship", "category", "role", "document",
            "state", "arrives_on", "arrival_flight", "departs_on", "arrived_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, membership: Any) -> str:
        return plain_code(membership.application_state)


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
        states = Application.objects.filter(person=OuterRef("person"), election=mission.election_id)
        rows = (
            Membership.objects.filter(mission=mission)
            .current()
            .select_related("category", "document")
            .annotate(application_state=Subquery(states.order_by("-pk").values("state")[:1]))
        )
        pages = ByName()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(RosterRowSerializer(page, many=True).data)
