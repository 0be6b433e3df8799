"""What may happen to a badge, and to a key that signs badges: two tables, read like workflow/states.py.

Source: DOMAIN section 7, 'Badge'. A badge that is lost, void, returned or replaced never holds again: another
with a new serial takes its place.
"""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accreditation.accounts.parties import Party, administrator, approver, print_desk, system
from accreditation.core.actors import Actor
from accreditation.core.errors import Reason
from accreditation.core.machine import Machine, Move, Transition
from accreditation.credentials.badges import Badge
from accreditation.credentials.issuing import queue_badge
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import speaks_for

# --- Who ---------------------------------------------------------------------------------------------------------

focal_point = Party("focal point", lambda actor, badge: speaks_for(actor, badge.accreditation.mission_id))
bearer = Party(
    "bearer",
    lambda actor, badge: (
        actor.user is not None and badge.accreditation.membership.stated_by_id == actor.user_id
    ),
)

# --- What must hold ----------------------------------------------------------------------------------------------


def accreditation_holds(badge: Badge, move: Move) -> Reason | None:
    """A badge leaves the house only for an accreditation in force."""
    if badge.accreditation.state == Accreditation.State.ACTIVE:
        return None
    return Reason(
        "accreditation_not_in_force",
        _("The accreditation is %(state)s; it has no badge until it is in force again.")
        % {"state": badge.accreditation.get_state_display()},
    )


def accreditation_holds_now(badge: Badge, move: Move) -> Reason | None:
    """The same, read anew: a suspension that held the badge's lock until just now is not in what was joined to it."""
    badge.accreditation.refresh_from_db(fields=["state"])
    return accreditation_holds(badge, move)


def is_sealed(badge: Badge, move: Move) -> Reason | None:
    if badge.sealed_at is not None:
        return None
    why = badge.get_unsealable_display() or _("it waits for its signature; try again in a minute")
    return Reason("not_signed", _("This badge cannot be printed yet: %(why)s.") % {"why": why})


def is_not_sealed(badge: Badge, move: Move) -> Reason | None:
    return Reason("signed_already", _("This badge is signed already.")) if badge.sealed_at else None


def names_the_receiver(badge: Badge, move: Move) -> Reason | None:
    name = str(move.given.get("receiver") or "").strip()
    if not name:
        return Reason("no_receiver", _("Write the name of the person who takes the badge."))
    if len(name) > 200:
        return Reason("receiver_too_long", _("The receiver's name is longer than 200 characters."))
    return None


def was_never_used(key: SigningKey, move: Move) -> Reason | None:
    """A first use may be set by hand only where no verifier could meet the key unprepared."""
    asked = move.given.get("first_use_at")
    if asked is None or asked >= move.now + PUBLISHED_AHEAD:
        return None
    others = SigningKey.objects.filter(purpose=key.purpose).exclude(pk=key.pk)
    if others.exclude(state=SigningKey.State.NEW).exists():
        return Reason("too_soon", _("A key is published 48 hours before its first use."))
    return None


# --- What is set, and what follows -------------------------------------------------------------------------------


def given(name: str) -> Any:
    return lambda subject, move: move.given[name]


def the_moment(subject: Any, move: Move) -> Any:
    return move.now


def the_receiver(badge: Badge, move: Move) -> str:
    return str(move.given["receiver"]).strip()


def queue_another(badge: Badge, move: Move) -> None:
    """The badge that takes the place of this one, with a serial of its own."""
    another, events = queue_badge(badge.accreditation, actor=move.actor, now=move.now, replaces=badge)
    move.events += events
    move.made["badge"] = another


# --- The badge ---------------------------------------------------------------------------------------------------

QUEUED = Badge.State.QUEUED
STANDBY = Badge.State.STANDBY
PRINTED = Badge.State.PRINTED
READY = Badge.State.READY
COLLECTED = Badge.State.COLLECTED
RETURNED = Badge.State.RETURNED
LOST = Badge.State.LOST
VOID = Badge.State.VOID
REISSUED = Badge.State.REISSUED


def badges_of(actor: Actor) -> QuerySet[Badge]:
    """The badges that the actor may see, with what the guards read."""
    rows = Badge.objects.select_related("accreditation__election", "accreditation__membership")
    return rows if actor.user is None else rows.visible_to(actor.user)


BADGE = Machine(
    Badge,
    [
        Transition(
            "seal",
            QUEUED,
            QUEUED,
            by=system,
            label=gettext_lazy("Sign"),
            guards=[is_not_sealed, accreditation_holds],
            sets={
                "sealed_at": the_moment,
                "key": given("key"),
                "signed": given("signed"),
                "picture": given("picture"),
                "latest_end": given("latest_end"),
                "unsealable": lambda badge, move: "",
            },
        ),
        Transition(
            "hold",
            QUEUED,
            STANDBY,
            by=print_desk | focal_point | approver,
            label=gettext_lazy("Put on standby"),
        ),
        Transition(
            "release",
            STANDBY,
            QUEUED,
            by=print_desk | focal_point | approver,
            label=gettext_lazy("To be printed"),
        ),
        Transition(
            "print",
            QUEUED,
            PRINTED,
            by=print_desk | system,
            label=gettext_lazy("Printed"),
            guards=[is_sealed, accreditation_holds],
            sets={"printed_at": the_moment},
        ),
        Transition(
            "make_ready",
            PRINTED,
            READY,
            by=print_desk,
            label=gettext_lazy("Ready to collect"),
            guards=[accreditation_holds],
        ),
        Transition(
            "hand_over",
            [PRINTED, READY],
            COLLECTED,
            by=print_desk,
            label=gettext_lazy("Hand over"),
            guards=[accreditation_holds, names_the_receiver],
            sets={"collected_at": the_moment, "collected_by": the_receiver},
        ),
        Transition("take_back", COLLECTED, RETURNED, by=print_desk, label=gettext_lazy("Take back")),
        Transition(
            "report_lost",
            [PRINTED, READY, COLLECTED],
            LOST,
            by=bearer | focal_point | print_desk,
            label=gettext_lazy("Report as lost"),
            grave=True,
        ),
        Transition(
            "void",
            [QUEUED, STANDBY, PRINTED, READY, COLLECTED],
            VOID,
            by=print_desk | system,
            label=gettext_lazy("Make void"),
            reason=True,
            grave=True,
        ),
        Transition(
            "reissue",
            [QUEUED, PRINTED, READY, COLLECTED, RETURNED, LOST, VOID],
            REISSUED,
            by=print_desk | system,
            label=gettext_lazy("Print anew, with a new serial"),
            reason=True,
            grave=True,
            guards=[accreditation_holds_now],
            effects=[queue_another],
        ),
    ],
    visible=badges_of,
    constraints={
        "one_live_badge": Reason(
            "badge_already", gettext_lazy("Another badge of this accreditation holds already.")
        ),
        "credentials_badge_code_key": Reason(
            "once_more", gettext_lazy("Please press again: a code was taken.")
        ),
    },
)

# --- The key -----------------------------------------------------------------------------------------------------

PUBLISHED_AHEAD = timedelta(hours=48)
"""How long verifiers know a key before they meet its first badge (FAILURES T35)."""


def first_use(key: SigningKey, move: Move) -> Any:
    return move.given.get("first_use_at") or move.now + PUBLISHED_AHEAD


SIGNING_KEY = Machine(
    SigningKey,
    [
        Transition(
            "publish",
            "new",
            "published",
            by=administrator | system,
            label=gettext_lazy("Publish"),
            guards=[was_never_used],
            sets={"published_at": the_moment, "first_use_at": first_use},
        ),
        Transition(
            "retire",
            "published",
            "retired",
            by=administrator | system,
            label=gettext_lazy("Retire"),
            sets={"retired_at": the_moment},
        ),
        Transition(
            "revoke",
            ["new", "published", "retired"],
            "revoked",
            by=administrator | system,
            label=gettext_lazy("Revoke"),
            reason=True,
            grave=True,
            sets={"revoked_at": the_moment},
        ),
    ],
    visible=lambda actor: SigningKey.objects.all(),
)
