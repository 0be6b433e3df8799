"""Times of an election are typed and shown as its own clocks show them, whatever the server's zone."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class InElectionTime(admin.ModelAdmin):
    """A form whose moments are in the zone of the object's election; a new object's in the server's."""

    to_election = ""
    """The path from the model to its election; empty for the election itself."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **options: Any
    ) -> HttpResponse:
        column = f"{self.to_election}__time_zone" if self.to_election else "time_zone"
        known = object_id is not None and object_id.isdecimal()
        rows = self.model._base_manager.filter(pk=object_id) if known else self.model._base_manager.none()
        zone = rows.values_list(column, flat=True).first()
        with timezone.override(ZoneInfo(zone) if zone else None):
            response = super().changeform_view(request, object_id, *args, **options)
            if hasattr(response, "render"):
                response.render()  # here, while the zone holds
        return response
