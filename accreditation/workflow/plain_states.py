"""States in the words of those outside the commission: a sign, a word and a tone, the same everywhere.

What happens inside the commission (taken, recommended, sent back) is one state to them, and so is a decision that
is not told yet (told.py).
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accreditation.credentials.models import Accreditation
from accreditation.workflow.models import Application
from accreditation.workflow.told import is_held_back

State = Application.State


@dataclass(frozen=True)
class PlainState:
    """How a state is shown, and which states of an application it stands for.

    `grants` narrows an approval to accreditations in these states; empty where there is none.
    """

    code: str
    sign: str
    word: str | Promise
    tone: str
    states: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()


ASKED = PlainState("asked", "!", _("You are asked"), "wait", (State.INFORMATION_REQUESTED,))
DRAFT = PlainState("draft", "○", _("Draft"), "calm", (State.DRAFT,))
WITH_THE_COMMISSION = PlainState(
    "with",
    "●",
    _("With the commission"),
    "wait",
    (State.SUBMITTED, State.UNDER_REVIEW, State.RECOMMENDED, State.APPEALED),
)
REFUSED = PlainState("refused", "✕", _("Refused"), "bad", (State.REFUSED,))
ACCREDITED = PlainState(
    "accredited", "✓", _("Accredited"), "good", (State.APPROVED,), (Accreditation.State.ACTIVE,)
)
NOT_IN_FORCE = PlainState(
    "ended",
    "–",
    _("Accreditation not in force"),
    "calm",
    (State.APPROVED,),
    tuple(one for one in Accreditation.State if one != Accreditation.State.ACTIVE),
)
WITHDRAWN = PlainState("withdrawn", "–", _("Withdrawn"), "calm", (State.WITHDRAWN, State.LAPSED))
NOT_APPLIED = PlainState("none", "–", _("No application"), "calm")

GROUPS = (ASKED, DRAFT, WITH_THE_COMMISSION, REFUSED, ACCREDITED, NOT_IN_FORCE, WITHDRAWN)
"""In the order in which they need a head of mission. MERGED has no word: its person's other file speaks."""

_BY_STATE = {state: group for group in reversed(GROUPS) for state in group.states}

LAPSED = PlainState("withdrawn", "–", _("Not sent in time"), "calm")
APPEALED = PlainState("with", "●", _("Appeal with the commission"), "wait")

_AFTER_THE_GRANT = {
    Accreditation.State.SUSPENDED: PlainState("ended", "✕", _("Accreditation suspended"), "bad"),
    Accreditation.State.REVOKED: PlainState("ended", "✕", _("Accreditation revoked"), "bad"),
    Accreditation.State.RELINQUISHED: PlainState("ended", "–", _("Is not coming"), "calm"),
    Accreditation.State.EXPIRED: PlainState("ended", "–", _("Accreditation has ended"), "calm"),
    Accreditation.State.CANCELLED: PlainState("ended", "✕", _("Accreditation cancelled"), "bad"),
}


def group_named(code: str) -> PlainState | None:
    return next((group for group in GROUPS if group.code == code), None)


def plain_state(application: Application | None, now: datetime) -> PlainState:
    """The state of somebody's application, or of the accreditation that it led to (select it with)."""
    if application is None:
        return NOT_APPLIED
    if is_held_back(application, now):
        return WITH_THE_COMMISSION
    if application.state == State.APPROVED and application.accreditation is not None:
        return _AFTER_THE_GRANT.get(Accreditation.State(application.accreditation.state), ACCREDITED)
    if application.state == State.LAPSED:
        return LAPSED
    if application.state == State.APPEALED:
        return APPEALED
    return _BY_STATE.get(State(application.state), WITHDRAWN)
