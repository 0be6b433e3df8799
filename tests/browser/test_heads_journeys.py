"""A head of mission in a browser: a ZIP of pictures with its report; a roster downloaded, read back and sent again."""

import csv
import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from PIL import Image, ImageDraw

from accreditation.observers.models import Membership
from accreditation.workflow.models import Amendment
from tests import factories as make
from tests.browser.accessibility import violations
from tests.browser.windows import PHONE, OpenWindow, overflows, press

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("told_at_once"),
]


@pytest.fixture(autouse=True)
def private_folder(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_ROOT = tmp_path / "private"


@pytest.fixture
def mission() -> Any:
    return make.make_mission(name="CIS Observer Mission", code="cis")


@pytest.fixture
def head(mission: Any) -> Any:
    return make.make_head(mission)


def named(mission: Any, family: str, given: str, number: str = "", **fields: Any) -> Membership:
    person = make.make_person(family_name=family, given_names=given, **fields)
    document = make.make_document(person, number)
    return make.make_membership(mission, person, document=document)


def address(mission: Any, name: str = "roster", **more: Any) -> str:
    return reverse(
        f"missions:{name}", kwargs={"election": mission.election.code, "code": mission.code, **more}
    )


def drawn(width: int, height: int, shade: int) -> bytes:
    image = Image.new("RGB", (width, height), (shade, 210, 220))
    ImageDraw.Draw(image).ellipse([width // 4, height // 5, width // 2, height // 2], fill="tan")
    content = io.BytesIO()
    image.save(content, "JPEG")
    return content.getvalue()


def archive(**pictures: bytes) -> dict[str, Any]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, picture in pictures.items():
            made.writestr(name, picture)
    return {"name": "pictures.zip", "mimeType": "application/zip", "buffer": content.getvalue()}


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
def test_a_zip_of_pictures_says_what_met_whom_and_back_leads_to_it(
    window: OpenWindow, mission: Any, head: Any, java_script: bool
) -> None:
    people = [named(mission, "Vasileva", "Emiliya", "C7654321"), named(mission, "Rossi", "Anna")]
    for person in people:
        make.make_application(person)
    named(mission, "Rossi", "Bruna")
    page = window(head, size=PHONE, java_script_enabled=java_script)
    page.goto(address(mission))
    press(page, "Add pictures")
    press(page, "Send")
    assert "Error" in page.title()
    files = {
        "photos/C7654321.jpg": drawn(600, 800, 200),
        "passports/Vasileva_Emiliya.jpg": drawn(1000, 700, 190),
        "photos/Rossi.jpg": drawn(600, 800, 180),
        "photos/Rossi Anna.jpg": drawn(60, 80, 170),
        "photos/Nobody.jpg": drawn(600, 800, 160),
    }
    page.set_input_files("input[type=file]", archive(**files))
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("h1:has-text('What met whom')")
    assert page.locator(".figures b").all_inner_texts() == ["2", "3"]
    left, taken = page.locator("table").all()
    said = left.inner_text()
    for words in (
        "The name fits 2 people: add the passport number.",
        "The picture is 60 x 80 pixels; at least 360 x 480 are needed.",
        "No person of the mission bears this name or passport number.",
    ):
        assert words in said
    assert "C7654321.jpg" in taken.inner_text() and "Vasileva_Emiliya.jpg" in taken.inner_text()
    assert not overflows(page)
    if java_script:
        assert violations(page) == []
    page.locator("table a", has_text="Rossi").first.click()
    page.wait_for_url("**/people/*/")
    page.go_back()
    page.wait_for_selector("h1:has-text('What met whom')")
    kinds = (
        Membership.objects.get(pk=people[0].pk)
        .uploads.filter(replaced_at=None)
        .values_list("kind", flat=True)
    )
    assert set(kinds) == {"photo", "passport_page"}


def downloaded(page: Any, form: str, folder: Path) -> Path:
    with page.expect_download() as waited:
        page.get_by_role("link", name=form, exact=True).click()
    kept = folder / waited.value.suggested_filename
    waited.value.save_as(kept)
    return kept


def test_a_roster_is_downloaded_read_back_corrected_and_sent_again(
    window: OpenWindow, mission: Any, head: Any, tmp_path: Path
) -> None:
    hostile = named(mission, "=HYPERLINK(1)", "Zoe", "C1112223")
    accredited = named(mission, "Rossi", "Ana", "C7654321", born=date(1985, 5, 6))
    make.make_application(hostile)
    make.application_in("approved", membership=make.complete(accredited))
    page = window(head)
    page.goto(address(mission))
    book = openpyxl.load_workbook(downloaded(page, "XLSX", tmp_path)).active
    header, *rows = [list(row) for row in book.values]
    with downloaded(page, "CSV", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == header
    assert [line[:2] for line in lines[1:]] == [["'=HYPERLINK(1)", "Zoe"], ["Rossi", "Ana"]]
    assert [row[:2] for row in rows] == [["'=HYPERLINK(1)", "Zoe"], ["Rossi", "Ana"]]
    assert {cell.data_type for row in book.iter_rows(min_col=1, max_col=3) for cell in row} <= {"s", "n"}
    born, number = header.index("Date of birth"), header.index("Passport number")
    assert rows[1][born].date() == date(1985, 5, 6)
    assert (rows[1][number], lines[2][number]) == ("•••••4321", "•••••4321")

    book.cell(row=3, column=header.index("Given names") + 1).value = "Anna"
    book.delete_rows(2)
    corrected = io.BytesIO()
    book.parent.save(corrected)
    press(page, "Add a list")
    sent = {"name": "roster.xlsx", "mimeType": "application/zip", "buffer": corrected.getvalue()}
    page.set_input_files("input[type=file]", sent)
    page.click("main form .button")
    page.wait_for_url(re.compile(r"/lists/[^/]+/$"))
    change = page.locator("tr", has_text="Rossi").first.inner_text()
    assert "Given names" in change and "Passport number" not in change
    press(page, "Take in 1 row")
    page.wait_for_selector("h1:has-text('The list is taken in')")
    wish = Amendment.objects.get()
    assert (wish.membership, wish.fields, wish.is_correction) == (accredited, ["given_names"], True)
