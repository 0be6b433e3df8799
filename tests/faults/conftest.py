"""After each fault: what must always be true of the database is true."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _nothing_is_broken(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ask all invariants once the fault is over, before the database is emptied."""
    if request.node.get_closest_marker("django_db") is None:
        yield  # this fault has a database of its own process
        return
    request.getfixturevalue("transactional_db")
    yield
    from accreditation.workflow.invariants import findings

    assert findings() == []
