"""What benchmarks share: a scratch database, a clock, and the table in which figures stand beside their
floor.
"""

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import django


@dataclass(frozen=True)
class Row:
    """One figure. `floor` is what the bare means reach in the same run, in the same unit; `ratio` compares
    them.
    """

    name: str
    figure: float
    unit: str
    floor: float | None = None
    ratio: float | None = None


@contextmanager
def scratch_database() -> Iterator[None]:
    """A database of the benchmark's own, migrated and empty, gone afterwards. DEBUG is off: nothing is
    logged.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    settings.DEBUG = False
    databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes, once."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best_of(times: int, work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The shortest of several runs, each after `before`: what the machine can, without its neighbours' noise."""
    found = []
    for __ in range(times):
        before()
        found.append(seconds(work))
    return min(found)


def vacuum() -> None:
    """Let PostgreSQL see what was filled, as its own vacuum would within a minute."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def table(rows: Iterable[Row]) -> str:
    """The figures as a Markdown table."""
    lines = ["| What | Figure | Floor | Ratio |", "| --- | ---: | ---: | ---: |"]
    for row in rows:
        floor = f"{_number(row.floor)} {row.unit}" if row.floor is not None else ""
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        lines.append(f"| {row.name} | {_number(row.figure)} {row.unit} | {floor} | {ratio} |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
