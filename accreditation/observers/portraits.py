"""Whose picture a file is, and of what, by its name: 'photo_P1234567.jpg', 'VASILEVA_Emiliya passport.png',
'Emiliya Vasileva/фото.jpg'. Only people of the mission are looked at; what fits two people fits nobody.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from accreditation.core.encryption import normalise_document_number
from accreditation.missions.models import DocumentKind, Mission
from accreditation.observers.models import Membership
from accreditation.observers.names import fold

_WORDS = re.compile(r"[\W_]+")
_KINDS = {
    DocumentKind.PHOTO: "photo photos foto fotos portrait portraits picture face photographie portret "
    "фото фотография фотографии портрет şəkil şəkillər صورة صور الصورة",
    DocumentKind.PASSPORT_PAGE: "passport passports pasport pass passeport reisepass passportpage id "
    "паспорт паспорта загранпаспорт pasportu جواز جوازات الجواز سفر السفر",
}
_KIND_OF_WORD = {word.casefold(): kind for kind, words in _KINDS.items() for word in words.split()}
_SAYS_NOTHING = frozenset(
    [
        "scan",
        "scanned",
        "copy",
        "img",
        "image",
        "page",
        "new",
        "final",
        "of",
        "the",
        "скан",
        "копия",
        "стр",
        "страница",
        "dsc",
    ]
)
_SHORTEST_NUMBER = 5


@dataclass(frozen=True)
class Whose:
    """The people whom a name fits, and what the picture is where the name says so."""

    people: frozenset[int]
    kind: str = ""


@dataclass
class PeopleOfMission:
    """The mission's people by what file names call them. Numbers are opened in memory and never shown."""

    by_number: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[frozenset[str], set[int]] = field(default_factory=lambda: defaultdict(set))
    by_word: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    family: dict[int, frozenset[str]] = field(default_factory=dict)
    full: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, mission: Mission) -> "PeopleOfMission":
        """One query, whatever the number of people."""
        people = cls()
        for membership in Membership.objects.current().filter(mission=mission).select_related("document"):
            people.add(membership, membership.document.number)
        return people

    def add(self, membership: Membership, number: str) -> None:
        pk = membership.pk
        self.by_number[normalise_document_number(number)].add(pk)
        family, given = _words(membership.family_name), _words(membership.given_names)
        self.family[pk], self.full[pk] = family or given, family | given
        for name in (
            family | given,
            family | given | _words(membership.patronymic),
            _words(membership.original_name),
        ):
            if name:
                self.by_name[name].add(pk)
        for word in family | given | _words(membership.patronymic) | _words(membership.original_name):
            self.by_word[word].add(pk)

    def whose(self, path: str) -> Whose:
        """What the file's own name says; where it says nothing, the folder around it does."""
        parts = [unicodedata.normalize("NFC", part) for part in PurePosixPath(path).parts]
        if parts:
            parts[-1] = PurePosixPath(parts[-1]).stem
        kind, people = "", frozenset[int]()
        for part in reversed(parts):
            words = _split(part)
            kind = kind or _kind(words)
            people = people or self._people(words)
        return Whose(people, kind)

    def _people(self, words: Sequence[str]) -> frozenset[int]:
        by_number = self._by_number(words)
        by_name = self._by_name(words)
        if by_number and by_name and not by_number & by_name:
            return by_number | by_name  # the number says one, the name another: nobody knows
        return (by_number & by_name) or by_number or by_name

    def _by_number(self, words: Sequence[str]) -> frozenset[int]:
        found: set[int] = set()
        for first in range(len(words)):
            for last in range(first + 1, min(first + 4, len(words)) + 1):
                number = normalise_document_number("".join(words[first:last]))
                if len(number) >= _SHORTEST_NUMBER and any(c.isdigit() for c in number):
                    found |= self.by_number.get(number, set())
        return frozenset(found)

    def _by_name(self, words: Sequence[str]) -> frozenset[int]:
        name = [
            word
            for word in words
            if word.casefold() not in _KIND_OF_WORD
            and word.casefold() not in _SAYS_NOTHING
            and not any(c.isdigit() for c in word)
        ]
        folded = _words(" ".join(name))
        if not folded:
            return frozenset()
        if exact := self.by_name.get(folded):
            return frozenset(exact)
        sets = [self.by_word.get(word, set()) for word in folded]
        if whole := {pk for pk in set().union(*sets) if self.full[pk] <= folded}:
            return frozenset(whole)  # and words beside it that are nobody's
        common = set.intersection(*sets)
        # A part of the name will do as long as the family name is in it.
        return frozenset(pk for pk in common if self.family[pk] <= folded or len(folded) > 1)


def _split(part: str) -> list[str]:
    return [word for word in _WORDS.split(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part)) if word]


def _words(name: str) -> frozenset[str]:
    return frozenset(fold(name).split())


def _kind(words: Iterable[str]) -> str:
    kinds = {_KIND_OF_WORD[word.casefold()] for word in words if word.casefold() in _KIND_OF_WORD}
    return str(kinds.pop().value) if len(kinds) == 1 else ""
