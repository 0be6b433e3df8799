"""The same sheets from a child process: for pages, and for workers that fork."""

import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from accreditation.credentials.printing import compiling
from accreditation.credentials.printing.apart import (
    Press,
    badges_pdf_apart,
    certificate_pdf_apart,
    letter_pdf_apart,
)
from accreditation.credentials.printing.typesetting import (
    CannotPrint,
    MissingGlyphs,
    badges_pdf,
    badges_sheet,
    certificate_pdf,
    letter_pdf,
)
from tests.credentials.printing.samples import NOW, badge_face, certificate_face, letter_face


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sheets of this test lie while they are typeset."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def presses() -> list[psutil.Process]:
    """Children of this process that compile, or did and were not waited for."""
    children = psutil.Process().children()
    return [child for child in children if not child.cmdline() or compiling.__name__ in child.cmdline()]


def test_a_sheet_is_the_same_whoever_compiles_it() -> None:
    faces = [badge_face(1), badge_face(2)]
    assert badges_pdf_apart(faces, at=NOW, layout="a4", marks=False) == badges_pdf(
        faces, at=NOW, layout="a4", marks=False
    )
    assert certificate_pdf_apart(certificate_face(), at=NOW) == certificate_pdf(certificate_face(), at=NOW)
    assert letter_pdf_apart(letter_face(), at=NOW) == letter_pdf(letter_face(), at=NOW)


def test_a_press_sets_many_sheets_in_their_order_and_leaves_nothing_behind(folders: Path) -> None:
    sheets = [badges_sheet([badge_face(number)], at=NOW) for number in range(4)]
    with Press() as press:
        assert len(presses()) == 1
        made = list(press.typeset_each(iter(sheets)))
    assert made == [badges_pdf([badge_face(number)], at=NOW) for number in range(4)]
    assert list(folders.iterdir()) == []
    assert presses() == []


def test_what_takes_too_long_is_ended_and_said(folders: Path) -> None:
    with pytest.raises(CannotPrint, match=r"0\.01 seconds"):
        badges_pdf_apart([badge_face(number) for number in range(60)], at=NOW, seconds=0.01)
    assert list(folders.iterdir()) == []
    assert presses() == []


def test_a_picture_that_is_none_is_said_and_the_next_sheet_is_set(folders: Path) -> None:
    broken = badges_sheet([badge_face(1, photo=b"\xff\xd8 no picture")], at=NOW)
    with Press() as press:
        with pytest.raises(CannotPrint, match="could not be set"):
            press.typeset(broken)
        assert press.typeset(badges_sheet([badge_face(2)], at=NOW)) == badges_pdf([badge_face(2)], at=NOW)
    assert list(folders.iterdir()) == []


def test_a_press_whose_child_was_killed_says_so(folders: Path) -> None:
    with Press() as press:
        press._child.kill()
        press._child.wait()
        with pytest.raises(CannotPrint):
            press.typeset(badges_sheet([badge_face(1)], at=NOW))
    assert list(folders.iterdir()) == []


def test_missing_glyphs_are_named_as_in_this_process() -> None:
    with pytest.raises(MissingGlyphs, match="BENGALI LETTER KA"):
        badges_pdf_apart([badge_face(1, original="ক")], at=NOW)


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for the child")
    with Press() as press:
        child = psutil.Process(press._child.pid)
        assert set(child.environ()) <= {"PATH", "TMPDIR", "LD_LIBRARY_PATH", "LC_CTYPE"}
    assert os.environ["SECRET_KEY"] == "not for the child"


def test_only_this_user_can_read_a_sheet_while_it_is_set() -> None:
    with badges_sheet([badge_face(1)], at=NOW).folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0
        assert any(path.suffix == ".jpg" for path in folder.iterdir())


def test_text_is_never_read_as_markup() -> None:
    """Names come from strangers: what looks like typst's own language is printed as it stands."""
    wild: dict[str, Any] = {
        "family": "#panic()",
        "given": "*_$x$ <a> @b",
        "mission": '"]) #read("/etc/passwd")',
    }
    assert badges_pdf([badge_face(1, **wild)], at=NOW).startswith(b"%PDF")
