"""A statement as somebody has answered it so far: from a Beginning's answers, or as it stands on a membership."""

from collections.abc import Mapping
from typing import Any

from accreditation.observers.models import Membership
from accreditation.observers.statements import Statement
from accreditation.observers.stating import DAYS, HOURS, TEXTS, from_wish

TO_ENTER = ("born", "citizenship", "document_number", "document_country", "document_expires")
"""What must be answered, besides a name, before a statement can become a membership by the pages."""


def statement_of(answers: Mapping[str, Any]) -> Statement:
    """The statement that plain answers make (stating.as_wish)."""
    return Statement(**from_wish(answers))


def statement_on(membership: Membership) -> Statement:
    """What a membership states now. Opens the passport number; reads membership.document and .category."""
    document = membership.document
    return Statement(
        **{name: getattr(membership, name) for name in (*TEXTS, *DAYS, *HOURS)},
        citizenship=membership.citizenship_id,
        other_citizenships=tuple(membership.other_citizenships),
        residence_country=membership.residence_country_id or "",
        document_number=document.number,
        document_country=document.country_id,
        document_country_assumed=document.country_assumed,
        document_expires=document.expires_on,
        category=membership.category.code,
    )


def can_be_entered(statement: Statement) -> bool:
    """Whether there is enough for a membership: a name, birth, citizenship and the passport."""
    named = statement.family_name or statement.given_names
    return bool(named) and all(getattr(statement, name) for name in TO_ENTER)
