"""A letter that does not reach its reader goes to another address: written anew from the same cause.

The row keeps the address that it had, and the mail server's words; it is cancelled, and another takes its place, with
the facts, the language, the moments and the conditions of the first. When the first left and came back goes from the
row to the audit: periods count from the letter that arrives. So the record says to whom a letter went, the first can
no longer leave, and the audit, which holds no addresses, ties the two together. A deliverer that claims the
letter at this moment wins or loses as a whole: whoever is second finds the row as the first has left it.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import Reason, Refused, WrongState
from accreditation.core.mail import envelope_address
from accreditation.core.outbox import OutboxMessage, OutboxMessageQuerySet, stable_message_id
from accreditation.core.transactions import all_or_nothing

State = OutboxMessage.State
REPLACED, REPLACES = "letter_readdressed", "letter_in_place_of_another"

Against = Callable[[OutboxMessage, str], Iterable[Reason]]
"""What else speaks against sending a letter to an address: who may own it is not known on this floor."""


def can_be_readdressed(letter: OutboxMessage) -> bool:
    """It waits, was refused, came back, or has no address. One in doubt is settled first: it may have arrived."""
    came_back = letter.state == State.SENT and letter.bounced_at is not None
    return came_back or letter.state in (State.PENDING, State.FAILED, State.TO_PRINT)


@all_or_nothing
def readdress(
    pk: int, email: str, *, actor: Actor, now: datetime, reason: str, against: Against
) -> OutboxMessage:
    """Write the letter anew to `email`; what was tried as one mail goes on as one. The new row of letter `pk`.

    No address that is stored elsewhere changes. A letter that is held back stays so. Raises DoesNotExist, WrongState
    (it has gone on since the page was shown), Refused (no note, no address, the same one, or one to which the same
    letter was written).
    """
    email, note = email.strip(), reason.strip()
    locked = OutboxMessage.objects.select_for_update(of=("self",), no_key=True)
    letter = locked.get(pk=pk)
    if not can_be_readdressed(letter):
        words = _("This letter is now “%(state)s”.") % {"state": letter.get_state_display()}
        raise WrongState(words, state=letter.state, version=0)
    mail = list(_of_its_mail(locked, letter).order_by("pk"))
    reasons = _about_the_address(mail, email) or list(against(letter, email))
    if not note:
        reasons.append(Reason("no_note", _("Say where the new address comes from.")))
    if reasons:
        raise Refused(reasons)
    OutboxMessage.objects.filter(pk__in=[one.pk for one in mail]).update(
        state=State.CANCELLED, sent_at=None, bounced_at=None
    )
    anew = {one.pk: _anew(one, email, now) for one in mail}
    OutboxMessage.objects.bulk_create(anew.values())
    for one in mail:
        times = {"sent_at": one.sent_at, "bounced_at": one.bounced_at}
        known = {name: at.isoformat() for name, at in times.items() if at}
        record(one, REPLACED, actor=actor, now=now, reason=note, letter=anew[one.pk].pk, **known)
        record(anew[one.pk], REPLACES, actor=actor, now=now, reason=note, letter=one.pk)
    return anew[pk]


def _of_its_mail(rows: OutboxMessageQuerySet, letter: OutboxMessage) -> OutboxMessageQuerySet:
    """The letters that were tried as one mail share its Message-ID; before the first try each is alone."""
    if not (letter.together and letter.message_id):
        return rows.filter(pk=letter.pk)
    return rows.filter(message_id=letter.message_id, state=letter.state, email=letter.email)


def _about_the_address(mail: Sequence[OutboxMessage], email: str) -> list[Reason]:
    if not _is_address(email):
        words = _("Enter an e-mail address in the right format, like name@example.org")
        return [Reason("no_address", words)]
    if email.lower() == mail[0].email.lower():
        return [Reason("same_address", _("The letter goes to this address already."))]
    if any(_twins(letter, email).exists() for letter in mail):
        return [Reason("written_already", _("This letter was written to this address as well."))]
    return []


def _is_address(email: str) -> bool:
    """Whether forms take it as an address, and mail servers as well."""
    try:
        validate_email(email)
        envelope_address(email)
    except (ValidationError, ValueError):
        return False
    return len(email) <= 254


def _twins(letter: OutboxMessage, email: str) -> OutboxMessageQuerySet:
    """The same letter, of the same moment, to that address: two readers of one cause are never made one."""
    same = OutboxMessage.objects.filter(
        kind=letter.kind, about_type=letter.about_type, about_id=letter.about_id, created_at=letter.created_at
    )
    return same.filter(email__iexact=email).exclude(state=State.CANCELLED)


def _anew(letter: OutboxMessage, email: str, now: datetime) -> OutboxMessage:
    key = f"{letter.pk}:readdressed:{hashlib.sha256(email.lower().encode()).hexdigest()[:40]}"
    held_back = letter.attempts == 0 and letter.due_at > now
    return OutboxMessage(
        kind=letter.kind,
        key=key,
        email=email,
        user_id=letter.user_id,
        language=letter.language,
        together=letter.together,
        facts=letter.facts,
        about_type=letter.about_type,
        about_id=letter.about_id,
        only_while=letter.only_while,
        created_at=letter.created_at,
        due_at=letter.due_at if held_back else now,
        not_after=letter.not_after,
        message_id=stable_message_id(key),
    )
