"""Possible duplicates, all in one place: two statements side by side, and a clerk's word."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accreditation.core.actors import actor_of, moment_of
from accreditation.core.errors import MoveError
from accreditation.core.refusals import move_refused
from accreditation.missions.models import DocumentKind
from accreditation.observers.models import Membership, PossibleDuplicate, Upload
from accreditation.workflow.admin.moves import Kind
from accreditation.workflow.admin.pages import badge, is_clerk, show
from accreditation.workflow.admin.review import AGREEMENTS, APPLICATIONS
from accreditation.workflow.desk import decides_or_checks, reads_documents
from accreditation.workflow.models import Application
from accreditation.workflow.verdicts import judge

PAIRS_A_PAGE = 20
Verdict = PossibleDuplicate.Verdict


def _pairs(request: HttpRequest) -> Any:
    if not reads_documents(request.user):
        return PossibleDuplicate.objects.none()
    statements = Membership.objects.select_related("mission", "document__country", "citizenship").order_by(
        "-is_primary", "pk"
    )
    photos = Upload.objects.filter(kind=DocumentKind.PHOTO, replaced_at=None)
    statements = statements.prefetch_related(Prefetch("uploads", queryset=photos, to_attr="photos"))
    files = Application.objects.select_related("election", "mission").order_by("-pk")
    return PossibleDuplicate.objects.select_related("first", "second", "decided_by").prefetch_related(
        *(
            Prefetch(f"{side}__{name}", queryset=rows)
            for side in ("first", "second")
            for name, rows in (("memberships", statements), ("applications", files))
        )
    )


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Open pairs, the likeliest first; or those that wait for a second person's merge."""
    to_merge = request.GET.get("show") == "merge"
    pairs = _pairs(request)
    waiting = Q(verdict=Verdict.SAME, first__merged_into=None, second__merged_into=None)
    opened = pairs.filter(verdict=Verdict.OPEN)
    merging = pairs.filter(waiting)
    page = Paginator((merging if to_merge else opened).order_by("-similarity", "pk"), PAIRS_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "pairs": [_shown(pair, request) for pair in page],
        "to_merge": to_merge,
        "open_count": opened.count(),
        "merge_count": merging.count(),
        "may_judge": decides_or_checks(request.user),
    }
    return show(request, "duplicates", context, title=_("Possible duplicates"))


def _shown(pair: PossibleDuplicate, request: HttpRequest) -> dict[str, Any]:
    """A pair in words, with a merge for each file that is under way, offered to every clerk but its judge."""
    kind: Kind = APPLICATIONS
    merges = []
    own_word, may_merge = pair.decided_by_id == request.user.pk, is_clerk(request.user)
    if pair.verdict == Verdict.SAME and may_merge and not own_word:
        for person, kept in ((pair.first, pair.second), (pair.second, pair.first)):
            known_by = next((one.number for one in kept.applications.all()), str(kept))
            merges += [
                (kind.move_url(one, "merge") + f"?kept_person={kept.pk}", one, known_by)
                for one in person.applications.all()
                if one.state in Application.LIVE
            ]
    return {
        "pair": pair,
        "agrees": ", ".join(str(AGREEMENTS.get(name, name)) for name in pair.agrees),
        "similarity": f"{pair.similarity * 100:.0f}",
        "sides": [
            {
                "person": person,
                "statements": list(person.memberships.all()),
                "files": [(one, kind.url(one), badge(one.state)) for one in person.applications.all()],
            }
            for person in (pair.first, pair.second)
        ],
        "merges": merges,
        "own_word": own_word,
        "may_merge": may_merge,
    }


@require_POST
def verdict(request: HttpRequest, pk: int) -> HttpResponse:
    """'The same person' or 'not the same'; back to where it was said."""
    pair = get_object_or_404(_pairs(request), pk=pk)
    back = request.POST.get("next", "")
    if not back.startswith(reverse("admin:index")):
        back = reverse("admin:observers_possibleduplicate_changelist")
    try:
        judged = judge(pair, request.POST.get("verdict", ""), actor=actor_of(request), now=moment_of(request))
    except MoveError as error:
        return move_refused(request, error, url=back)
    if judged.verdict == Verdict.SAME:
        messages.success(request, _("Noted: the same person. Somebody else may now merge the two."))
    else:
        messages.success(request, _("Noted: not the same person."))
    return HttpResponseRedirect(back)
