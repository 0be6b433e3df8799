"""The clerks' side: desk, review page, moves for one and for many, accreditations, people, duplicates."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accreditation.accounts.roles import PRINT_DESK, roles_of
from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import OutboxMessage
from accreditation.core.site import BarLink, site
from accreditation.credentials.models import Accreditation
from accreditation.observers.models import Person, PossibleDuplicate
from accreditation.workflow.admin import bulk, desk, duplicates, postponement, results, review, wishes
from accreditation.workflow.admin.accreditations import AccreditationAdmin, ReadOnly
from accreditation.workflow.admin.audit import AuditEventAdmin
from accreditation.workflow.admin.letters import LetterAdmin, may_read
from accreditation.workflow.admin.pages import for_readers
from accreditation.workflow.admin.people import PersonAdmin
from accreditation.workflow.desk import reads_documents, reads_people
from accreditation.workflow.models import Application


class ApplicationAdmin(ReadOnly):
    """The desk and the review page stand where Django has its list and its form."""

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, for_readers(view), name=f"workflow_application_{name}")

        return [
            page("", desk.desk, "changelist"),
            page("search/", desk.search, "search"),
            page("next/", desk.next_file, "next"),
            page("keys/", desk.keys, "keys"),
            page("bulk/<slug:name>/", bulk.confirm, "bulk"),
            page("bulk/<slug:name>/start/", bulk.start, "bulk_start"),
            page("runs/<str:public_id>/", bulk.run, "run"),
            page("runs/<str:public_id>/take-back/", bulk.take_back, "run_back"),
            page("pictures/<str:public_id>/", review.picture, "picture"),
            page("<int:pk>/change/", review.review, "change"),
            page("<int:pk>/move/<slug:name>/", review.move, "move"),
            page("<int:pk>/passport/", review.passport, "passport"),
            page("<int:pk>/presence/", review.present, "presence"),
            page("<int:pk>/wishes/<uuid:public_id>/", wishes.wish, "wish"),
        ]


class PossibleDuplicateAdmin(ReadOnly):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reads_documents(request.user)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", for_readers(duplicates.queue), name="observers_possibleduplicate_changelist"),
            path(
                "<int:pk>/verdict/",
                for_readers(duplicates.verdict),
                name="observers_possibleduplicate_verdict",
            ),
        ]


def where_staff_begin(request: HttpRequest) -> str:
    """The desk, for all who read people, and the badges for who only prints; others begin at the list of records."""
    if roles_of(request.user) == {PRINT_DESK}:
        return reverse("admin:credentials_badge_changelist")
    return reverse("admin:workflow_application_changelist") if reads_people(request.user) else ""


site.front_page = where_staff_begin
site.extra_urls += [*postponement.urls(), *results.urls()]
site.search = BarLink(0, _("Search"), "admin:workflow_application_search", reads_people)
site.bar += [
    BarLink(10, _("Desk"), "admin:workflow_application_changelist", reads_people),
    BarLink(20, _("Duplicates"), "admin:observers_possibleduplicate_changelist", reads_documents),
    BarLink(30, _("Accreditations"), "admin:credentials_accreditation_changelist", reads_people),
    BarLink(40, _("Letters"), "admin:core_outboxmessage_changelist", may_read),
]
site.register(Application, ApplicationAdmin)
site.register(Accreditation, AccreditationAdmin)
site.register(Person, PersonAdmin)
site.register(PossibleDuplicate, PossibleDuplicateAdmin)
site.register(OutboxMessage, LetterAdmin)
site.register(AuditEvent, AuditEventAdmin)
