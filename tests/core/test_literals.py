"""Codes in a statement itself: letters only, whoever asks."""

import pytest

from accreditation.core.literals import Literal, is_code


def test_only_letters_and_underscores_are_written_into_a_statement():
    assert Literal("under_review").as_sql(None, None) == ("'under_review'", ())
    for text in ("", "G'R", "a b", "1", "GEO\n", "ЖЯ", "a;"):
        assert not is_code(text)
        with pytest.raises(ValueError, match="only a code"):
            Literal(text)
