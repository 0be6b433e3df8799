"""Rows by the thousand: COPY, with keys reserved beforehand. Triggers, constraints and defaults stay on.

For tables that a list fills (people, documents, memberships, drafts, audit events); everything else is saved
as usual. Nothing of Django's saving runs: encrypted columns are given sealed (`encryption.encrypt`), moments
of creation are given by the caller.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import NOT_PROVIDED
from psycopg import sql
from psycopg.types.json import Jsonb

EMPTY_ARRAY = "{}"


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """That many primary keys of the model's own sequence, in order; unused ones are lost, as after a
    rollback.
    """
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(  # the sequence is looked up once, not once a key
            "WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS keys)"
            " SELECT nextval(own.keys) FROM own, generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of `names` (attnames). Fields not named take their constant
    default, or '' or NULL; one that has none of these is an error of the caller (TypeError).

    Values are as psycopg takes them; a dict for a JSON column may be given as it is. Errors are Django's own, as of
    any statement: what took too long, or was in somebody's way, is Busy to whoever waits (core/transactions.py).
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    constants = {name: _constant(field) for name, field in fields.items() if name not in names}
    constants = {name: value for name, value in constants.items() if value is not NOT_PROVIDED}
    tail = tuple(constants.values())
    written = [(place, write) for place, name in enumerate(names) if (write := _writer(fields[name]))]
    columns = [sql.Identifier(str(fields[name].column)) for name in (*names, *constants)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(columns)
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            values = [*row, *tail]
            for place, write in written:
                values[place] = write(values[place])
            copy.write_row(values)


def _writer(field: Any) -> Callable[[Any], Any] | None:
    """How values of this column are written, where psycopg would not know or would take as long for one as for
    the rest of the row: an empty array, a moment that is the same in every row.
    """
    if isinstance(field, models.JSONField):
        return Jsonb
    if isinstance(field, models.DateTimeField):
        return cache(lambda moment: None if moment is None else str(moment))
    if isinstance(field, ArrayField):
        return lambda values: EMPTY_ARRAY if values == [] else values
    return None


def _constant(field: Any) -> Any:
    """What a row that does not say holds in this column; NOT_PROVIDED where the database itself fills it."""
    if field.primary_key or field.has_db_default():
        return NOT_PROVIDED
    if field.has_default():
        if field.default is list:
            return "[]" if isinstance(field, models.JSONField) else EMPTY_ARRAY
        if field.default is dict:
            return "{}"
        if callable(field.default):
            raise TypeError(f"{field} is different in every row: name it")
        return field.get_default()
    if field.null:
        return None
    if isinstance(field, models.CharField | models.TextField):
        return ""
    raise TypeError(f"{field} needs a value: name it")
