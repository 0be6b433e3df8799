"""Codes written into a statement itself, where PostgreSQL should plan for this very value.

A prepared statement has one plan for all its parameters. Where one value is common and the next is rare (the
citizenship of a fifth of all files, or of nobody), that plan is right for one and reads everything for the other.
"""

import re
from typing import Any

from django.db.models import Value

CODE = re.compile(r"[A-Za-z_]+")


def is_code(text: str) -> bool:
    return CODE.fullmatch(text) is not None


class Literal(Value):
    """A code of letters and underscores as part of the SQL. Raises ValueError for anything else."""

    def __init__(self, code: str) -> None:
        if not is_code(code):
            raise ValueError("only a code may be written into a statement")
        super().__init__(str(code))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"'{self.value}'", ()
