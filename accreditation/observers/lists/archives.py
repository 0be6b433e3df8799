"""What is looked at in a spreadsheet file before it is parsed, so that no file can fill the memory.

XLSX and ODS are ZIP archives of XML. A small one can unpack to gigabytes, and a sheet with one cell in the
last row and column becomes a table of 17 billion cells in the reader. Both are refused from the archive
itself.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from accreditation.observers.lists.refusal import refuse

UNPACKED_MB = 200
MAX_COLUMNS = 256
MAX_MEMBERS = 2000

# Both begin with plain letters: with a boundary in front each takes ten times as long.
_ROW = re.compile(rb'r="[A-Z]{0,3}(\d{5,10})"')
_FAR_CELL = re.compile(rb'r="([A-Z]{2,3})\d+"[^>]*[^/>]>')  # beyond Z, and not empty
_ODS_WIDE = re.compile(rb'number-columns-repeated="(\d{3,9})"[^>]*(?:value|formula)[^>]*>')
_ODS_TALL = re.compile(rb'number-rows-repeated="(\d{3,9})"[^>]*>(.*?)</table:table-row>', re.DOTALL)
_ODS_ROW = re.compile(rb"<table:table-row\b")


def kind_of_archive(content: bytes, *, max_rows: int) -> str:
    """'xlsx', 'xlsb' or 'ods'; refuses every other archive, and one that a reader could choke on."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > UNPACKED_MB * 1024 * 1024:
                raise refuse("bomb")
            if any(member.flag_bits & 1 for member in members):
                raise refuse("encrypted")
            kind = _kind({member.filename for member in members})
            for member in members:
                name = member.filename.lower()
                if name.endswith((".xml", ".bin")):
                    # Reading proves the directory's size true: Python stops there and compares the checksum.
                    _check_sheet(kind, name, archive.read(member), max_rows)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise refuse("damaged") from None
    return kind


def _kind(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "content.xml" in names and not any(name.startswith("word/") for name in names):
        return "ods"
    raise refuse("not_a_list")


def _check_sheet(kind: str, name: str, xml: bytes, max_rows: int) -> None:
    if kind == "xlsx" and "worksheets/" in name:
        _check_rows(max((int(row) for row in _ROW.findall(xml)), default=0), max_rows)
        widest = max((_column_number(letters) for letters in set(_FAR_CELL.findall(xml))), default=0)
        if widest > MAX_COLUMNS:
            raise refuse("too_wide", most=MAX_COLUMNS)
    elif kind == "ods" and name == "content.xml":
        _check_rows(len(_ODS_ROW.findall(xml)), 10 * max_rows)  # empty and styled rows are many
        if any(int(times) > MAX_COLUMNS for times in _ODS_WIDE.findall(xml)):
            raise refuse("too_wide", most=MAX_COLUMNS)
        for times, cells in _ODS_TALL.findall(xml):
            if b"<text:p" in cells or b"value=" in cells:
                _check_rows(int(times), max_rows)


def _check_rows(rows: int, max_rows: int) -> None:
    if rows > max_rows * 2:  # rows that were cleared remain in the file; what counts is counted after reading
        raise refuse("too_many_rows", most=max_rows)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
