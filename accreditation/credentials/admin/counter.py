"""The counter where badges are handed over: one field, for a hand scanner or for the ten characters of a code."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accreditation.credentials.admin.pages import Look, badge_state, keep_search, show, url_of
from accreditation.credentials.badges import Badge
from accreditation.credentials.print_desk import READ_WITH, badge_behind


@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """Scan or type: the badge opens, with its photo and the button that hands it over."""
    look = Look(request)
    text = request.POST.get("code", "").strip()
    if request.method == "POST" and text:
        badge = badge_behind(text)
        if badge is not None:
            return HttpResponseRedirect(f"{url_of(badge)}?counter")
        if not any(character.isdigit() for character in text):
            token = keep_search(request, text[:200])
            queue = reverse("admin:credentials_badge_changelist")
            return HttpResponseRedirect(f"{queue}?queue=ready&search={token}")
        messages.error(
            request, _("No badge of this commission has this code. Look at the ten characters again.")
        )
    recent: list[Badge] = []
    if look.election is not None:
        recent = list(
            look.desk.badges()
            .filter(state=Badge.State.COLLECTED)
            .select_related(*READ_WITH)
            .order_by("-collected_at")[:5]
        )
    context = {
        "election": look.election,
        "recent": [(badge, url_of(badge), badge_state(badge.state)) for badge in recent],
        "failed": request.method == "POST",
    }
    status = 422 if request.method == "POST" else 200
    return show(request, "counter", context, status=status, title=_("Hand over"))
