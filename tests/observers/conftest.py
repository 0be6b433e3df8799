"""What the tests of applicants' pages and of lists have in common."""

import pytest


@pytest.fixture(autouse=True)
def _decisions_are_told_at_once(told_at_once: None) -> None:
    """What is read before that stands in workflow/test_told.py."""
