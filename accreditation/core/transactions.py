"""All or nothing, and again where PostgreSQL broke it off for somebody else's sake."""

import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from accreditation.core.errors import Busy

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

MOST_RETRIES = 3
LONGEST_PAUSE = 0.1  # seconds; two that collided wait differently long, or they would collide again

IN_THE_WAY = frozenset({"40P01", "40001"})  # deadlock_detected, serialization_failure
TOO_LONG = frozenset({"55P03", "57014"})  # lock_not_available, query_canceled (a statement's time was over)


def sqlstate_of(error: BaseException) -> str | None:
    """PostgreSQL's own code; None where it did not say anything, since it was not reached or has gone."""
    return getattr(error.__cause__, "sqlstate", None)


def all_or_nothing(work: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Do the work in one transaction. It writes to the database and nowhere else, so that it can be done again.

    A deadlock or a serialization failure undoes it, and it is done anew, at most MOST_RETRIES times. Where that does
    not help, or a lock or a statement has taken too long, Busy is raised and nothing is written. Inside somebody
    else's transaction it is a part of theirs: PostgreSQL's error goes up to whoever began it.
    """

    @wraps(work)
    def done(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        if connection.in_atomic_block:
            with transaction.atomic():
                return work(*args, **kwargs)
        tries_left = MOST_RETRIES
        while True:
            try:
                with transaction.atomic():
                    return work(*args, **kwargs)
            except OperationalError as error:
                state = sqlstate_of(error)
                if state not in IN_THE_WAY | TOO_LONG:
                    raise
                log.warning("%s was broken off: %s", work.__qualname__, error)
                if state in TOO_LONG or not tries_left:
                    raise Busy from error
            tries_left -= 1
            time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - no secret

    return done
