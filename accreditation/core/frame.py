"""The frame around the commission's own pages in the admin, for every app that has some."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accreditation.core.site import site


def framed(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200, title: str = ""
) -> HttpResponse:
    """A page of ours in the admin's frame, without the list of all models, which nobody needs for hours.

    `template` is a path below templates/admin, without its ending.
    """
    frame = {
        "site_header": site.site_header,
        "site_title": site.site_title,
        "has_permission": True,
        "is_nav_sidebar_enabled": False,
        "available_apps": [],
        "title": title,
        "keys_off": bool(request.session.get("keys_off")),
    }
    request.current_app = site.name  # type: ignore[attr-defined]
    return TemplateResponse(request, f"admin/{template}.html", frame | context, status=status)
