"""Which deliverer has which letters: the claim, the proof that its holder lives, and what the dead left."""

import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import groupby

from django.apps import apps
from django.db import Error, connection, transaction
from django.db.models import F, Q, QuerySet

from accreditation.core.outbox import WHILE_IT_STANDS, WHILE_LIVE, OutboxMessage

log = logging.getLogger(__name__)

State = OutboxMessage.State

BATCH = 200
CLAIMING = 0x0C1A_1417_0001  # one at a time, so that a head's letters are not split between two deliverers

Mail = list[OutboxMessage]  # the letters that leave as one mail


# The lock and the dead


@contextmanager
def proof_of_life() -> Iterator[int]:
    """Hold a session lock under a new key for as long as this deliverer lives."""
    key = secrets.randbits(62)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield key
    finally:
        # A pool keeps sessions, and their locks, beyond close(). On a broken connection the lock is gone.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
        connection.close_if_unusable_or_obsolete()


def settle_the_dead() -> int:
    """Settle what ended deliverers had claimed; the number of letters that are now in doubt."""
    in_doubt = 0
    claims = OutboxMessage.objects.filter(state=State.SENDING).order_by()
    for key in filter(None, claims.values_list("claimed_by", flat=True).distinct()):
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
            if not cursor.fetchone()[0]:
                continue  # its deliverer lives
            claimed = list(claims.filter(claimed_by=key).order_by("pk"))
            if not claimed:
                continue  # somebody else settled it
            first, *rest = mails_of(claimed)
            become(key, first, State.UNCERTAIN, error="the deliverer ended while this letter was leaving")
            give_back(key, [letter for mail in rest for letter in mail])
            in_doubt += len(first)
            log.error("%d letter(s) in doubt, first %s", len(first), first[0].message_id)
    return in_doubt


def not_left(kinds: Iterable[str], *, since: datetime) -> "QuerySet[OutboxMessage]":
    """Letters of these kinds that were written at `since` or before, and that nobody can have read yet."""
    waiting = [State.PENDING, State.SENDING, State.FAILED, State.UNCERTAIN]
    return OutboxMessage.objects.filter(kind__in=list(kinds), state__in=waiting, created_at__lte=since)


# The claim


def claim(key: int, now: datetime, *, batch: int = BATCH) -> list[Mail]:
    """Mark due letters as leaving and commit that; the mails in the order in which they are to be sent.

    A head's letter brings all its due siblings along. What makes sense only in a state that its object has
    left, or only until a moment that has passed, is cancelled instead.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIMING])
        due = OutboxMessage.objects.due(now).select_for_update(skip_locked=True, no_key=True)
        letters = {letter.pk: letter for letter in due[:batch]}
        siblings = Q()
        for letter in letters.values():
            if letter.together:
                siblings |= Q(kind=letter.kind, email=letter.email, language=letter.language)
        if siblings:
            letters |= {letter.pk: letter for letter in due.filter(siblings, together=True)}
        moot = _moot(list(letters.values()), now)
        OutboxMessage.objects.filter(pk__in=moot).update(state=State.CANCELLED)
        claimed = [letters[pk] for pk in sorted(letters) if pk not in moot]
        OutboxMessage.objects.filter(pk__in=[letter.pk for letter in claimed]).update(
            state=State.SENDING, claimed_by=key
        )
    return mails_of(claimed)


def mails_of(letters: Sequence[OutboxMessage]) -> list[Mail]:
    """Put letters that leave as one mail together, in the order of each mail's first letter."""
    mails: dict[tuple[object, ...], Mail] = {}
    for letter in letters:
        group = (letter.kind, letter.email.lower(), letter.language, letter.facts.get("together", ""))
        mails.setdefault(group if letter.together else (letter.pk,), []).append(letter)
    return list(mails.values())


def _moot(letters: Sequence[OutboxMessage], now: datetime) -> set[int]:
    """Letters whose object has left the state that they depend on while they were on their way, or has gone; and
    those whose time is over.
    """
    bound = sorted(
        (one for one in letters if one.only_while and one.about_id), key=lambda one: one.about_type
    )
    found = {one.pk for one in letters if one.not_after is not None and one.not_after <= now}
    for label, group in groupby(bound, key=lambda one: one.about_type):
        waiting = list(group)
        rows = apps.get_model(label)._base_manager.filter(pk__in=[one.about_id for one in waiting])
        if any(field.name == "state" for field in rows.model._meta.fields):
            states = dict(rows.values_list("pk", "state"))
        else:
            states = dict.fromkeys(rows.values_list("pk", flat=True), WHILE_IT_STANDS)
        live = getattr(rows.model, "LIVE", ())
        for one in waiting:
            state = states.get(one.about_id)
            if state not in (live if one.only_while == WHILE_LIVE else (one.only_while,)):
                found.add(one.pk)
    return found


# What became of it


# 'is not distinct from' keeps the planner, which may know no figures of the table yet, from walking through all
# that this deliverer has claimed and sent instead of taking the row by its key.
_SENT = """
    UPDATE core_outboxmessage
    SET state = 'sent', sent_at = %s, attempts = attempts + 1, error = '', claimed_by = NULL, message_id = %s
    WHERE id = ANY(%s) AND claimed_by IS NOT DISTINCT FROM %s AND state IS NOT DISTINCT FROM 'sending'
"""


def mark_sent(key: int, mail: Mail, now: datetime) -> None:
    """Commit that a mail has left: one statement, however many letters. All bear its Message-ID."""
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [now, mail[0].message_id, [letter.pk for letter in mail], key])


def become(key: int, mail: Mail, state: str, **values: object) -> None:
    """Commit what became of a mail that was tried."""
    OutboxMessage.objects.filter(
        pk__in=[letter.pk for letter in mail], claimed_by=key, state=State.SENDING
    ).update(
        state=state, claimed_by=None, attempts=F("attempts") + 1, message_id=mail[0].message_id, **values
    )


def give_back(key: int, letters: Sequence[OutboxMessage]) -> None:
    """Nothing was tried with these: they wait again as if they had never been claimed."""
    OutboxMessage.objects.filter(
        pk__in=[one.pk for one in letters], claimed_by=key, state=State.SENDING
    ).update(state=State.PENDING, claimed_by=None)
