"""Nothing overflows, marks stand where sheets are folded and cut, and the band can be read."""

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter

from accreditation.credentials.facing import TERMS
from accreditation.credentials.printing.faces import contrast, ink_on
from accreditation.credentials.printing.typesetting import CannotPrint, badges_pdf
from tests.credentials.printing.goldens import difference
from tests.credentials.printing.samples import NAMES, NOW, badge_face, badge_in_arabic, page_of, pages_of

DPI = 100
Box = tuple[float, float, float, float]
NAMES_BOX: Box = (7.5, 89.4, 97.5, 114)
FACTS_BOX: Box = (7.5, 113.6, 60, 128.8)
BAND_BOX: Box = (7.5, 20.4, 97.5, 37)
MASTHEAD_BOX: Box = (25, 3.4, 97.5, 19.4)
FOOT_BOX: Box = (7.5, 138, 97.5, 147)


def changed(one: Image.Image, other: Image.Image) -> Box:
    """Where two pages differ, in millimetres: left, top, right, bottom. A hair's shift of a letter is none."""
    blurred = [page.filter(ImageFilter.BoxBlur(1)) for page in (one, other)]
    found = ImageChops.difference(*blurred).point(lambda level: 255 if level > 60 else 0).getbbox()
    assert found is not None
    left, top, right, bottom = (edge * 25.4 / DPI for edge in found)
    return left, top, right, bottom


def inside(found: Box, allowed: Box) -> bool:
    return (
        found[0] >= allowed[0]
        and found[1] >= allowed[1]
        and found[2] <= allowed[2]
        and found[3] <= allowed[3]
    )


def drawn(seed: int = 0, **changes: object) -> Image.Image:
    """A badge drawn three times as large, so that letters stand where they are and not at the next pixel."""
    return page_of(badges_pdf([badge_face(seed, **changes)], at=NOW), dpi=3 * DPI).reduce(3)


def long_name(script: str, blanks: bool) -> str:
    """128 letters in that script, in words or in one."""
    family, given, original, __ = NAMES[script]
    text = original or f"{family} {given}"
    return ((text if blanks else text.replace(" ", "")) + (" " if blanks else "")).__mul__(40)[:128].strip()


@pytest.mark.parametrize("blanks", [True, False], ids=["in-words", "in-one-word"])
@pytest.mark.parametrize("script", NAMES)
def test_names_of_128_letters_stay_in_their_place(script: str, blanks: bool) -> None:
    long = long_name(script, blanks)
    latin = long_name("latin", blanks)
    without = drawn(family="", given="", original="")
    full = drawn(family=latin, given=latin[::-1].strip(), original=long, citizenship=NAMES[script][3])
    assert inside(changed(without, full), NAMES_BOX)


@pytest.mark.parametrize("script", NAMES)
def test_one_very_long_line_in_any_script_stays_in_its_place(script: str) -> None:
    without = drawn(family="Li", given="", original="")
    full = drawn(family="Li", given="", original=long_name(script, False), citizenship=NAMES[script][3])
    assert inside(changed(without, full), NAMES_BOX)


def test_wide_letters_without_a_blank_stay_in_their_place() -> None:
    assert inside(changed(drawn(family="", given=""), drawn(family="W" * 128, given="M" * 128)), NAMES_BOX)


@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        ("mission", FACTS_BOX),
        ("organisation", FACTS_BOX),
        ("country", FACTS_BOX),
        ("role", FACTS_BOX),
        ("category", BAND_BOX),
        ("commission", MASTHEAD_BOX),
        ("election", MASTHEAD_BOX),
        ("note", FOOT_BOX),
    ],
)
def test_long_words_of_any_field_stay_in_their_place(field: str, allowed: Box) -> None:
    long = "Inter-Parliamentary Assembly of States with Rather Long Names " * 4
    pair = field in ("role", "category", "commission", "election")
    short: object = ("", "") if pair else ""
    full: object = (long, long) if pair else long
    assert inside(changed(drawn(**{field: short}), drawn(**{field: full})), allowed)


def test_a_short_name_is_larger_than_a_long_one() -> None:
    def height(family: str) -> float:
        found = changed(drawn(family="", given="", original=""), drawn(family=family, given="", original=""))
        return found[3] - found[1]

    assert height("Li") > 6 > height("Wolfeschlegelsteinhausenbergerdorff") > 2


def test_a_badge_of_a_state_that_writes_from_the_right_is_mirrored() -> None:
    """The photo stands at the right there, and the code at the left."""
    (usual,) = pages_of(badges_pdf([badge_face()], at=NOW), dpi=DPI, colour=True)
    (mirrored,) = pages_of(badges_pdf([badge_in_arabic()], at=NOW), dpi=DPI, colour=True)

    def colours(page: Image.Image, left: float) -> int:
        crop = page.crop(tuple(round(edge / 25.4 * DPI) for edge in (left, 43, left + 34, 80)))  # type: ignore[arg-type]
        return len(crop.getcolors(1 << 20))

    assert colours(usual, 9) > 3 * colours(usual, 60)
    assert colours(mirrored, 62) > 3 * colours(mirrored, 10)


def test_four_badges_stand_on_a_sheet_and_a_fifth_on_the_next() -> None:
    five = [badge_face(number) for number in range(5)]
    sheets = pages_of(badges_pdf(five, at=NOW, layout="a4", marks=False), dpi=3 * DPI)
    assert len(sheets) == 2
    single, second = (drawn(number) for number in (0, 1))
    width, height = single.size
    first = sheets[0].crop((0, 0, 3 * width, 3 * height)).reduce(3)
    beside = sheets[0].crop((3 * width, 0, 6 * width, 3 * height)).reduce(3)
    assert 1.5 * difference(first, single) < difference(first, second)
    assert 1.5 * difference(beside, second) < difference(beside, single)


def test_marks_are_hairlines_on_the_lines_of_fold_and_cut_only() -> None:
    faces = [badge_face(number) for number in range(4)]
    plain, marked = (
        page_of(badges_pdf(faces, at=NOW, layout="a4", marks=marks), dpi=DPI) for marks in (False, True)
    )
    added = ImageChops.difference(plain, marked).point(lambda level: 255 if level > 16 else 0)
    width, height = added.size
    marks = [(at % width, at // width) for at, level in enumerate(added.tobytes()) if level]
    middle_x, middle_y = 105 / 25.4 * DPI, 148.5 / 25.4 * DPI
    assert all(min(abs(x - middle_x), abs(y - middle_y)) <= 1.5 for x, y in marks)
    for place in ((0, None), (width - 1, None), (None, 0), (None, height - 1)):  # each edge has its mark
        assert any(place[0] in (None, x) and place[1] in (None, y) for x, y in marks)
    assert any(abs(x - middle_x) < 10 and abs(y - middle_y) < 2 for x, y in marks)  # so has the crossing


@pytest.mark.parametrize(
    "colour", ["#ffffff", "#000000", "#ffd84d", "#0b5d6b", "#767676", "#7a4b00", "#ff0000"]
)
def test_the_word_on_the_band_stands_out_on_any_colour(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= 4.5


def test_a_run_of_no_badges_is_refused() -> None:
    with pytest.raises(CannotPrint):
        badges_pdf([], at=NOW)


def test_a_face_in_a_language_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="xx"):
        badge_face(languages=("az", "xx"))


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="teal"):
        badge_face(colour="teal")


@pytest.mark.parametrize("first", TERMS)
@pytest.mark.parametrize("second", TERMS)
def test_how_long_a_badge_is_valid_can_be_read_at_a_door(first: str, second: str) -> None:
    """In any two languages, with the words that stand there until the results are published."""
    term = [TERMS[language]["open"].format(start="24 November 2026") for language in (first, second)]
    face = badge_face(languages=(first, second), validity=(term[0], term[1] if first != second else ""))
    page = pypdfium2.PdfDocument(badges_pdf([face], at=NOW))[0].get_textpage()
    sizes = [pypdfium2.raw.FPDFText_GetFontSize(page, place) for place in _places_of("2026", page)]
    in_term = sizes[-2:] if first != second else sizes[-1:]
    assert min(in_term) >= 5.2 and in_term[0] >= 6


def _places_of(words: str, page: pypdfium2.PdfTextPage) -> list[int]:
    search, found = page.search(words), []
    while (place := search.get_next()) is not None:
        found.append(place[0])
    return found
