"""Texts in five languages as plain fieldsets: one a language, which a translator fills in."""

from typing import Any

from django.conf import settings
from modeltranslation.utils import build_localized_fieldname

from accreditation.core.languages import NATIVE_NAMES


def by_language(*fields: str) -> list[tuple[str, dict[str, Any]]]:
    """A fieldset for every language with the columns of these fields; the first ones stand open."""
    return [
        (
            NATIVE_NAMES.get(language, language),
            {
                "fields": [build_localized_fieldname(field, language) for field in fields],
                "classes": [] if language in settings.PUBLICATION_LANGUAGES else ["collapse"],
            },
        )
        for language in settings.MODELTRANSLATION_LANGUAGES
    ]
