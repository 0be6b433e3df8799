"""After each fault: what must always be true of the database is true."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mail_server import Sink, running_sink


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


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server that takes everything, to which letters go in this test."""
    with running_sink() as (sink, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield sink
