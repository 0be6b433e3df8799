"""Faces of people who do not exist, in every script that names are printed in; and PDFs as pictures."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pypdfium2
from PIL import Image

from accreditation.credentials.printing.faces import BadgeFace, CertificateFace, LetterFace
from accreditation.credentials.printing.pictures import badge_picture
from accreditation.demo.drawing import photo_of
from accreditation.observers.statements import Statement

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EMBLEM = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="46" fill="none"'
    b' stroke="#0b5d6b" stroke-width="4"/><path d="M50 20 76 74 24 74z" fill="#0b5d6b"/></svg>'
)

NAMES: dict[str, tuple[str, str, str, str]] = {
    "latin": ("Əliyeva-Nguyễn", "Gülnarə Ánh", "", "AZE"),
    "cyrillic": ("Shevchenko", "Volodymyr", "Шевченко Володимир Їжакевич", "UKR"),
    "greek": ("Papadopoulou", "Eleftheria", "Ελευθερία Παπαδοπούλου", "GRC"),
    "arabic": ("Al-Hashimi", "Muhammad", "محمد بن عبد الله الهاشمي", "SAU"),
    "persian": ("Golpaygani", "Keyvan", "کیوان گلپایگانی", "IRN"),
    "hebrew": ("Cohen", "Avraham", "אברהם כהן־לוי", "ISR"),
    "georgian": ("Kvirikashvili", "Nino", "ნინო კვირიკაშვილი", "GEO"),
    "armenian": ("Sargsyan", "Hayk", "Հայկ Սարգսյան", "ARM"),
    "devanagari": ("Sharma", "Prakriti", "प्रकृति शर्मा", "IND"),
    "thai": ("Srisuwan", "Phumiphat", "ภูมิพัฒน์ ศรีสุวรรณ", "THA"),
    "chinese": ("Li", "Xiaoming", "李晓明 骨直", "CHN"),
    "japanese": ("Yamada", "Naoki", "山田 直樹 骨直", "JPN"),
    "korean": ("Kim", "Jisoo", "김지수", "KOR"),
}
"""Family name, given names, name in its own script, citizenship."""


@cache
def portrait(number: int = 0) -> bytes:
    return photo_of(Statement(family_name=f"Sample {number}", sex="MF"[number % 2]))


def address(number: int = 0) -> str:
    """An address as long as a badge's with a name of usual length."""
    digits = "".join(random.Random(number).choices("0123456789", k=329))
    return f"https://accreditation.example.org/v#7{digits}"


def badge_face(seed: int = 0, **changes: Any) -> BadgeFace:
    face = BadgeFace(
        languages=("az", "en"),
        commission=(
            "Azərbaycan Respublikasının Mərkəzi Seçki Komissiyası",
            "Central Election Commission of the Republic of Azerbaijan",
        ),
        election=(
            "Milli Məclisə seçkilər, 20 dekabr 2026",
            "Elections to the Milli Majlis, 20 December 2026",
        ),
        category=("Beynəlxalq müşahidəçi", "International observer"),
        colour="#0b5d6b",
        family="Shevchenko",
        given="Volodymyr",
        original="Шевченко Володимир",
        citizenship="UKR",
        mission="CIS Observer Mission",
        organisation="Executive Committee of the CIS",
        country="Ukraine",
        number=f"2026-{seed:04d}",
        code="K7QM2-XPD4T",
        validity=(
            "20 noyabr 2026 tarixindən rəsmi nəticələr dərc olunanadək",
            "from 20 November 2026 until the official results are published",
        ),
        photo=badge_picture(portrait(seed % 12)),
        address=address(seed),
        note="Bakı · www.example.org",
        emblem=EMBLEM,
    )
    return replace(face, **changes)


def badge_in(script: str, **changes: Any) -> BadgeFace:
    family, given, original, citizenship = NAMES[script]
    named = {"family": family, "given": given, "original": original, "citizenship": citizenship}
    return badge_face(**{**named, **changes})


def badge_in_arabic(**changes: Any) -> BadgeFace:
    """A badge whose state writes from right to left."""
    return badge_in(
        "arabic",
        languages=("ar", "en"),
        commission=("اللجنة العليا للانتخابات", "High Election Commission"),
        election=("الانتخابات البرلمانية، 20 ديسمبر 2026", "Parliamentary elections, 20 December 2026"),
        category=("مراقب دولي", "International observer"),
        role=("رئيس البعثة", "Head of mission"),
        validity=(
            "من 20 نوفمبر 2026 حتى نشر النتائج الرسمية",
            "from 20 November 2026 until the official results are published",
        ),
        passport_number="AB1234567",
        **changes,
    )


def certificate_face(**changes: Any) -> CertificateFace:
    badge = badge_face()
    face = CertificateFace(
        languages=badge.languages,
        commission=badge.commission,
        election=badge.election,
        day=("20 dekabr 2026", "20 December 2026"),
        kind="observers",
        mission="Observation mission of the CIS",
        organisation="Executive Committee of the CIS",
        code="cis",
        registered_on=("20 noyabr 2026, 13:05 (Bakı, UTC+4)", "20 November 2026, 13:05 (Baku, UTC+4)"),
        issued_on=("23 noyabr 2026, 13:00 (Bakı, UTC+4)", "23 November 2026, 13:00 (Baku, UTC+4)"),
        accredited="118",
        signatory="Aygün Nümunəvi",
        position=("Komissiyanın sədri", "Chair of the commission"),
        emblem=EMBLEM,
    )
    return replace(face, **changes)


def certificate_in_arabic() -> CertificateFace:
    return certificate_face(
        languages=("ar", "en"),
        commission=("اللجنة العليا للانتخابات", "High Election Commission"),
        election=("الانتخابات البرلمانية، 20 ديسمبر 2026", "Parliamentary elections, 20 December 2026"),
        day=("20 ديسمبر 2026", "20 December 2026"),
        registered_on=(
            "20 نوفمبر 2026، 13:05 (باكو، \u2066UTC+4\u2069)",
            "20 November 2026, 13:05 (Baku, UTC+4)",
        ),
        issued_on=(
            "23 نوفمبر 2026، 13:00 (باكو، \u2066UTC+4\u2069)",
            "23 November 2026, 13:00 (Baku, UTC+4)",
        ),
        mission="بعثة جامعة الدول العربية",
        organisation="League of Arab States",
        position=("رئيس اللجنة", "Chair of the commission"),
    )


REFUSAL = (
    ("paragraph", "Dear Shevchenko Volodymyr,"),
    (
        "paragraph",
        "The commission has decided not to grant the accreditation asked for in application 2026-000412.",
    ),
    ("row", "Decision", "2026/88"),
    ("row", "Decided", "23 November 2026, 12:40 Baku time (UTC+4)"),
    ("row", "Legal basis", "Election Code, Article 44."),
    ("item", "Ground: The information in the application was not confirmed. (Election Code, Article 44.6)"),
    (
        "quote",
        "The organisation did not confirm that it sent this person.",
        "It was asked on 20 and 21 November.",
    ),
    (
        "notice",
        "You may appeal to: Court of Appeal. The appeal must be filed within 3 days after this letter was sent, that"
        " is until 26 November 2026, 23:59 Baku time (UTC+4). Legal basis of the appeal: Election Code, Article 112.",
    ),
    (
        "action",
        "Open your application",
        "https://accreditation.example.org/en/apply/3f0e8a52-8f4f-4a4c-9d53-0a8ad6a1f6c2/",
    ),
)
FOOT = (
    "Elections to the Milli Majlis. This letter was written by the commission's system; if you answer it, a person"
    " reads your answer: commission@example.org",
)


def letter_face(**changes: Any) -> LetterFace:
    face = LetterFace(
        language="en",
        commission="Central Election Commission of the Republic of Azerbaijan",
        recipient=("Shevchenko Volodymyr", "CIS Observer Mission"),
        date="23 November 2026, 13:00 Baku time (UTC+4)",
        reference="2026/88",
        subject="Decision on application 2026-000412: accreditation refused",
        parts=REFUSAL,
        foot=FOOT,
        emblem=EMBLEM,
    )
    return replace(face, **changes)


def letter_in_arabic() -> LetterFace:
    return letter_face(
        language="ar",
        commission="اللجنة العليا للانتخابات",
        recipient=("محمد بن عبد الله الهاشمي", "منظمة التعاون الإسلامي"),
        date="23 نوفمبر 2026، 13:00 بتوقيت باكو (\u2066UTC+4\u2069)",
        subject="القرار في الطلب \u20662026-000412\u2069: رفض الاعتماد",
        parts=(
            ("paragraph", "السيد محمد بن عبد الله الهاشمي المحترم،"),
            ("paragraph", "قررت اللجنة عدم منح الاعتماد المطلوب في الطلب \u20662026-000412\u2069."),
            ("row", "القرار", "2026/88"),
            ("row", "تاريخ القرار", "23 نوفمبر 2026، 12:40 بتوقيت باكو (\u2066UTC+4\u2069)"),
            ("row", "الأساس القانوني", "قانون الانتخابات، المادة 44."),
            ("item", "السبب: تعذر التحقق من المعلومات الواردة في الطلب (المادة 44.6)"),
            ("quote", "لم تؤكد المنظمة إيفاد هذا الشخص."),
            (
                "notice",
                "يحق لكم الطعن أمام محكمة الاستئناف خلال 3 أيام، أي حتى 26 نوفمبر 2026، الساعة 23:59.",
            ),
            (
                "action",
                "افتحوا طلبكم",
                "https://accreditation.example.org/ar/apply/3f0e8a52-8f4f-4a4c-9d53-0a8ad6a1f6c2/",
            ),
        ),
        foot=("الانتخابات البرلمانية. commission@example.org", "In English: this is an official letter."),
    )


def pages_of(pdf: bytes, *, dpi: int, colour: bool = False) -> list[Image.Image]:
    """The pages as pictures."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [
            page.render(scale=dpi / 72, grayscale=not colour).to_pil().convert("RGB" if colour else "L")
            for page in document
        ]


def said(pdf: bytes) -> str:
    """All words of a file, with one blank between two; places to break a long word are no blanks."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return " ".join(text.replace("\u200b", "").split())


def page_of(pdf: bytes, *, dpi: int) -> Image.Image:
    (page,) = pages_of(pdf, dpi=dpi)
    return page
