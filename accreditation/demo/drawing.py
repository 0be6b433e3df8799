"""Drawn pictures of people who do not exist: a face, and the page of a specimen passport."""

import io
import random
from functools import lru_cache

from anyascii import anyascii
from PIL import Image, ImageDraw, ImageFont

from accreditation.observers.statements import Statement

SKIN = ("#f4d3b8", "#e8b996", "#d49b74", "#b97a50", "#8d5a3a", "#f0c9a4")
HAIR = ("#2b2118", "#4a3322", "#7a5230", "#a9784a", "#c9b79a", "#8b8b8b", "#1b1b1f")
CLOTH = ("#243b53", "#3d2c4e", "#1f4d3a", "#5b2333", "#39424e", "#6b4f1d")
PAPER = ("#dfe6ec", "#e7e3da", "#dce8e1", "#e9e1e6")
INK, PALE_INK = "#1c2733", "#5d6b75"
PHOTO = (360, 480)
PAGE = (900, 630)


def photo_of(statement: Statement) -> bytes:
    """A portrait, 3:4, as JPEG. The same person has the same face."""
    return _jpeg(_face_of(statement))


def passport_page_of(statement: Statement, *, cut_off: bool = False) -> bytes:
    """The page of a passport of nowhere, marked as a specimen, with what the statement says.

    `cut_off`: without its foot, where the two machine-readable lines stand.
    """
    page = _blank_page().copy()
    draw = ImageDraw.Draw(page)
    page.paste(_face_of(statement).resize((240, 320)), (40, 96))
    for row, (label, words) in enumerate(_fields(statement)):
        x, y = 320 + 280 * (row % 2 if row > 1 else 0), 96 + 62 * (row if row < 2 else 2 + (row - 2) // 2)
        draw.text((x, y), label, font=_font(16), fill=PALE_INK)
        draw.text((x, y + 20), words, font=_font(26), fill=INK)
    for line, text in enumerate(machine_readable(statement)):
        for place, letter in enumerate(text):
            page.paste("#111111", (34 + round(place * 18.9), 528 + 42 * line), _letter(letter))
    return _jpeg(page.crop((0, 0, PAGE[0], 500)) if cut_off else page)


@lru_cache
def _blank_page() -> Image.Image:
    page = Image.new("RGB", PAGE, "#eef2ee")
    draw = ImageDraw.Draw(page)
    for y in range(0, PAGE[1], 14):  # guilloche, nearly
        draw.arc((-300, y - 500, PAGE[0] + 300, y + 100), 20, 160, fill="#e0e8e4", width=2)
    draw.text((40, 28), "SPECIMEN / PASSPORT", font=_font(34), fill=INK)
    draw.text((PAGE[0] - 300, 36), "made up for a demonstration", font=_font(18), fill=PALE_INK)
    mark = Image.new("L", (640, 110), 0)
    ImageDraw.Draw(mark).text((0, 0), "SPECIMEN", font=_font(100), fill=70)
    mark = mark.rotate(24, expand=True)
    page.paste("#b03a3a", (180, 90), mark)
    return page


@lru_cache
def _letter(letter: str) -> Image.Image:
    """One letter of the machine-readable lines, which stand at equal distances."""
    mask = Image.new("L", (24, 36), 0)
    ImageDraw.Draw(mask).text((0, 0), letter, font=_font(22), fill=255)
    return mask


def machine_readable(statement: Statement) -> tuple[str, str]:
    """The two lines at the foot of the page, as ICAO 9303 lays them out (TD3), check digits included."""
    names = f"{_letters(statement.family_name or statement.given_names)}<<"
    names += _letters(statement.given_names) if statement.family_name else ""
    number = _letters(statement.document_number).replace("<", "")[:9].ljust(9, "<")
    born = statement.born.strftime("%y%m%d") if statement.born else "<<<<<<"
    until = statement.document_expires.strftime("%y%m%d") if statement.document_expires else "<<<<<<"
    sex = statement.sex if statement.sex in ("M", "F") else "<"
    first = f"P<{statement.document_country}{names}"[:44].ljust(44, "<")
    checked = [number + _digit(number), born + _digit(born), until + _digit(until)]
    personal = "<" * 14 + "0"
    total = _digit("".join(checked) + personal)
    return first, f"{checked[0]}{statement.citizenship}{checked[1]}{sex}{checked[2]}{personal}{total}"


def _letters(words: str) -> str:
    return "".join(letter if letter.isalnum() else "<" for letter in anyascii(words).upper())


def _digit(text: str) -> str:
    value = {"<": 0} | {letter: int(letter, 36) for letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    return str(sum(value[letter] * (7, 3, 1)[place % 3] for place, letter in enumerate(text)) % 10)


def _fields(statement: Statement) -> list[tuple[str, str]]:
    return [
        ("Surname", anyascii(statement.family_name).upper() or "-"),
        ("Given names", anyascii(statement.given_names).upper() or "-"),
        ("Nationality", statement.citizenship),
        ("Passport no.", statement.document_number),
        ("Date of birth", f"{statement.born:%d.%m.%Y}" if statement.born else "-"),
        ("Sex", statement.sex or "-"),
        ("Place of birth", anyascii(statement.birth_place).upper() or "-"),
        ("Valid until", f"{statement.document_expires:%d.%m.%Y}" if statement.document_expires else "-"),
    ]


def _face_of(statement: Statement) -> Image.Image:
    return _face(f"{statement.family_name}|{statement.given_names}|{statement.born}", statement.sex)


@lru_cache(maxsize=4)  # the photo, and its copy on the passport page
def _face(seed: str, sex: str) -> Image.Image:
    """Head and shoulders from a few shapes, drawn at twice the size so that the edges are smooth."""
    chance = random.Random(seed)
    skin, hair, cloth = chance.choice(SKIN), chance.choice(HAIR), chance.choice(CLOTH)
    picture = Image.new("RGB", (2 * PHOTO[0], 2 * PHOTO[1]), chance.choice(PAPER))
    draw = ImageDraw.Draw(picture)
    wide, high = chance.randint(170, 200), chance.randint(225, 255)
    centre, middle = 360, 420
    if sex == "F":
        _long_hair(draw, chance, hair, wide, high)
    draw.rounded_rectangle((90, 760, 630, 1100), 150, fill=cloth)
    draw.polygon([(270, 765), (450, 765), (360, 870)], fill=chance.choice(("#f5f5f2", "#c9d6e2", cloth)))
    draw.rounded_rectangle((295, 600, 425, 800), 50, fill=_darker(skin))
    for side in (-1, 1):
        x = centre + side * wide
        draw.ellipse((x - 30, middle - 45, x + 30, middle + 50), fill=_darker(skin))
    draw.ellipse((centre - wide, middle - high, centre + wide, middle + high), fill=skin)
    _short_hair(draw, chance, hair, wide, high)
    _features(draw, chance, skin, hair, bearded=sex == "M" and chance.random() < 0.4)
    return picture.reduce(2)


def _long_hair(draw: ImageDraw.ImageDraw, chance: random.Random, hair: str, wide: int, high: int) -> None:
    bottom = chance.choice((620, 720, 800))
    draw.rounded_rectangle((360 - wide - 45, 420 - high - 40, 360 + wide + 45, bottom), 170, fill=hair)


def _short_hair(draw: ImageDraw.ImageDraw, chance: random.Random, hair: str, wide: int, high: int) -> None:
    top, depth = 420 - high - 30, chance.randint(110, 190)
    draw.pieslice((360 - wide - 14, top, 360 + wide + 14, top + 2 * depth + 120), 180, 360, fill=hair)
    if chance.random() < 0.5:  # a parting
        draw.polygon(
            [(360 - wide, top + depth + 50), (360 + wide // 2, top + 60), (360, top + depth + 90)], fill=hair
        )


def _features(
    draw: ImageDraw.ImageDraw, chance: random.Random, skin: str, hair: str, *, bearded: bool
) -> None:
    apart, eye = chance.randint(68, 84), chance.choice(("#3b2a1c", "#2f4f5f", "#49603a"))
    if bearded:
        draw.pieslice((250, 440, 470, 670), 0, 180, fill=hair)
    for x in (360 - apart, 360 + apart):
        draw.ellipse((x - 34, 388, x + 34, 426), fill="#fbfbf8")
        draw.ellipse((x - 16, 390, x + 16, 424), fill=eye)
        draw.line((x - 42, 366, x + 42, 358 + chance.randint(0, 12)), fill=hair, width=10)
    draw.line(
        [(360, 410), (345 - chance.randint(0, 10), 490), (372, 496)],
        fill=_darker(skin),
        width=8,
        joint="curve",
    )
    smile = chance.randint(10, 40)
    draw.chord((305, 530 - smile, 415, 545 + smile), 10, 170, fill="#a4544c")
    if chance.random() < 0.3:
        for x in (360 - apart, 360 + apart):
            draw.ellipse((x - 56, 356, x + 56, 458), outline=INK, width=6)
        draw.line((360 - apart + 56, 404, 360 + apart - 56, 404), fill=INK, width=6)


def _darker(colour: str) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{int(part * 0.88):02x}" for part in parts)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _jpeg(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=82)
    return content.getvalue()
