"""Find people: by name in any script, or by the number of a passport.

A name is found by the beginning of its words, in whatever script they are typed; a passport by its keyed
hash, so that its number is neither read nor kept by a search.
"""

from django.db.models import QuerySet

from accreditation.core.encryption import normalise_document_number
from accreditation.core.places import country_codes
from accreditation.observers.matching import document_index, holders_of
from accreditation.observers.models import Membership, NameToken
from accreditation.observers.names import tokens

DOCUMENT_NUMBER_LENGTHS = range(4, 33)


def memberships_named(text: str) -> QuerySet[Membership]:
    """The statements whose names hold every word of `text` at the beginning of one of theirs.

    'vas em', 'Васил' and 'EMILIYA VASILEVA' find the same person. Nothing is found by a text without letters.
    """
    words = sorted(tokens(text), key=len, reverse=True)
    found = Membership.objects.all() if words else Membership.objects.none()
    for word in words:
        found = found.filter(pk__in=NameToken.objects.filter(token__startswith=word).values("membership"))
    return found


def looks_like_a_document(text: str) -> bool:
    """Whether somebody typed the number of a passport: no name holds a digit."""
    number = normalise_document_number(text)
    return any(character.isdigit() for character in number) and len(number) in DOCUMENT_NUMBER_LENGTHS


def people_with_document(text: str) -> set[int]:
    """Who holds a document of any country that bears this number, spaces and dashes aside."""
    if not normalise_document_number(text):
        return set()
    return {person for person, _index in holders_of({document_index(code, text) for code in country_codes()})}
