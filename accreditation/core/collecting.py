"""Python's collector of garbage, spared where a long list makes a million small objects that all live."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """Look for no garbage while this lasts (seconds): it saves a quarter of the time of a list.

    For the whole process; a thread that ends first does not switch the collector on for another.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
