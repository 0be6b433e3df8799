"""Organisations that send people, and the invitations addressed to them."""

from django.contrib import admin

from accreditation.core.editing import AuditedEdits, NeverDeleted
from accreditation.core.site import site
from accreditation.missions.models import Invitation, Organisation


@admin.register(Organisation, site=site)
class OrganisationAdmin(AuditedEdits):
    list_display = ("name", "short_name", "kind", "country")
    list_filter = ("kind",)
    search_fields = ("name", "short_name")
    list_select_related = ("country",)
    autocomplete_fields = ("country", "parent")
    fields = ("name", "short_name", "kind", "country", "parent", "address")


@admin.register(Invitation, site=site)
class InvitationAdmin(NeverDeleted, AuditedEdits):
    list_display = ("number", "organisation", "inviter", "dated", "answer", "answered_on", "election")
    list_filter = ("answer", "inviter", "election")
    search_fields = ("number", "organisation__name", "organisation__short_name")
    list_select_related = ("organisation", "election")
    autocomplete_fields = ("organisation",)
    date_hierarchy = "dated"
    fields = ("election", "organisation", "inviter", "number", "dated", "answer", "answered_on")
