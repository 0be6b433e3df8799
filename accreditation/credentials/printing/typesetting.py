"""Badges, certificates and letters as PDF/A-2b by typst. The same faces and moment give the same bytes.

A sheet is first laid out as data, which anything may do, and then compiled: in this process (`typeset`, and the
functions named `*_pdf`), never before a fork; or in a process of its own (`apart`), as web pages must.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from accreditation.credentials.printing.compiling import CannotPrint, compiled
from accreditation.credentials.printing.faces import BadgeFace, CertificateFace, LetterFace, ink_on, words
from accreditation.credentials.printing.glyphs import composed, is_a_mark, missing_in, widest
from accreditation.credentials.printing.qr import qr_png

__all__ = ["CannotPrint", "MissingGlyphs", "Sheet", "badges_pdf", "certificate_pdf", "letter_pdf", "typeset"]

Layout = Literal["a6", "a4"]
TEMPLATES = Path(__file__).with_name("templates")
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
"""Where Linux keeps files in memory; a part takes a megabyte or two. Two files a badge cost a fifth of the time."""

LONGEST_WORD = 36
"""Letters after which a word may be broken where it does not fit."""

BREAK_HERE = "\u200b"
FIRST_STRONG, POP = "\u2068", "\u2069"
"""Unicode's isolates: what stands between them keeps its own direction."""


class MissingGlyphs(CannotPrint):
    """Letters that no font draws: `letters` as `glyphs.missing_glyphs` names them."""

    def __init__(self, letters: list[tuple[str, str, str]]) -> None:
        self.letters = letters
        super().__init__("no font draws " + ", ".join(f"{code} {name}" for __, code, name in letters))


@dataclass(frozen=True)
class Sheet:
    """What typst reads: a template, its texts and figures, and pictures by file name."""

    template: str
    texts: Mapping[str, Any]
    pictures: Mapping[str, bytes]
    at: datetime
    tagged: bool
    png: bool = False

    def job(self) -> dict[str, Any]:
        """What `compiling.compiled` is asked for."""
        return {
            "template": self.template,
            "at": int(self.at.timestamp()),
            "tagged": self.tagged,
            "png": self.png,
        }

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """The sheet in a folder that only this user can read, gone afterwards, in memory where it can be."""
        with tempfile.TemporaryDirectory(prefix="typeset-", dir=IN_MEMORY) as name:
            root = Path(name)
            for path in TEMPLATES.glob("*.typ"):
                (root / path.name).write_bytes(path.read_bytes())
            for name, picture in self.pictures.items():
                (root / name).write_bytes(picture)
            widths = {text: widest(text) for text in _strings(self.texts) if text not in self.pictures}
            (root / "sheet.json").write_text(
                json.dumps({**self.texts, "widths": widths}, ensure_ascii=False), "utf-8"
            )
            yield root


def badges_pdf(
    faces: Sequence[BadgeFace],
    *,
    at: datetime,
    layout: Layout = "a6",
    marks: bool = True,
    tagged: bool = False,
) -> bytes:
    """One badge a page, or four to a sheet of A4 with marks where to fold and cut.

    For at most a hundred faces a call (memory); `binding.bound` makes one file of many. `at`: when, as the file says
    it. `tagged`: with structure for screen readers, for the badge that a person gets as a file. MissingGlyphs and
    CannotPrint name what stands in the way.
    """
    return typeset(badges_sheet(faces, at=at, layout=layout, marks=marks, tagged=tagged))


def certificate_pdf(face: CertificateFace, *, at: datetime) -> bytes:
    """The certificate of a registered mission: one page of A4 in two languages."""
    return typeset(certificate_sheet(face, at=at))


def letter_pdf(face: LetterFace, *, at: datetime) -> bytes:
    """A letter: A4, in one language, from right to left where that is its way."""
    return typeset(letter_sheet(face, at=at))


def typeset(sheet: Sheet) -> bytes:
    """Compile in this process, which must not fork afterwards."""
    with sheet.folder() as folder:
        return compiled(folder, **sheet.job())


def badges_sheet(
    faces: Sequence[BadgeFace],
    *,
    at: datetime,
    layout: Layout = "a6",
    marks: bool = True,
    tagged: bool = False,
) -> Sheet:
    if not faces:
        raise CannotPrint("no badges to print")
    _every_glyph(faces)
    labels = words()[faces[0].languages[0]]
    pictures: dict[str, bytes] = {}
    texts = {
        "title": f"{labels['badge']} {faces[0].number}" if len(faces) == 1 else labels["badges"],
        "languages": faces[0].languages,
        "layout": layout,
        "marks": marks,
        "faces": [_badge(face, pictures) for face in faces],
    }
    return Sheet("badge.typ", texts, pictures, at, tagged)


def certificate_sheet(face: CertificateFace, *, at: datetime) -> Sheet:
    _every_glyph([face])
    pictures: dict[str, bytes] = {}
    labels = _labels(face.languages)
    texts = {
        **_texts(face),
        "labels": {**labels, "registered": labels[f"registered_{face.kind}"]},
        "emblem": _kept(face.emblem, pictures),
    }
    return Sheet("certificate.typ", texts, pictures, at, tagged=True)


def letter_sheet(face: LetterFace, *, at: datetime) -> Sheet:
    _every_glyph([face])
    pictures: dict[str, bytes] = {}
    texts = {**_texts(face), "labels": words()[face.language], "emblem": _kept(face.emblem, pictures)}
    return Sheet("letter.typ", texts, pictures, at, tagged=True)


def _badge(face: BadgeFace, pictures: dict[str, bytes]) -> dict[str, Any]:
    """A face as the template reads it; its pictures are put among the files."""
    labels = _labels(face.languages)
    passport = face.passport_number and f"{words()[face.languages[0]]['passport']} {face.passport_number}"
    return {
        **_texts(face),
        "original-language": face.original_language,
        "ink": ink_on(face.colour),
        "labels": {
            **{label: _joined(_isolated(labels[label])) for label in ("number", "valid")},
            **{label: _joined(labels[label]) for label in ("emblem", "scan")},
            "identity": labels["identity"],
            "photo": f"{_joined(labels['photo'])}: {face.name}",
        },
        "passport": passport,
        "qr": _kept(qr_png(face.address), pictures),
        "photo": _kept(face.photo, pictures),
        "emblem": _kept(face.emblem, pictures),
    }


def _labels(languages: tuple[str, str]) -> dict[str, tuple[str, str]]:
    first, second = (words()[language] for language in languages)
    return {label: (first[label], second[label]) for label in first}


def _joined(pair: tuple[str, str]) -> str:
    return " · ".join(dict.fromkeys(pair))


def _isolated(pair: tuple[str, str]) -> tuple[str, str]:
    """Both words for one printed line: each keeps its full stop on its own side, whichever way the line runs."""
    first, second = (FIRST_STRONG + word + POP for word in pair)
    return first, second


def _kept(picture: bytes | None, pictures: dict[str, bytes]) -> str | None:
    """The name under which the template finds a picture; the same picture is kept once."""
    if picture is None:
        return None
    name = f"{hashlib.sha256(picture).hexdigest()[:24]}.{_kind(picture)}"
    pictures[name] = picture
    return name


def _kind(picture: bytes) -> str:
    if picture.startswith(b"\xff\xd8"):
        return "jpg"
    return "png" if picture.startswith(b"\x89PNG") else "svg"


def _texts(face: Any) -> dict[str, Any]:
    """The fields of a face but its pictures and its address, fit for setting."""
    return {
        name: _fit(value)
        for name, value in vars(face).items()
        if isinstance(value, str | tuple) and name != "address"
    }


def _fit(value: Any) -> Any:
    return _breakable(value) if isinstance(value, str) else [_fit(one) for one in value]


def _strings(value: Any) -> Iterator[str]:
    """Every text in what a template reads."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


@lru_cache(maxsize=10_000)
def _breakable(text: str) -> str:
    """The text composed (NFC), with places to break inside words that are too long for any line."""
    text = composed(text)
    if len(text) <= LONGEST_WORD:
        return text
    return " ".join(_broken(word) if len(word) > LONGEST_WORD else word for word in text.split(" "))


def _broken(word: str) -> str:
    """Breaks between letters, never before a mark that belongs to the letter before it.

    An address has its places after each slash already; it is left whole between them, so that it can be copied.
    """
    if word.startswith(("https://", "http://")):
        return "/".join(_broken(part) if len(part) > LONGEST_WORD else part for part in word.split("/"))
    return "".join(
        letter if place == 0 or is_a_mark(letter) else BREAK_HERE + letter
        for place, letter in enumerate(word)
    )


def _every_glyph(faces: Iterable[BadgeFace | CertificateFace | LetterFace]) -> None:
    missing = missing_in(text for face in faces for text in face.texts())
    if missing:
        raise MissingGlyphs(missing)
