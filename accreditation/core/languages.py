"""The languages as a person looks for them: each in its own words."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import get_language_bidi as is_right_to_left

NATIVE_NAMES = {"ar": "العربية", "az": "Azərbaycanca", "en": "English", "fr": "Français", "ru": "Русский"}


def in_its_language(name: object, code: str) -> str:
    """What a text in one of the languages is called in a form: 'Name (Azərbaycanca)'."""
    return f"{name} ({NATIVE_NAMES.get(code, code)})"


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    direction: str
    current: bool


def direction_of(code: str) -> str:
    """Tell 'rtl' or 'ltr'. Not from get_language_info, which has Azerbaijani run from the right."""
    with override(code):
        return "rtl" if is_right_to_left() else "ltr"


def languages() -> list[Language]:
    """Give all languages by native name, Latin letters first."""
    now = get_language()
    return [
        Language(code, NATIVE_NAMES.get(code, code), direction_of(code), code == now)
        for code, _name in sorted(settings.LANGUAGES, key=lambda language: NATIVE_NAMES.get(language[0], ""))
    ]
