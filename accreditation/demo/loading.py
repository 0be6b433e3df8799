"""Loading the demonstration election: once, in one transaction, with or without its people."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from accreditation.credentials.keyring import NoPrivateKey
from accreditation.demo.badges import (
    KEYS_MADE,
    make_signing_keys,
    publish_for_verifiers,
    tell_badges,
)
from accreditation.demo.files import Story
from accreditation.demo.law import (
    CODE,
    DEFAULT_DAYS_AHEAD,
    make_canned_reasons,
    make_election,
    make_past_elections,
)
from accreditation.demo.people import Crowd
from accreditation.demo.scans import tell_scans
from accreditation.demo.senders import OTHERS, SENDERS, open_missions
from accreditation.demo.staff import hire
from accreditation.demo.story import tell
from accreditation.missions.models import Election

LEAST_DAYS_AHEAD = 11
"""So many days lie between the loading and the election day of a full demonstration: people still apply."""

GUESTS_SINCE = 2
"""The own deadline of guests was so many days ago: one of their drafts has lapsed."""

Say = Callable[[str], None]


class CannotLoad(Exception):
    """Why the demonstration cannot be loaded like this, in words."""


def load(
    *, now: datetime, day: date | None = None, empty: bool = False, say: Say = lambda words: None
) -> Election:
    """Load the election 'demo' with staff, missions and heads, and (unless `empty`) people in every state.

    Everything or nothing is written. Raises CannotLoad.
    """
    today = now.date()
    day = day or today + timedelta(days=DEFAULT_DAYS_AHEAD)
    if Election.objects.filter(code=CODE).exists():
        raise CannotLoad("The demonstration election is loaded already.")
    if not empty and day < today + timedelta(days=LEAST_DAYS_AHEAD):
        least = today + timedelta(days=LEAST_DAYS_AHEAD)
        raise CannotLoad(
            f"The people of the demonstration need an election on {least} or later; --empty takes any day."
        )
    try:
        with transaction.atomic():
            return _load(now, day, empty, say)
    except NoPrivateKey as error:
        raise CannotLoad(f"No badge can be signed. {error}") from error


def _load(now: datetime, day: date, empty: bool, say: Say) -> Election:
    say("The commission and its election ...")
    hire()
    make_canned_reasons()
    make_past_elections()
    make_signing_keys(now if empty else now - KEYS_MADE)
    guests_until = None if empty else (day - now.date()).days + GUESTS_SINCE
    election = make_election(day, now=now, guests_until=guests_until)
    say("Missions and their heads ...")
    open_missions(election, SENDERS, now=now)
    if not empty:
        open_missions(election, OTHERS, now=now)
        say("Synthetic people, their pictures, and what became of their applications ...")
        story = Story(election, now)
        tell(story, Crowd(day))
        say("Badges: signed, printed, handed over ...")
        tell_badges(story)
        tell_scans(story)
    publish_for_verifiers(now)
    return election
