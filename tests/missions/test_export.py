"""The roster as a file: golden cells, nothing that a spreadsheet runs, nobody else's rows, no passport number."""

import csv
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl.utils.escape import unescape

from accreditation.missions.export import as_text, csv_rows
from accreditation.missions.workbooks import xlsx_file, xlsx_rows
from tests import factories as make
from tests.missions.heads import headed

HOSTILE = [
    '=HYPERLINK("http://evil.example")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\ufeff=1",
    "＝1",
    "|calc",
    "%0a=1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_begins_a_formula_is_made_inert_in_both_formats(text):
    (line,) = list(csv.reader(io.StringIO(b"".join(csv_rows([[text]])).decode("utf-8-sig"))))[:1]
    assert line[0].startswith("'")
    cell = openpyxl.load_workbook(xlsx_file([["Name"], [text]], title="x")).active["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


@pytest.mark.parametrize("text", ["O'Neill-Smith", "Əliyeva", "عمر الراشد", "a=b", "'quoted", "1980"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert as_text(text) == text


def test_a_csv_is_recognised_as_utf_8_and_keeps_its_cells_apart():
    content = b"".join(csv_rows([["a;b", 'say "hi"', None, 7, date(2026, 12, 20)]]))
    assert content == b'\xef\xbb\xbf"a;b","say ""hi""","","7","2026-12-20"\r\n'


def test_control_characters_are_dropped():
    assert as_text("a\x00b\x1bc") == "abc"


def test_a_moment_without_words_is_refused():
    with pytest.raises(TypeError):
        as_text(datetime(2026, 12, 20, 10, 0))  # noqa: DTZ001
    with pytest.raises(TypeError):
        xlsx_file([[datetime(2026, 12, 20, 10, 0)]], title="x")  # noqa: DTZ001


def test_a_sheet_bears_any_mission_s_name():
    book = openpyxl.load_workbook(xlsx_file([["a"]], title="'OSCE/ODIHR: [Mission] of observers 2026?"))
    assert book.sheetnames == ["OSCE ODIHR   Mission  of observ"]


LOOKS = {"title": "x", "widths": (20, 20), "right_to_left": True}


@pytest.mark.parametrize(
    "text",
    [
        "a<b>&c",
        " space at both ends ",
        "two\nlines",
        "_x0041_",
        "x_x0041_x0042_",
        "Əliyeva",
        "عمر",
        "𐍈",
    ],
)
def test_a_cell_of_a_workbook_reads_back_as_it_was_written(text):
    cell = openpyxl.load_workbook(xlsx_file([["Name"], [text]], **LOOKS)).active["A2"]
    assert (unescape(cell.value), cell.data_type, cell.number_format) == (text, "s", "@")
    book = python_calamine.load_workbook(xlsx_file([["Name"], [text]], **LOOKS))
    assert book.get_sheet_by_index(0).to_python()[1] == [text]


def test_a_workbook_knows_days_numbers_and_its_header():
    rows = [
        ["A", "B"],
        [date(2026, 12, 20), 7],
        ["", None],
        [date(1900, 3, 1), date(1899, 5, 6)],
        [True, "end"],
    ]
    sheet = openpyxl.load_workbook(xlsx_file(rows, **LOOKS)).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["A", "B"],
        [datetime(2026, 12, 20), 7],  # noqa: DTZ001
        [None, None],
        [datetime(1900, 3, 1), "1899-05-06"],  # noqa: DTZ001
        [1, "end"],
    ]
    assert sheet["A1"].font.bold and not sheet["A2"].font.bold
    assert (sheet["A2"].number_format, sheet["B4"].data_type) == ("yyyy-mm-dd", "s")
    assert (sheet.freeze_panes, sheet.sheet_view.rightToLeft, sheet.column_dimensions["A"].width > 20) == (
        "A2",
        True,
        True,
    )


def test_a_workbook_is_sent_while_it_is_read_and_is_none_before_its_end():
    read = []

    def rows():
        for number in range(1, 2_001):
            read.append(number)
            yield [f"row {number}"]

    pieces = xlsx_rows(rows(), title="x")
    first = next(pieces)
    assert first.startswith(b"PK") and len(read) == 1
    rest = list(pieces)
    assert len(rest) > 3 and len(read) == 2_000
    with pytest.raises(zipfile.BadZipFile):
        openpyxl.load_workbook(io.BytesIO(b"".join([first, *rest[:-1]])))
    assert openpyxl.load_workbook(io.BytesIO(b"".join([first, *rest]))).active.max_row == 2_000


def test_what_fails_in_the_middle_ends_as_no_workbook():
    def rows():
        yield ["a"]
        yield ["b"]
        raise ZeroDivisionError

    sent = []
    with pytest.raises(ZeroDivisionError):
        for piece in xlsx_rows(rows(), title="x"):
            sent.append(piece)
    assert len(sent) == 1 and b"PK\x05\x06" not in sent[0]
    with pytest.raises(ZeroDivisionError):
        xlsx_file(rows(), title="x")


# --- the roster ---


def lines(answer):
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.django_db
def test_the_roster_is_downloaded_cell_by_cell():
    house = headed()
    membership = house.person(
        "approved", family_name="Vasileva", given_names="Emiliya", original_name="Васильева"
    )
    house.person("draft", complete=False, family_name="Əliyeva", given_names="=cmd()")
    header, second, first = lines(house.get("download", form="csv"))
    assert header[:3] == ["Family name", "Given names", "Name in its original script"]
    accreditation = membership.applications.get().accreditation
    assert first == [
        "Vasileva", "Emiliya", "Васильева", "1980-05-17", "GEO", membership.document.masked,
        "International observer", "", "Accredited", accreditation.number_in_words, "", "2026-12-16", "",
        "2026-12-22", "", "",
    ]  # fmt: skip
    assert second[:2] == ["Əliyeva", "'=cmd()"]
    assert second[10] == "the photo, the picture of the passport page, the pledge"


@pytest.mark.django_db
def test_no_download_holds_a_whole_passport_number():
    house = headed()
    number = house.person().document.number
    assert number not in b"".join(house.get("download", form="csv")).decode()
    cells = openpyxl.load_workbook(io.BytesIO(b"".join(house.get("download", form="xlsx")))).active.values
    assert number not in str(list(cells))


@pytest.mark.django_db
def test_a_download_holds_the_own_rows_as_filtered_and_no_others():
    house = headed()
    draft, sent = house.person(), house.person("submitted")
    stranger = headed(make.make_mission(house.mission.election)).person()
    everybody = str(lines(house.get("download", form="csv")))
    assert draft.family_name in everybody and sent.family_name in everybody
    assert stranger.family_name not in everybody
    filtered = str(lines(house.get("download", "?state=draft", form="csv")))
    assert draft.family_name in filtered and sent.family_name not in filtered


@pytest.mark.django_db
def test_a_download_is_read_in_parts_and_misses_nobody(monkeypatch):
    monkeypatch.setattr("accreditation.workflow.roster_table.ROWS_A_READ", 3)
    house = headed()
    names = {house.person().family_name for _one in range(10)}
    assert {row[0] for row in lines(house.get("download", form="csv"))[1:]} == names


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_download_asks_the_database_nothing_row_by_row(form):
    house = headed()
    journalist = house.mission.election.categories.get(code="foreign-journalist")
    asked = []
    for people in (1, 7):
        for state in ("draft", "submitted", "information_requested", "refused", "approved"):
            for _one in range(people):
                house.person(state)
        for _one in range(people):
            house.person("draft", complete=False, category=journalist)
        with CaptureQueriesContext(connection) as queries:
            b"".join(house.get("download", form=form))
        asked.append([query["sql"].split(" FROM ")[-1][:40] for query in queries])
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_there_are_no_other_formats():
    assert headed().get("download", form="pdf").status_code == 404
