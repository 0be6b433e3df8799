"""A cursor that stays open with its connection, for the one statement that is asked at every door."""

import threading

from django.db import connection
from django.db.backends.utils import CursorWrapper

_here = threading.local()


def kept_cursor() -> CursorWrapper:
    """The cursor of this thread; its answer must be read before the next question. Not to be closed.

    A new one is made for a new connection only: each learns anew how the columns of an answer are read, which costs
    Python as much as a short statement. As with any cursor of Django's, a kept connection that fell is opened again.
    """
    connection.close_if_health_check_failed()
    if connection.queries_logged:  # Django's own cursors write down what they were asked
        return connection.cursor()
    kept: CursorWrapper | None = getattr(_here, "cursor", None)
    if kept is None or connection.connection is None or kept.connection is not connection.connection:
        kept = _here.cursor = connection.cursor()
    return kept
