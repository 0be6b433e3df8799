"""How many photos one device or address is given. A photo leaves no row, so nothing in the database counts them.

Each process counts for itself, in its memory: exact enough against somebody who asks without end, and nobody at a door
waits for a count. What a process counted is gone when its minute is.
"""

from datetime import datetime, timedelta
from threading import Lock

from accreditation.credentials.taking import MOST_OF_A_DEVICE, MOST_OF_AN_ADDRESS

MINUTE = timedelta(minutes=1)


class PhotoLimits:
    """The askers of the minute under way, each with how often it has asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._began: datetime | None = None
        self._asked: dict[bytes, int] = {}

    def too_many(self, device: bytes | None, source: bytes, now: datetime) -> bool:
        """Count a question, and say whether its device or address has asked as often as one may.

        A device is whatever the asker says it is: None where it says nothing, and then the address counts alone.
        """
        with self._lock:
            if self._began is None or not self._began <= now < self._began + MINUTE:
                self._began, self._asked = now, {}
            # The address first: a device that is made up anew for each question takes no room once that is full.
            return self._counted(source, MOST_OF_AN_ADDRESS) or (
                device is not None and self._counted(device, MOST_OF_A_DEVICE)
            )

    def _counted(self, asker: bytes, most: int) -> bool:
        asked = self._asked.get(asker, 0)
        if asked >= most:
            return True
        self._asked[asker] = asked + 1
        return False
