"""What happens by itself when its time has come. Row by row, each its own transaction, safe to run twice."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q

from accreditation.core.actors import SYSTEM
from accreditation.core.errors import MoveError
from accreditation.core.machine import Machine, perform
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Election
from accreditation.workflow.models import Application
from accreditation.workflow.states import ACCREDITATION, APPLICATION

log = logging.getLogger(__name__)

STILL_UNDER_WAY = timedelta(minutes=5)
"""A wish that arrived in the last minute is measured by its arrival: until it is carried out nothing lapses."""


def lapse_drafts(now: datetime) -> int:
    """Let drafts lapse minutes after their deadline; how many did. A replacement within its rule stays."""
    drafts = Application.objects.filter(state=Application.State.DRAFT)
    lapsed = 0
    elections = Election.objects.filter(
        pk__in=drafts.values("election"), late_policy=Election.LatePolicy.BLOCK
    ).prefetch_related("categories", "overrides")
    for election in elections:
        calendar = election.calendar
        closed = [
            category.pk
            for category in election.categories.all()
            if calendar.application_deadline_for(category).closes_at + STILL_UNDER_WAY <= now
        ]
        late = drafts.filter(election=election, category__in=closed)
        if now < calendar.replacement_deadline.closes_at:
            # The guard lets these stay, too; asking it about each at every tick would be in vain.
            late = late.exclude(replaces__state=Accreditation.State.RELINQUISHED)
        lapsed += _perform_each(APPLICATION, late.order_by("pk").values_list("pk", flat=True), "lapse", now)
    return lapsed


def expire_accreditations(now: datetime) -> int:
    """End the accreditations whose term is over; how many. The term ends with the day of the results."""
    expired = 0
    for election in Election.objects.filter(accreditations__state__in=Accreditation.CURRENT).distinct():
        today = election.calendar.today(now)
        over = Q(valid_until__lt=today)
        if election.results_published_on is not None and election.results_published_on < today:
            over |= Q(valid_until=None)
        rows = Accreditation.objects.current().filter(over, election=election).order_by("pk")
        expired += _perform_each(ACCREDITATION, rows.values_list("pk", flat=True), "expire", now)
    return expired


def _perform_each(machine: Machine, keys: Iterable[Any], name: str, now: datetime) -> int:
    """Make a move of the system's on each row; one that is refused, or fails, waits for the next tick alone."""
    done = 0
    for key in list(keys):
        try:
            perform(machine, key, name, actor=SYSTEM, now=now)
            done += 1
        except (MoveError, ObjectDoesNotExist) as error:  # somebody was quicker, or the rules say no
            log.warning("%s of %s was not made: %s", name, key, error)
        except Exception:
            log.exception("%s of %s failed", name, key)
    return done
