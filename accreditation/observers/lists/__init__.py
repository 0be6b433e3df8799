"""Lists of delegations as senders really write them: from a file's bytes to statements, with reasons per row.

`read_list` is the whole way; `read_table`, `map_columns` and `RowReader` are its steps. Nothing here knows
the database: what a statement meets there is decided by the import.
"""

from accreditation.observers.lists.columns import FIELDS, Column, Mapping, Questions
from accreditation.observers.lists.reading import MAX_MB, MAX_ROWS, Table, read_table
from accreditation.observers.lists.refusal import ListRefused
from accreditation.observers.lists.whole import LeftOut, ReadList, ReadRow, read_list

__all__ = [
    "FIELDS",
    "MAX_MB",
    "MAX_ROWS",
    "Column",
    "LeftOut",
    "ListRefused",
    "Mapping",
    "Questions",
    "ReadList",
    "ReadRow",
    "Table",
    "read_list",
    "read_table",
]
