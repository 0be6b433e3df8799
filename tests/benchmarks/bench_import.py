"""A list end to end: bytes of an XLSX to people, documents, memberships, drafts and audit, beside a bare
COPY.

The floor writes as many rows as the import did into empty copies of the same tables (columns and indexes, no
foreign keys and no triggers), in one transaction, from values made before the clock starts.
"""

import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.benchmarks.harness import Row, best_of, scratch_database, seconds, table

TABLES = (
    "observers_person", "observers_identitydocument", "observers_membership", "observers_nametoken",
    "workflow_application", "core_auditevent",
)  # fmt: skip
FAMILIES = [
    "Ivanov", "Petrov", "Sidorov", "Aliyev", "Mammadov", "Kovalenko", "Nowak", "Müller", "Schmidt",
    "Dubois", "Rossi", "García", "Silva", "Öztürk", "Yılmaz", "Nguyen", "Kim", "Singh", "Haddad",
    "Mensah",
]  # fmt: skip
GIVEN = [
    "Anna", "Pavel", "Leyla", "Igor", "Marta", "Hans", "Claire", "Marco", "Lucía", "João", "Emre",
    "Elif", "Minh", "Jisoo", "Amrit", "Omar", "Kofi", "Daria", "Nino", "Giorgi",
]  # fmt: skip
SYLLABLES = [
    "ka", "lo", "mi", "ra", "te", "vu", "shi", "zo", "ne", "pa", "du", "gri", "bel", "tor", "san",
]  # fmt: skip
COUNTRIES = [
    "Russia",
    "Kazakhstan",
    "Georgia",
    "Germany",
    "France",
    "Italy",
    "Türkiye",
    "Poland",
    "Spain",
    "Vietnam",
    "India",
]
SIZES = (500, 10_000)
HEADERS = [
    "No", "Surname", "Given names", "Name in original script", "Sex", "Date of birth", "Place of birth",
    "Citizenship", "Passport number", "Passport valid until", "E-mail", "Phone", "Function", "Role",
    "Arrival date", "Arrival flight",
    "Departure date", "Departure flight",
]  # fmt: skip


def people(count: int, seed: int) -> Iterator[list[Any]]:
    """Rows as a mission fills them in: made-up people, no two with one passport."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        family = chance.choice(FAMILIES) + "".join(chance.sample(SYLLABLES, 2))
        given = chance.choice(GIVEN)
        born = date(1945, 1, 1) + timedelta(days=chance.randrange(21_000))
        yield [
            number, family.upper(), given, f"Иванов{chance.choice(SYLLABLES)} {chance.choice('АБВГД')}нна",
            chance.choice("MF"), f"{born:%d.%m.%Y}", "Tbilisi", chance.choice(COUNTRIES),
            f"{chance.choice('ABCP')}{seed % 97:02d} {number:06d}", date(2027, 6,
            1) + timedelta(days=chance.randrange(3000)),
            f"{given}.{family}@example.org".lower(), f"+7 495 {chance.randrange(10**7):07d}",
            "Member of parliament",
            chance.choice(["STO", "LTO", ""]), date(2026, 12, 15 + chance.randrange(4)),
            f"J2 {chance.randrange(100, 999)}",
            date(2026, 12, 22), f"J2 {chance.randrange(100, 999)}",
        ]  # fmt: skip


def workbook(count: int, seed: int) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["List of observers"])
    sheet.write_row(2, 0, HEADERS)
    for place, row in enumerate(people(count, seed), 3):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(place, column, cell, day)
            else:
                sheet.write(place, column, cell)
    book.close()
    return file.getvalue()


def _import(mission: Any, content: bytes) -> Any:
    from accreditation.core.actors import SYSTEM
    from accreditation.workflow.list_imports import Answers, read_for, take_in_list
    from tests.factories import NOW

    read = read_for(mission, content, "list.xlsx", Answers(), now=NOW)
    assert not read.refused, read.refused[0].refusals
    return take_in_list(
        read, delegation=mission.delegations.select_related("mission__election").get(), actor=SYSTEM, now=NOW
    )


def _floor(since: dict[str, int]) -> float:
    """Seconds of a bare COPY of the rows that were just written, into tables of the same shape."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        written = {}
        for name in TABLES:
            cursor.execute(f"CREATE TABLE floor_{name} (LIKE {name} INCLUDING INDEXES)")
            with cursor.copy(
                f"COPY (SELECT * FROM {name} WHERE id > {since[name]}) TO STDOUT (FORMAT BINARY)"
            ) as rows:
                written[name] = b"".join(bytes(part) for part in rows)

        def copy() -> None:
            with transaction.atomic():
                for name, content in written.items():
                    with cursor.copy(f"COPY floor_{name} FROM STDIN (FORMAT BINARY)") as rows:
                        rows.write(content)

        def empty() -> None:
            for name in TABLES:
                cursor.execute(f"TRUNCATE floor_{name}")

        found = best_of(3, copy, empty)
        for name in TABLES:
            cursor.execute(f"DROP TABLE floor_{name}")
    return found


def _last_keys() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        last = {}
        for name in TABLES:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {name}")
            last[name] = cursor.fetchone()[0]
    return last


def run() -> list[Row]:
    """The figures, on a scratch database."""
    with scratch_database():
        return _figures()


def _figures() -> list[Row]:
    """The best of some lists each, every one of people nobody knows."""
    from tests.factories import make_election, make_mission

    election, rows = make_election(), []
    for count in SIZES:
        taken: list[float] = []
        for seed in range(8 if count < 1_000 else 3):
            mission, content = make_mission(election), workbook(count, seed + count)
            before = _last_keys()
            taken.append(seconds(lambda mission=mission, content=content: _import(mission, content)))
        floor = _floor(before)
        figure = count / min(taken)
        rows.append(
            Row(
                f"list import, {count:,} rows, end to end",
                figure,
                "rows/s",
                count / floor,
                min(taken) / floor,
            )
        )
        again = seconds(lambda mission=mission, content=content: _import(mission, content))
        rows.append(Row(f"the same list again, {count:,} rows, nothing changes", count / again, "rows/s"))
    return rows


if __name__ == "__main__":
    print(table(run()))
