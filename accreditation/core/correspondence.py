"""What a person may do with a letter that no machine can settle. Each deed is audited."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import Busy, MoveError, Reason, Refused, WrongState
from accreditation.core.outbox import OutboxMessage
from accreditation.core.transactions import all_or_nothing

State = OutboxMessage.State


@dataclass(frozen=True)
class Deed:
    """One thing to do: from which states, which fields it sets, and what it has led to in words.

    `of_returned`: of letters that were sent, it is for those that came back, and for no others.
    `whole_mail`: what is said of one letter of a mail holds for all that left, or may have left, with it.
    """

    name: str
    label: str | Promise
    done: str | Promise
    sources: tuple[str, ...]
    sets: Callable[[datetime], dict[str, Any]]
    of_returned: bool = False
    whole_mail: bool = False
    grave: bool = False

    def fits(self, letter: OutboxMessage) -> bool:
        if letter.state == State.SENT and self.of_returned != (letter.bounced_at is not None):
            return False
        return letter.state in self.sources


def _at_once(now: datetime) -> dict[str, Any]:
    return {
        "state": State.PENDING,
        "due_at": now,
        "attempts": 0,
        "error": "",
        "sent_at": None,
        "bounced_at": None,
    }


LEAVES_SOON = _l("The letter leaves within minutes.")


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("retry", _l("Send now"), LEAVES_SOON, (State.FAILED,), _at_once),
        Deed(
            "was_sent",
            _l("It was sent"),
            _l("Noted: it was sent."),
            (State.UNCERTAIN,),
            # The time to appeal counts from here: later than it may have left, never earlier.
            lambda now: {"state": State.SENT, "sent_at": now, "error": ""},
            whole_mail=True,
        ),
        Deed("send_again", _l("Send it again"), LEAVES_SOON, (State.UNCERTAIN,), _at_once, whole_mail=True),
        Deed(
            "bounced",
            _l("It came back"),
            _l("Noted: it came back. Send it again, or print and hand it over."),
            (State.SENT,),
            lambda now: {"bounced_at": now},
        ),
        # What came back has reached nobody: the time to appeal counts from the sending that does.
        Deed("resend", _l("Send it again"), LEAVES_SOON, (State.SENT,), _at_once, of_returned=True),
        Deed(
            "printed",
            _l("Printed and given"),
            _l("Noted: it was given on paper."),
            (State.TO_PRINT, State.FAILED, State.SENT),
            lambda now: {"state": State.SENT, "sent_at": now, "bounced_at": None},
            of_returned=True,
        ),
        Deed(
            "arrived",
            _l("It arrived after all"),
            _l("Noted: it arrived."),
            (State.SENT,),
            lambda now: {"bounced_at": None},
            of_returned=True,
        ),
        Deed(
            "cancel",
            _l("Cancel"),
            _l("Cancelled: the letter does not leave."),
            (State.PENDING, State.FAILED, State.TO_PRINT),
            lambda now: {"state": State.CANCELLED},
            grave=True,
        ),
    )
}


def deeds_for(letter: OutboxMessage) -> list[Deed]:
    """What can be done with a letter as it stands."""
    return [deed for deed in DEEDS.values() if deed.fits(letter)]


@all_or_nothing
def settle(pk: int, name: str, *, actor: Actor, now: datetime, reason: str = "") -> OutboxMessage:
    """Do it, or raise and change nothing. Cancelling needs a reason.

    Raises DoesNotExist, WrongState (the letter has gone on since the page was shown), Refused (no reason).
    """
    deed = DEEDS[name]
    letter = OutboxMessage.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if not deed.fits(letter):
        raise WrongState(
            _("This letter is now “%(state)s”.") % {"state": letter.get_state_display()},
            state=letter.state,
            version=0,
        )
    if deed.grave and not reason.strip():
        raise Refused([Reason("no_reason", _("Give a reason."))])
    if deed.name == "printed" and letter.due_at > now:
        raise Refused(
            [Reason("not_due", _("What this letter says may still be taken back; wait a few minutes."))]
        )
    together = OutboxMessage.objects.filter(pk=pk)
    if deed.whole_mail and letter.message_id:
        together = OutboxMessage.objects.filter(message_id=letter.message_id, state=letter.state)
    for one in together:
        record(one, f"letter_{name}", actor=actor, now=now, reason=reason.strip(), kind=one.kind)
    together.update(**deed.sets(now))
    letter.refresh_from_db()
    return letter


def settle_each(
    pks: Iterable[int], name: str, *, actor: Actor, now: datetime, reason: str = ""
) -> dict[int, list[Reason]]:
    """The same deed for many letters, each in a transaction of its own, through the same door.

    Gives those with which nothing was done, and why; one that has gone on meanwhile stops no other.
    """
    against = {}
    for pk in pks:
        try:
            settle(pk, name, actor=actor, now=now, reason=reason)
        except (MoveError, Busy) as error:
            against[pk] = list(error.reasons)
    return against
