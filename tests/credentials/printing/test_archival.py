"""What PDF/A-2b asks and can be asked here: a validator of its own (veraPDF) is no package that CI can install."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from accreditation.credentials.printing.binding import bind, bound
from accreditation.credentials.printing.typesetting import badges_pdf, certificate_pdf, letter_pdf
from tests.credentials.printing.samples import (
    NAMES,
    NOW,
    badge_face,
    badge_in,
    certificate_face,
    certificate_in_arabic,
    letter_face,
    letter_in_arabic,
    pages_of,
)


def every_script(**options: Any) -> bytes:
    return badges_pdf([badge_in(script) for script in NAMES], at=NOW, **options)


def two_parts() -> bytes:
    return bound([every_script(), badges_pdf([badge_face(1)], at=NOW)], title="Print run 7")


MADE: dict[str, Callable[[], bytes]] = {
    "badges": every_script,
    "four to a sheet": partial(every_script, layout="a4"),
    "a tagged badge": lambda: badges_pdf([badge_face()], at=NOW, tagged=True),
    "a certificate": lambda: certificate_pdf(certificate_face(), at=NOW),
    "an Arabic certificate": lambda: certificate_pdf(certificate_in_arabic(), at=NOW),
    "a letter": lambda: letter_pdf(letter_face(), at=NOW),
    "an Arabic letter": lambda: letter_pdf(letter_in_arabic(), at=NOW),
    "a bound run": two_parts,
}


@pytest.fixture(params=MADE)
def pdf(request: pytest.FixtureRequest) -> bytes:
    return MADE[request.param]()


def test_a_file_declares_and_keeps_the_rules_of_pdf_a_2b(pdf: bytes) -> None:
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}", pdf)
    assert pdf.rstrip().endswith(b"%%EOF")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert not document.is_encrypted
        assert "/ID" in document.trailer
        with document.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "B")
            assert xmp["dc:title"] == str(document.docinfo["/Title"])
            assert xmp["xmp:CreateDate"].startswith("2026-11-23T09:00:00")
            assert xmp.get("xmpTPg:NPages", str(len(document.pages))) == str(len(document.pages))
        assert "/Filter" not in document.Root.Metadata
        (intent,) = document.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"  # a colour profile of the ICC
        assert str(document.Root.Lang) in ("az", "en", "ar")
        assert not {"/AA", "/OpenAction", "/AcroForm", "/OCProperties"} & set(document.Root.keys())
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                check(thing)


def check(thing: Any) -> None:
    """One object: fonts embedded, nothing that runs, plays or lies outside, colours defined by a profile."""
    assert thing.get("/S") not in ("/JavaScript", "/Launch", "/Movie", "/Sound", "/URI", "/PS")
    assert thing.get("/Subtype") != "/PS"
    assert not {"/JS", "/EF", "/F", "/TR", "/HTP"} & set(thing.keys()) or thing.get("/Type") == "/Annot"
    if thing.get("/Type") == "/Font" and thing.get("/Subtype") != "/Type0":
        descriptor = thing.FontDescriptor
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys())
    if thing.get("/Type") == "/Font" and thing.get("/Subtype") == "/Type0":
        assert "/ToUnicode" in thing
    if thing.get("/Subtype") == "/Image":
        assert not thing.get("/Interpolate", False)
        assert thing.get("/ColorSpace") not in ("/DeviceRGB", "/DeviceCMYK")
    if isinstance(thing, pikepdf.Stream):
        assert "/LZWDecode" not in str(thing.get("/Filter", ""))


def test_the_same_faces_at_the_same_moment_give_the_same_bytes() -> None:
    assert every_script() == every_script()
    assert two_parts() == two_parts()
    assert badges_pdf([badge_face()], at=NOW) != badges_pdf([badge_face()], at=NOW + timedelta(seconds=1))
    assert badges_pdf([badge_face(1)], at=NOW) != badges_pdf([badge_face(2)], at=NOW)


def test_a_bound_run_has_all_pages_of_all_parts_in_order(tmp_path: Path) -> None:
    parts: list[bytes | Path] = [
        badges_pdf([badge_face(number) for number in numbers], at=NOW) for numbers in ((1, 2), (3,), (4, 5))
    ]
    in_a_file = tmp_path / "part.pdf"
    in_a_file.write_bytes(bytes(parts[1]))  # type: ignore[arg-type]
    out = io.BytesIO()
    assert bind([parts[0], in_a_file, parts[2]], out, title="Run") == 5
    alone = [badges_pdf([badge_face(number)], at=NOW) for number in (1, 2, 3, 4, 5)]
    for page, single in zip(pages_of(out.getvalue(), dpi=40), alone, strict=True):
        assert list(page.crop((80, 60, 165, 150)).tobytes()) == pytest.approx(
            list(pages_of(single, dpi=40)[0].crop((80, 60, 165, 150)).tobytes()), abs=40
        )


def test_nothing_to_bind_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        bound([])


def test_a_bound_run_stays_light() -> None:
    """25 KB a badge at most, portrait, code and fonts included."""
    parts = [badges_pdf([badge_face(part * 50 + one) for one in range(50)], at=NOW) for part in range(2)]
    assert len(bound(parts)) / 100 < 25_000


def test_a_badge_for_a_person_speaks_to_screen_readers() -> None:
    tagged = badges_pdf([badge_face()], at=NOW, tagged=True)
    with pikepdf.open(io.BytesIO(tagged)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.docinfo["/Title"]) == "Vəsiqə 2026-0000"
        alts = [
            str(thing.Alt)
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing
        ]
    assert any("Photograph of the holder: Shevchenko Volodymyr" in alt for alt in alts)
    assert any("QR code" in alt for alt in alts)
