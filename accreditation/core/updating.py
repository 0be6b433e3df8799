"""Changed rows of the write door: plain UPDATEs whose statement is made once a model and its fields (see inserting)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, models

from accreditation.core.inserting import place_of


def update(row: models.Model, names: Sequence[str]) -> None:
    """Save these fields of a row that is locked. DatabaseError when it is gone, constraints' errors as by save()."""
    fields, statement = _statement(type(row), tuple(names))
    values = [field.get_db_prep_save(field.pre_save(row, False), connection=connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{row._meta.label} {row.pk} is gone")


@cache
def _statement(model: type[models.Model], names: tuple[str, ...]) -> tuple[tuple[Any, ...], str]:
    """The fields, each once, and the statement with a place for each and for the key."""
    fields: tuple[Any, ...] = tuple(model._meta.get_field(name) for name in dict.fromkeys(names))
    quote = connection.ops.quote_name
    places = ", ".join(f"{quote(str(field.column))} = {place_of(field)}" for field in fields)
    key = quote(str(model._meta.pk.column))
    return fields, f"UPDATE {quote(model._meta.db_table)} SET {places} WHERE {key} = %s"  # noqa: S608
