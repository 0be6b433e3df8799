"""New rows of the write door: plain INSERTs whose statement is made once a model, not once a row.

For the few tables that every move writes (events, letters, grants, decisions), where making the same SQL anew took
as long as running it. Fields prepare their values as in save(); model signals, of which we have none, do not run.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert(rows: Sequence[models.Model]) -> None:
    """Insert unsaved rows of one model in one statement and give each its primary key.

    Columns that the database fills (keys, database defaults) are left to it and not read back. A constraint's
    IntegrityError is raised as by save().
    """
    if not rows:
        return
    fields, head, places = _statement(type(rows[0]))
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection=connection)
        for row in rows
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"{head} VALUES {', '.join([places] * len(rows))} RETURNING id", values)
        keys = [key for (key,) in cursor.fetchall()]
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


@cache
def _statement(model: type[models.Model]) -> tuple[tuple[Any, ...], str, str]:
    """The fields that a row gives, the statement up to its values, and the places of one row."""
    fields = tuple(
        field for field in model._meta.concrete_fields if not field.primary_key and not field.has_db_default()
    )
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(place_of(field) for field in fields)
    return fields, f"INSERT INTO {quote(model._meta.db_table)} ({columns})", f"({places})"


def place_of(field: Any) -> str:
    """'%s', or what the field wants around it, such as the type of an array."""
    if hasattr(field, "get_placeholder"):
        return str(field.get_placeholder(None, None, connection))
    return "%s"
