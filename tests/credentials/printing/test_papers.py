"""Certificates and letters: what they say is read back from the file, and nothing leaves its place."""

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from accreditation.credentials.printing.faces import words
from accreditation.credentials.printing.typesetting import certificate_pdf, letter_pdf
from tests.credentials.printing.goldens import difference
from tests.credentials.printing.samples import (
    FOOT,
    NOW,
    REFUSAL,
    certificate_face,
    certificate_in_arabic,
    letter_face,
    letter_in_arabic,
    pages_of,
    said,
)

DPI = 80
LONG = {
    "in words": ("Abdurrahman Maximiliana " * 6)[:128],
    "in one word": "Wolfeschlegelsteinhausen" * 5 + "bergerdo",
}


def margins(pdf: bytes) -> list[float]:
    """How far what is drawn stays from the nearest edge on each side of any page, in millimetres: left, top,
    right, bottom.
    """
    found = []
    for page in pages_of(pdf, dpi=DPI):
        box = page.point(lambda level: 255 if level < 200 else 0).getbbox()
        assert box is not None
        left, top, right, bottom = box
        found.append([left, top, page.width - right, page.height - bottom])
    return [min(edges) * 25.4 / DPI for edges in zip(*found, strict=True)]


def test_a_certificate_in_azerbaijani_and_english_says_everything_in_both() -> None:
    face = certificate_face()
    text = said(certificate_pdf(face, at=NOW))
    for pair in (face.commission, face.election, face.day, face.registered_on, face.issued_on, face.position):
        assert pair[0] in text and pair[1] in text
    for one in (face.mission, face.organisation, face.code, face.accredited, face.signatory):
        assert one in text
    for language in face.languages:
        for label in (
            "certificate",
            "registered_observers",
            "registered_on",
            "accredited",
            "stamp",
            "signature",
        ):
            assert words()[language][label] in text


def test_a_certificate_in_arabic_and_english_is_one_page_and_says_its_english_words() -> None:
    """Arabic is compared as a picture (goldens): no reader gives its words back in order."""
    pdf = certificate_pdf(certificate_in_arabic(), at=NOW)
    assert len(pages_of(pdf, dpi=20)) == 1
    for line in (
        "Certificate of registration",
        "League of Arab States",
        "20 November 2026, 13:05 (Baku, UTC+4)",
    ):
        assert set(line.replace(",", "").split()) <= set(said(pdf).replace(",", "").split()) | {
            "(Baku",
            "UTC+4)",
        }


def test_how_many_are_accredited_is_left_out_where_it_is_not_said() -> None:
    pdf = certificate_pdf(certificate_face(accredited="", code="x"), at=NOW)
    assert words()["en"]["accredited"] not in said(pdf)


@pytest.mark.parametrize("kind", ["observers", "media", "guests"])
def test_a_mission_is_certified_as_what_it_is(kind: str) -> None:
    text = said(certificate_pdf(certificate_face(kind=kind), at=NOW))
    certified = [
        one for one in ("observers", "media", "guests") if words()["en"][f"registered_{one}"] in text
    ]
    assert certified == [kind]


def test_a_kind_of_mission_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="tourists"):
        certificate_face(kind="tourists")


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
@pytest.mark.parametrize("face", [certificate_face, certificate_in_arabic])
def test_names_of_128_letters_stay_on_the_one_page_of_a_certificate(face: Any, long: str) -> None:
    long = long + long[:72]
    pdf = certificate_pdf(replace(face(), mission=long, organisation=long, signatory=long[:100]), at=NOW)
    assert len(pages_of(pdf, dpi=20)) == 1
    left, top, right, bottom = margins(pdf)
    assert min(left, right) > 28.5 and top > 22 and bottom > 18


def test_a_letter_says_every_word_of_its_parts() -> None:
    face = letter_face()
    text = said(letter_pdf(face, at=NOW))
    for one in (
        face.subject,
        face.date,
        *face.recipient,
        *FOOT,
        *(one for part in REFUSAL for one in part[1:]),
    ):
        assert one in text
    assert text.count("You may appeal to") == 1


def test_an_address_can_be_copied_from_a_letter() -> None:
    link = f"https://accreditation.example.org/en/apply/{'a' * 36}/"
    with pypdfium2.PdfDocument(
        letter_pdf(letter_face(parts=(("action", "Open", link),)), at=NOW)
    ) as document:
        assert link in document[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_names_of_128_letters_stay_between_the_margins_of_a_letter(language: str, long: str) -> None:
    parts = (
        ("paragraph", f"Dear {long},"), ("row", "Name", long), ("row", long, "Name"), ("item", long),
        ("quote", long), ("notice", long), ("action", long, f"https://{long}/"),
    )  # fmt: skip
    pdf = letter_pdf(letter_face(language=language, recipient=(long,), subject=long, parts=parts), at=NOW)
    left, top, right, bottom = margins(pdf)
    assert min(left, right) > 24 and top > 20 and bottom > 8
    assert said(pdf).replace(" ", "").count(long.replace(" ", "")) >= 7 or language == "ar"


def test_a_letter_of_several_pages_numbers_them_and_signs_with_its_last_words() -> None:
    for lines in range(28, 44):  # wherever the page ends
        parts = (*REFUSAL[:6], ("quote", *["The organisation did not confirm."] * lines), *REFUSAL[6:])
        with pypdfium2.PdfDocument(letter_pdf(letter_face(parts=parts), at=NOW)) as document:
            last = document[len(document) - 1].get_textpage().get_text_bounded()
            assert f"Page {len(document)} of {len(document)}" in last
            assert "Open your application" in last, "nobody signs a page without a word on it"


def test_a_number_keeps_its_order_in_an_arabic_letter() -> None:
    """Without isolation the halves of 2026-000412 change places after Arabic letters."""
    isolated = letter_in_arabic()
    bare = replace(isolated, subject=isolated.subject.replace("\u2066", "").replace("\u2069", ""))
    pages = [pages_of(letter_pdf(face, at=NOW), dpi=60)[0] for face in (isolated, bare)]
    assert difference(*pages) > 0.02
