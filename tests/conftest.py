"""What every test may ask for. Servers are real: PostgreSQL and Redis come from config.embedded."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

NO_CHROMIUM = "Chromium was not found (on the path, or named in CHROMIUM)"
SERIAL = ("faults", "browser")  # kinds of tests that run one after the other, beside all others


def chromium_path() -> str | None:
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, filter(None, names))), None)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Continuous integration proves the pages, too: there a missing browser is an error."""
    if os.environ.get("CI") and not chromium_path() and not session.config.option.collectonly:
        raise pytest.UsageError(f"{NO_CHROMIUM}; in CI the browser tests must run")


@pytest.hookimpl(tryfirst=True)  # before xdist writes the groups into the tests' names
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    found = chromium_path()
    for item in items:
        if item.get_closest_marker("browser") and not found:
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
        for kind in SERIAL:
            if item.get_closest_marker(kind):
                item.add_marker(pytest.mark.xdist_group(kind))
    if "benchmark" not in config.option.markexpr:
        benchmarks = [item for item in items if item.get_closest_marker("benchmark")]
        config.hook.pytest_deselected(items=benchmarks)
        items[:] = [item for item in items if item not in benchmarks]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A transactional test leaves all tables empty; the countries, which a migration sowed, come back after it."""
    yield
    if nextitem is None:  # the database has gone with the last test
        return
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(names):
        from pytest_django.plugin import blocking_manager_key

        from accreditation.core.places_seed import load_places

        with item.config.stash[blocking_manager_key].unblock():
            load_places()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if NO_CHROMIUM in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} browser tests were skipped: {NO_CHROMIUM}.")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Transactional tests empty all tables at their end; only here may those that are append-only be emptied, too."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER audit_no_truncate")
        cursor.execute("ALTER TABLE missions_dateoverride DISABLE TRIGGER date_override_no_truncate")


@pytest.fixture(autouse=True)
def _clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test begins at factories.NOW, so that the sample election is still to come whenever it runs.

    Tests with processes of their own (marked `faults`) keep the real clock: a process cannot be told another.
    """
    if request.node.get_closest_marker("faults"):
        yield
        return
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def told_at_once(settings: Any) -> None:
    """Those outside read a decision as soon as it is made: for tests that look at no undo window."""
    settings.LETTER_UNDO_SECONDS = 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium for all browser tests of this process."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop running in this thread, so Django would refuse every query of a test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a new visitor; the test fails when a script broke or the content policy refused something."""
    visitor = browser.new_context(locale="en-GB", timezone_id="Asia/Baku")
    page = visitor.new_page()
    page.set_default_timeout(10_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    visitor.close()
    assert wrong == []
