"""Phones that check badges, and the commission that signs them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.commission import Commission, open_commission
from tests.browser.phones import Phone
from tests.browser.windows import OpenWindow, Windows


@pytest.fixture
def commission(settings: Any, tmp_path: Path) -> Commission:
    return open_commission(settings, tmp_path)


@pytest.fixture
def phones(browser: Any, live_server: Any, commission: Commission) -> Iterator[Callable[..., Phone]]:
    """Makes phones; the test fails where one said something wrong."""
    made: list[Phone] = []

    def make(**given: Any) -> Phone:
        made.append(Phone(given.pop("browser", browser), live_server.url, **given))
        return made[-1]

    yield make
    for phone in made:
        phone.close()


@pytest.fixture
def phone(phones: Callable[..., Phone]) -> Phone:
    return phones()


@pytest.fixture
def asking_phone(phones: Callable[..., Phone]) -> Phone:
    return phones(asks=True)


@pytest.fixture
def window(browser: Any, live_server: Any) -> Iterator[OpenWindow]:
    """`window(user)` is a page of theirs; in the end none of them may have written to its console."""
    windows = Windows(browser, live_server.url)
    yield windows.open
    windows.close()
