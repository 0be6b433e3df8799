"""The commission's pages about badges: the queue, print runs, the counter where they are handed over, pick lists."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accreditation.core.site import BarLink, site
from accreditation.credentials.admin import badge, counter, designing, many, picking, queue, runs, scanning
from accreditation.credentials.admin.pages import for_readers, reads_badges
from accreditation.credentials.design import BadgeDesign
from accreditation.credentials.models import Badge, BadgeScan


class BadgeAdmin(admin.ModelAdmin):
    """The print desk stands where Django has its list and its form."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reads_badges(request.user)

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, for_readers(view), name=f"credentials_badge_{name}")

        return [
            page("", queue.queue, "changelist"),
            page("search/", queue.search, "search"),
            page("print/", runs.confirm, "print"),
            page("print/start/", runs.begin, "print_start"),
            page("runs/", runs.log_of_runs, "runs"),
            page("runs/<str:public_id>/", runs.run, "run"),
            page("runs/<str:public_id>/stop/", runs.stop_run, "run_stop"),
            page("runs/<str:public_id>/sheets.pdf", runs.download, "run_file"),
            page("counter/", counter.counter, "counter"),
            page("pick-list/", picking.pick_list_page, "picklist"),
            page("many/<slug:name>/", many.confirm, "many"),
            page("many/<slug:name>/start/", many.begin, "many_start"),
            page("<int:pk>/change/", badge.badge, "change"),
            page("<int:pk>/photo/", badge.photo, "photo"),
            page("<int:pk>/hand-over/", badge.hand_over, "hand_over"),
            page("<int:pk>/move/<slug:name>/", badge.move, "move"),
        ]


site.register(Badge, BadgeAdmin)
site.register(BadgeDesign, designing.BadgeDesignAdmin)
site.register(BadgeScan, scanning.BadgeScanAdmin)
site.bar += [
    BarLink(35, _("Badges"), "admin:credentials_badge_changelist", reads_badges),
    BarLink(37, _("Scans"), "admin:credentials_badgescan_changelist", reads_badges),
]
site.bar += [
    BarLink(
        75, _("Looks of papers"), "admin:credentials_badgedesign_changelist", designing.sets_looks, rare=True
    )
]
