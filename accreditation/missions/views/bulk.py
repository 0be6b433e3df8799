"""Steps for many people at once: the pledge, the sending, the arrivals."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accreditation.missions.models import Mission
from accreditation.missions.views.access import Room, of_mission
from accreditation.observers.models import Membership, Pledge
from accreditation.workflow.arrivals import tell_arrivals
from accreditation.workflow.memberships import declare_pledge
from accreditation.workflow.models import Application
from accreditation.workflow.readiness import complete_drafts
from accreditation.workflow.roster import Filters, members, page_of
from accreditation.workflow.sending import send_complete

SAMPLE = 20
MOST_NAMED = 2_000
"""People on a page with a tick for each; the rest come once these are done."""


@of_mission
def send(room: Room) -> HttpResponse:
    """Send all complete drafts: how many first, then what became of each."""
    if room.request.method == "POST":
        outcome = send_complete(room.mission, actor=room.actor, now=room.now)
        return room.render("sent.html", outcome=outcome, back=room.url())
    drafts = complete_drafts(room.mission).select_related("membership")
    total = drafts.count()
    left = Application.objects.filter(mission=room.mission, state=Application.State.DRAFT).count() - total
    return room.render(
        "send.html",
        total=total,
        left=left,
        sample=[draft.membership for draft in drafts[:SAMPLE]],
        more=max(total - SAMPLE, 0),
        back=room.url(),
    )


def _without_pledge(mission: Mission) -> list[Membership]:
    """The people whose file still needs the pledge, in the order of the roster."""
    given = Pledge.objects.filter(membership__mission=mission, version=mission.election.pledge_version)
    waiting = Application.objects.filter(
        mission=mission, state__in=[Application.State.DRAFT, Application.State.INFORMATION_REQUESTED]
    )
    rows = members(mission).filter(pk__in=waiting.values("membership"), sender_confirmed=True)
    return list(rows.exclude(pk__in=given.values("membership")).order_by("sort_key", "pk")[:MOST_NAMED])


@of_mission
def pledge(room: Room) -> HttpResponse:
    """Declare the pledge for people named one by one, or for all who still need it."""
    people = _without_pledge(room.mission)
    wrong = ""
    if room.request.method == "POST":
        named = set(room.request.POST.getlist("person"))
        chosen = [one for one in people if one.public_id in named]
        if "understood" not in room.request.POST:
            wrong = _("Say that each of them has accepted the pledge and the privacy notice.")
        elif not chosen:
            wrong = _("Choose the people for whom you declare the pledge.")
        else:
            number = declare_pledge(chosen, actor=room.actor, now=room.now)
            words = ngettext(
                "The pledge is declared for %d person.", "The pledge is declared for %d people.", number
            )
            return room.done(words % number)
    named = set(room.request.POST.getlist("person")) if room.request.method == "POST" else set()
    everybody = room.request.GET.get("all") == "yes" or not named
    return room.render(
        "pledge.html",
        status=422 if wrong else 200,
        people=[(one, everybody or one.public_id in named) for one in people],
        wrong=wrong,
        back=room.url(),
    )


@of_mission
def arrivals(room: Room) -> HttpResponse:
    """Who arrives when, and who has: ticked by the head."""
    if room.request.method == "POST":
        return _tell(room)
    page = page_of(
        room.mission,
        Filters(sort="arrival", group="accredited"),
        now=room.now,
        after=room.request.GET.get("after", ""),
        before=room.request.GET.get("before", ""),
        size=200,
    )
    here = members(room.mission).filter(arrived_at__isnull=False).count()
    return room.render("arrivals.html", page=page, arrived=here, back=room.url())


def _tell(room: Room) -> HttpResponse:
    named = room.request.POST.getlist("person")
    people = members(room.mission).filter(public_id__in=named).values_list("pk", flat=True)
    arrived = room.request.POST.get("arrived") != "no"
    number = tell_arrivals(room.mission, list(people), arrived=arrived, actor=room.actor, now=room.now)
    if not number:
        messages.warning(room.request, _("Nobody was chosen for whom that is new."))
        return HttpResponseRedirect(room.url("arrivals"), status=303)
    words = (
        ngettext("%d person has arrived.", "%d people have arrived.", number)
        if arrived
        else ngettext("Taken back for %d person.", "Taken back for %d people.", number)
    )
    return room.done(words % number, "arrivals")
