"""Applications and their moves for other systems: the same rows, rules and errors as on the pages."""

import re
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accreditation.accounts.roles import roles_of
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.machine import perform
from accreditation.core.rest import Pages
from accreditation.missions.models import Category
from accreditation.workflow.models import Application
from accreditation.workflow.states import APPLICATION, applications_of
from accreditation.workflow.told import as_told, in_told_state, told_state


class ByNewest(Pages):
    POSITION = re.compile(r"\d{0,18}")
    ordering = "-id"
    page_size = 100


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """A file as other systems see it: no passport number, no picture, no other sender's statement."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField()
    election = serializers.SlugRelatedField(slug_field="code", read_only=True)
    mission = serializers.SlugRelatedField(slug_field="code", read_only=True)
    category = serializers.SlugRelatedField(slug_field="code", read_only=True)
    name = serializers.CharField(source="membership.full_name")
    citizenship = serializers.CharField(source="membership.citizenship_id")
    state = serializers.SerializerMethodField()
    state_words = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = (
            "id", "number", "election", "mission", "category", "name", "citizenship", "state", "state_words",
            "version", "submitted_at", "decision_due_at", "decided_at", "moves",
        )  # fmt: skip
        read_only_fields = fields

    def to_representation(self, application: Application) -> Any:
        return super().to_representation(application if self._is_staff else as_told(application, self._now))

    @extend_schema_field(serializers.ChoiceField(Application.State.choices))
    def get_state(self, application: Application) -> str:
        """The commission's own word; outside it 'submitted' for all that happens inside, and no decision before its
        letter may leave.
        """
        return str(application.state if self._is_staff else told_state(application, self._now))

    def get_state_words(self, application: Application) -> str:
        return str(Application.State(self.get_state(application)).label)

    @cached_property
    def _is_staff(self) -> bool:
        return bool(roles_of(actor_of(self.context["request"]).user))

    @cached_property
    def _now(self) -> datetime:
        return moment_of(self.context["request"])

    def get_moves(self, application: Application) -> list[str]:
        """What the asker may try with the file as it stands."""
        actor = actor_of(self.context["request"])
        return [move.name for move in APPLICATION.available(application, actor)]


class MoveSerializer(serializers.Serializer[Any]):
    """What a move may be given; each move reads what it needs and refuses what it lacks."""

    version = serializers.IntegerField(
        required=False, help_text="The version that was read; a newer one is a 409."
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="")
    reasons = serializers.ListField(child=serializers.SlugField(max_length=40), required=False)
    text = serializers.CharField(required=False, allow_blank=True)
    due_on = serializers.DateField(required=False)
    grounds = serializers.ListField(child=serializers.SlugField(max_length=40), required=False)
    legal_basis = serializers.CharField(required=False)
    ruling = serializers.CharField(required=False, max_length=200)
    documents_checked = serializers.BooleanField(required=False)
    category = serializers.SlugField(required=False)
    kept_person = serializers.IntegerField(required=False)


class ApplicationViewSet(
    mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Application]
):
    """Applications that the account may see: staff all, heads their missions', applicants their own."""

    serializer_class = ApplicationSerializer
    pagination_class = ByNewest
    lookup_field = "public_id"
    lookup_value_regex = "[A-Za-z0-9_-]{22}"
    queryset = Application.objects.none()

    def get_queryset(self) -> QuerySet[Application]:
        rows = applications_of(actor_of(self.request)).select_related("election", "mission", "category")
        wanted = {
            "election__code": self.request.query_params.get("election"),
            "mission__code": self.request.query_params.get("mission"),
        }
        state = self.request.query_params.get("state", "")
        if any("\0" in value for value in (*wanted.values(), state) if value):
            return rows.none()  # PostgreSQL holds no such text
        if state:
            inside = roles_of(actor_of(self.request).user)
            rows = rows.filter(Q(state=state) if inside else in_told_state(state, moment_of(self.request)))
        return rows.filter(**{name: value for name, value in wanted.items() if value})

    @extend_schema(request=MoveSerializer, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"], url_path="transitions/(?P<name>[a-z_]+)")
    def transitions(self, request: Request, public_id: str, name: str) -> Response:
        """Make one move. 403, 404, 409 or 422 with reasons when it is not made; then nothing was written."""
        application = self.get_object()
        if name not in APPLICATION.names():
            raise serializers.ValidationError({"name": [_("There is no such move.")]})
        wish = MoveSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        given = dict(wish.validated_data)
        if "category" in given:
            given["category"] = Category.objects.filter(
                election=application.election_id, code=given["category"]
            ).first()
        perform(
            APPLICATION,
            application.pk,
            name,
            actor=actor_of(request),
            now=moment_of(request),
            expected_version=given.pop("version", None),
            reason=given.pop("reason", None),
            **given,
        )
        return Response(self.get_serializer(self.get_queryset().get(pk=application.pk)).data)
