"""Every script, layout and kind of sheet, beside the picture of it that was looked at."""

import pytest
from PIL import Image

from tests.credentials.printing.goldens import FOLDER, SHEETS, difference, names_in

TOLERANCE = 0.02
"""Levels of grey, of 255: less than one wrong letter makes, more than another version's anti-aliasing."""


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_looks_as_it_did_when_it_was_found_right(name: str) -> None:
    with Image.open(FOLDER / f"{name}.png") as golden:
        assert difference(SHEETS[name](), golden) < TOLERANCE


def test_every_golden_picture_has_its_sheet() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(SHEETS)


@pytest.mark.parametrize(
    ("script", "other"),
    [
        ("korean", {"original": "김지주"}),
        ("latin", {"given": "Gülnara Ánh"}),
        ("arabic", {"original": "محمد بن عبد الله الهاشم"}),
        ("japanese", {"citizenship": "CHN"}),  # the same letters in Chinese shapes
    ],
)
def test_another_letter_or_shape_is_not_taken_for_the_golden_one(script: str, other: dict[str, str]) -> None:
    with Image.open(FOLDER / f"names-{script}.png") as golden:
        assert difference(names_in(script, **other), golden) > TOLERANCE
