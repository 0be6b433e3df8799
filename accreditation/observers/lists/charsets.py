"""Which encoding a text file is in, when it does not say: the one in which its words look like words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

from accreditation.observers.lists.refusal import refuse

# Of two that read the file equally well the first is taken.
_CODE_PAGES = ("cp1251", "cp1252", "cp1254", "cp1250", "cp1256", "koi8-r", "cp866")
_SAMPLE = 200_000
_WORD = re.compile(rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*")
_TURKISH = re.compile("[ĞğİıŞş]")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(content: bytes) -> str:
    """The text of a file of unknown encoding; refuses what is no text."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\0" in content[:4096]:
        even, odd = content[:4096:2].count(0), content[1:4096:2].count(0)
        return _decoded(content, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return _checked(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(content.decode(_most_plausible(content[:_SAMPLE]), errors="replace"))


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return _checked(content.decode(encoding))
    except UnicodeDecodeError:
        raise refuse("not_a_list") from None


def _checked(text: str) -> str:
    """Refuse what decodes but is no text: control characters do not stand in lists."""
    sample = text[:20_000]
    controls = sum(1 for c in sample if c < " " and c not in "\r\n\t\f\v")
    if controls * 200 > len(sample) or "\0" in text:
        raise refuse("not_a_list")
    return text


def _most_plausible(content: bytes) -> str:
    words = Counter(_WORD.findall(content)).most_common(3000)
    best, best_score = _CODE_PAGES[0], float("-inf")
    for encoding in _CODE_PAGES:
        score = sum(_plausibility(word.decode(encoding, errors="replace")) for word, _count in words)
        if encoding == "cp1254":  # differs from 1252 in six letters, which then must be there
            score += 0.5 if _TURKISH.search(content.decode(encoding, errors="replace")) else -0.5
        if score > best_score:
            best, best_score = encoding, score
    return best


def _script(character: str) -> str:
    if character.isascii():
        return "LATIN"
    return unicodedata.name(character, "UNKNOWN").split(" ")[0]


def _plausibility(word: str) -> float:
    """Above nought for a word of one script with capitals in front only; below for rubbish."""
    letters = [c for c in word if c.isalpha()]
    strange = sum(1 for c in word if not c.isascii() and not c.isalpha() and c not in "№’‘“”«»–—…·،؛؟\xa0ًٌٍَُِّْ")
    if strange:
        return -3.0 * strange
    if not letters:
        return 0.0
    scripts = {_script(c) for c in letters}
    if len(scripts) > 1:
        return -2.0 * len(letters)
    jumps = sum(1 for a, b in pairwise(letters) if a.islower() and b.isupper())
    value = 1.0 * len(letters) - 3.0 * jumps
    if scripts == {"LATIN"}:  # a word of accented letters alone is Cyrillic or Arabic read wrongly
        accented = sum(1 for c in letters if not c.isascii())
        value -= 2.0 * max(0, accented - max(1, len(letters) // 2))
    elif scripts == {"CYRILLIC"}:
        rare = sum(1 for c in letters if c in "ЂЃѓЉЊЌЋЏђљњќћџЎўЈҐЄєЅѕ")
        value -= 1.5 * rare
        if letters[0].islower() and letters[-1].isupper():
            value -= 2.0
        if any(c.isupper() for c in letters[1:]) and any(c.islower() for c in letters):
            value -= 2.0
    elif scripts == {"ARABIC"}:
        value -= 1.5 * sum(1 for c in letters if c in "پچژڈگکڑںےٹھہ")
    return value
