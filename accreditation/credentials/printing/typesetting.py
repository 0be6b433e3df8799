"""Badges, certificates and letters as PDF/A-2b by typst. The same faces and moment give the same bytes.

**Never fork after a compile**: the child's next compile hangs for ever. So these functions may run in a worker that
forks no more, and in a script; web processes, and any process that may fork, use `apart`.
"""

import hashlib
import json
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from accreditation.credentials.printing.faces import BadgeFace, CertificateFace, LetterFace, ink_on, words
from accreditation.credentials.printing.glyphs import FONTS, missing_in
from accreditation.credentials.printing.qr import qr_svg

Layout = Literal["a6", "a4"]
TEMPLATES = Path(__file__).with_name("templates")
STANDARD: Literal["a-2b"] = "a-2b"
LONGEST_WORD = 36
"""Letters after which a word may be broken where it does not fit."""

BREAK_HERE = "\u200b"


class CannotPrint(Exception):
    """Why a sheet was not made, as a sentence."""


class MissingGlyphs(CannotPrint):
    """Letters that no font draws: `letters` as `glyphs.missing_glyphs` names them."""

    def __init__(self, letters: list[tuple[str, str, str]]) -> None:
        self.letters = letters
        super().__init__("no font draws " + ", ".join(f"{code} {name}" for __, code, name in letters))


def badges_pdf(
    faces: Sequence[BadgeFace],
    *,
    at: datetime,
    layout: Layout = "a6",
    marks: bool = True,
    tagged: bool = False,
) -> bytes:
    """One badge a page, or four to a sheet of A4 with marks where to fold and cut.

    For at most a hundred faces a call (memory); `binding.bound` makes one file of many calls. `at`: when, as the file
    says it. `tagged`: with structure for screen readers, for the badge that a person gets as a file. MissingGlyphs and
    CannotPrint name what stands in the way.
    """
    if not faces:
        raise CannotPrint("no badges to print")
    _every_glyph(faces)
    labels = words()[faces[0].languages[0]]
    title = f"{labels['badge']} {faces[0].number}" if len(faces) == 1 else labels["badges"]
    files: dict[str, bytes] = {}
    sheet = {
        "title": title,
        "languages": faces[0].languages,
        "layout": layout,
        "marks": marks,
        "faces": [_badge(face, files) for face in faces],
    }
    return _typeset("badge.typ", sheet, files, at=at, tagged=tagged)


def certificate_pdf(face: CertificateFace, *, at: datetime) -> bytes:
    """The certificate of a registered mission: one page of A4 in two languages."""
    _every_glyph([face])
    files: dict[str, bytes] = {}
    sheet = {
        **_texts(face),
        "labels": _labels(face.languages),
        "emblem": _kept(face.emblem, files),
    }
    return _typeset("certificate.typ", sheet, files, at=at, tagged=True)


def letter_pdf(face: LetterFace, *, at: datetime) -> bytes:
    """The letter of a decision: A4, in one language, from right to left where that is its way."""
    _every_glyph([face])
    files: dict[str, bytes] = {}
    sheet = {**_texts(face), "labels": words()[face.language], "emblem": _kept(face.emblem, files)}
    return _typeset("letter.typ", sheet, files, at=at, tagged=True)


def _typeset(
    template: str, sheet: Mapping[str, Any], files: Mapping[str, bytes], *, at: datetime, tagged: bool
) -> bytes:
    """The PDF of a template, from a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="typeset-") as folder:
        root = Path(folder)
        for path in TEMPLATES.glob("*.typ"):
            (root / path.name).write_bytes(path.read_bytes())
        for name, content in files.items():
            (root / name).write_bytes(content)
        (root / "sheet.json").write_text(json.dumps(sheet, ensure_ascii=False), "utf-8")
        try:
            compiler = typst.Compiler(str(root / template), root=folder, font_paths=_fonts())
            pdf = compiler.compile(
                format="pdf", pdf_standards=STANDARD, timestamp=int(at.timestamp()), pdf_tags=tagged
            )
        except typst.TypstError as error:
            raise CannotPrint(f"the sheet could not be set: {error}") from error
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _badge(face: BadgeFace, files: dict[str, bytes]) -> dict[str, Any]:
    """A face as the template reads it; its pictures are put among the files."""
    qr, modules = qr_svg(face.address)
    labels = _labels(face.languages)
    passport = face.passport_number and f"{words()[face.languages[0]]['passport']} {face.passport_number}"
    return {
        **_texts(face),
        "original-language": face.original_language,
        "ink": ink_on(face.colour),
        "labels": {
            **{label: _joined(labels[label]) for label in ("number", "valid", "emblem", "scan")},
            "identity": labels["identity"],
            "photo": f"{_joined(labels['photo'])}: {face.name}",
        },
        "passport": passport,
        "qr": qr,
        "modules": modules,
        "photo": _kept(face.photo, files),
        "emblem": _kept(face.emblem, files),
    }


def _labels(languages: tuple[str, str]) -> dict[str, tuple[str, str]]:
    first, second = (words()[language] for language in languages)
    return {label: (first[label], second[label]) for label in first}


def _joined(pair: tuple[str, str]) -> str:
    return " · ".join(dict.fromkeys(pair))


def _kept(picture: bytes | None, files: dict[str, bytes]) -> str | None:
    """The name under which the template finds a picture; the same picture is kept once."""
    if picture is None:
        return None
    name = f"{hashlib.sha256(picture).hexdigest()[:24]}.{_kind(picture)}"
    files[name] = picture
    return name


def _kind(picture: bytes) -> str:
    if picture.startswith(b"\xff\xd8"):
        return "jpg"
    return "png" if picture.startswith(b"\x89PNG") else "svg"


def _texts(face: Any) -> dict[str, Any]:
    """The fields of a face but its pictures, fit for setting."""
    return {
        name: _breakable(value) if isinstance(value, str) else [_breakable(one) for one in value]
        for name, value in vars(face).items()
        if isinstance(value, str | tuple)
    }


def _breakable(text: str) -> str:
    """The text composed (NFC), with places to break inside words that are too long for any line."""
    text = unicodedata.normalize("NFC", text)
    if len(text) <= LONGEST_WORD:
        return text
    return " ".join(_broken(word) if len(word) > LONGEST_WORD else word for word in text.split(" "))


def _broken(word: str) -> str:
    """Breaks between letters, never before a mark that belongs to the letter before it."""
    return "".join(
        letter
        if place == 0 or unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")
        else BREAK_HERE + letter
        for place, letter in enumerate(word)
    )


def _every_glyph(faces: Iterable[BadgeFace | CertificateFace | LetterFace]) -> None:
    missing = missing_in(text for face in faces for text in face.texts())
    if missing:
        raise MissingGlyphs(missing)
