"""What cannot be printed is named before it is printed."""

import pytest

from accreditation.credentials.printing.compiling import FONTS
from accreditation.credentials.printing.faces import words
from accreditation.credentials.printing.glyphs import missing_glyphs, missing_in
from accreditation.credentials.printing.scripts import language_of
from accreditation.credentials.printing.typesetting import (
    MissingGlyphs,
    badges_pdf,
    certificate_pdf,
    letter_pdf,
)
from tests.credentials.printing.samples import NAMES, NOW, badge_face, certificate_face, letter_face


def test_a_letter_that_no_font_draws_is_named_once() -> None:
    assert missing_glyphs("Rahman কক") == [("ক", "U+0995", "BENGALI LETTER KA")]


def test_nothing_is_printed_while_a_letter_has_no_font() -> None:
    with pytest.raises(MissingGlyphs) as caught:
        badges_pdf([badge_face(1), badge_face(2, original="ሰላም")], at=NOW)
    assert caught.value.letters[0] == ("ሰ", "U+1230", "ETHIOPIC SYLLABLE SA")
    assert "U+1230 ETHIOPIC SYLLABLE SA" in str(caught.value)


def test_certificates_and_letters_are_asked_too() -> None:
    with pytest.raises(MissingGlyphs):
        certificate_pdf(certificate_face(mission="Missiya ሰ"), at=NOW)
    with pytest.raises(MissingGlyphs):
        letter_pdf(letter_face(parts=(("paragraph", "One"), ("row", "Two", "ሰ"))), at=NOW)


@pytest.mark.parametrize("script", NAMES)
def test_every_script_that_names_come_in_is_covered(script: str) -> None:
    assert missing_in(NAMES[script]) == []


def test_all_our_own_words_can_be_printed_and_stand_in_every_language() -> None:
    assert missing_in(word for labels in words().values() for word in labels.values()) == []
    assert set(words()) == {"en", "az", "ru", "fr", "ar"}
    assert len({frozenset(labels) for labels in words().values()}) == 1
    assert all(word.strip() for labels in words().values() for word in labels.values())


def test_joiners_and_marks_of_direction_need_no_glyph() -> None:
    assert missing_glyphs("می\u200cخواهم \u200f\u2067\u00a0") == []


def test_a_letter_and_its_mark_are_taken_as_one_where_unicode_has_one() -> None:
    assert missing_glyphs("g\u0306 \u0415\u0308") == []


def test_rare_letters_of_japanese_names_are_covered() -> None:
    assert missing_glyphs("髙﨑 邉 濵 凜") == []


@pytest.mark.parametrize(
    ("text", "citizenship", "language"),
    [
        ("李明", "CHN", "zh"),
        ("李明", "", "zh"),
        ("李明", "FRA", "zh"),
        ("林明", "JPN", "ja"),
        ("林明", "KOR", "ko"),
        ("やまだ 太郎", "USA", "ja"),
        ("김지수", "JPN", "ko"),
        ("کیوان", "IRN", "fa"),
        ("محمد", "SAU", "ar"),
        ("Иванов", "RUS", "ru"),
        ("Јовановић", "SRB", "sr"),
        ("Smith", "JPN", ""),
        ("", "JPN", ""),
    ],
)
def test_letters_are_drawn_as_their_own_country_writes_them(
    text: str, citizenship: str, language: str
) -> None:
    assert language_of(text, citizenship) == language


def test_every_font_has_its_licence_beside_it_and_forbids_no_embedding() -> None:
    """The bits of embedding (OpenType, OS/2 fsType): 0 is 'may be installed and embedded by anybody'."""
    fonts = sorted(FONTS.glob("*.[ot]tf"))
    assert fonts
    for path in fonts:
        licence = path.with_name(f"{path.name.partition('-')[0]}-OFL.txt").read_text("utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence, path.name
        assert embedding_of(path.read_bytes()) == 0, path.name


def embedding_of(font: bytes) -> int:
    count = int.from_bytes(font[4:6])
    tables = [font[12 + 16 * i : 28 + 16 * i] for i in range(count)]
    start = next(int.from_bytes(table[8:12]) for table in tables if table[:4] == b"OS/2")
    return int.from_bytes(font[start + 8 : start + 10])
