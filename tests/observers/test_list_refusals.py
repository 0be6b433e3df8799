"""Files that are no lists: one clear sentence each, and the server never falls over."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accreditation.observers.lists import MAX_ROWS, ListRefused, read_table
from tests.observers.lists_by_hand import read, text, xlsx

HEADER = ["Surname", "Given names", "Date of birth", "Citizenship", "Passport number", "Passport expiry"]
SMITH = ["SMITH", "ANNA", "1970-03-15", "GBR", "123456789", "2030-01-01"]


def refused(content: bytes) -> str:
    with pytest.raises(ListRefused) as caught:
        read(content)
    assert str(caught.value)
    return caught.value.reason.code


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    """A good workbook whose sheet is replaced."""
    with zipfile.ZipFile(io.BytesIO(xlsx([HEADER, SMITH]))) as good:
        members = {name: good.read(name) for name in good.namelist()}
    members["xl/worksheets/sheet1.xml"] = sheet
    return archive(members)


@pytest.mark.parametrize("content", [b"", b"   \r\n \r\n", b"\xef\xbb\xbf", b";;;\r\n;;;\r\n", xlsx([])])
def test_an_empty_file(content: bytes) -> None:
    assert refused(content) == "empty"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n1 0 obj",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xff\xd8\xff\xe0" + bytes(100),
        archive({"word/document.xml": b"<w:document/>", "[Content_Types].xml": b"<Types/>"}),
        archive({"photo.jpg": b"\xff\xd8\xff"}),
        random.Random(1).randbytes(5000),
        b"Dear Sir or Madam\r\nplease find our people attached\r\nYours\r\n",
        bytes(3000),
    ],
    ids=["pdf", "png", "jpeg", "docx", "zip of photos", "noise", "letter", "zeros"],
)
def test_a_file_that_is_no_list(content: bytes) -> None:
    assert refused(content) == "not_a_list"


def test_a_web_page_named_as_a_spreadsheet() -> None:
    assert refused(b"<html><table><tr><td>Surname</td></tr></table></html>") == "html_not_a_list"


def test_an_encrypted_workbook() -> None:
    assert (
        refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
        == "encrypted"
    )


def test_a_file_of_50_megabytes() -> None:
    assert refused(b"a;b;c\r\n" * (50 * 1024 * 1024 // 7)) == "too_large"


@pytest.mark.parametrize("kind", [xlsx, text])
def test_100_000_rows(kind) -> None:  # type: ignore[no-untyped-def]
    assert refused(kind([HEADER, *[SMITH] * 100_000])) == "too_many_rows"


def test_the_largest_list_is_taken() -> None:
    assert len(read(text([HEADER, *[SMITH] * MAX_ROWS])).rows) == MAX_ROWS
    assert refused(text([HEADER, *[SMITH] * (MAX_ROWS + 1)])) == "too_many_rows"


def test_an_archive_that_unpacks_to_gigabytes() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx([HEADER, SMITH]))) as good:
        members = {name: good.read(name) for name in good.namelist()}
    members |= {f"xl/media/{n}.xml": bytes(30 * 1024 * 1024) for n in range(8)}
    content = archive(members)
    assert len(content) < 1024 * 1024
    assert refused(content) == "bomb"


def test_an_archive_that_lies_about_its_size() -> None:
    content = bytearray(
        with_sheet(b"<worksheet><sheetData>" + b" " * 5_000_000 + b"</sheetData></worksheet>")
    )
    real = struct.pack("<L", 5_000_000 + len(b"<worksheet><sheetData></sheetData></worksheet>"))
    assert content.count(real) == 2
    assert refused(bytes(content.replace(real, struct.pack("<L", 400)))) == "damaged"


@pytest.mark.parametrize(
    ("cell", "code"), [("XFD2", "too_wide"), ("A1048576", "too_many_rows"), ("XFD1048576", "too_many_rows")]
)
def test_one_cell_far_away_does_not_make_a_table_of_billions(cell: str, code: str) -> None:
    row = "".join(c for c in cell if c.isdigit())
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert refused(with_sheet(sheet.encode())) == code


def test_a_workbook_cut_short_or_altered() -> None:
    content = xlsx([HEADER, SMITH])
    assert refused(content[: len(content) // 2]) == "damaged"
    assert refused(with_sheet(b"<worksheet><sheetData><row><c t='s'><v>999999</v>")) in ("damaged", "empty")


def test_an_old_workbook_that_is_none() -> None:
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + zlib.compress(bytes(5000)) * 50) == "damaged"


def test_a_table_in_which_nothing_is_known() -> None:
    assert refused(text([["apples", "pears", "plums"], ["good", "better", "best"]])) == "no_header"


def test_a_header_without_people() -> None:
    assert refused(text([HEADER])) == "empty"


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read(content)
    except ListRefused as refusal:
        assert refusal.reason.code


@given(st.lists(st.lists(st.text(max_size=30), min_size=6, max_size=6), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cells_below_a_header_are_read_or_refused(rows: list[list[str]]) -> None:
    cells = [["".join(c for c in cell if c not in ';"\r\n') for cell in row] for row in rows]
    try:
        read(text([HEADER, *cells], ";", "utf-8"))
    except (ListRefused, UnicodeEncodeError) as refusal:
        assert str(refusal)


@given(st.integers(0, 10**9), st.binary(min_size=1, max_size=40))
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_is_read_or_refused(place: int, rubbish: bytes) -> None:
    content = bytearray(xlsx([HEADER, SMITH]))
    at = place % len(content)
    content[at : at + len(rubbish)] = rubbish
    try:
        read_table(bytes(content))
    except ListRefused as refusal:
        assert refusal.reason.code


# --- open documents ---


def ods(rows: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="List">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest.encode(),
            "content.xml": content.encode(),
        }
    )


def ods_row(cells: list[str], repeated: int = 1) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in cells
    )
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{inner}</table:table-row>"


def test_an_open_document_is_a_list_even_with_a_million_empty_rows() -> None:
    empty = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )
    found = read(ods(ods_row(HEADER) + ods_row(SMITH) + empty))
    assert [row.statement.family_name for row in found.rows] == ["SMITH"]


def test_an_open_document_that_repeats_a_person_a_million_times() -> None:
    assert refused(ods(ods_row(HEADER) + ods_row(SMITH, repeated=1_000_000))) == "too_many_rows"


def test_an_open_document_that_repeats_a_cell_sixteen_thousand_times() -> None:
    wide = (
        '<table:table-row><table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row>"
    )
    assert refused(ods(ods_row(HEADER) + wide)) == "too_wide"
