"""Every legal date of an election, computed from its day and parameters, in its own zone."""
# The room's contract, built first so that the tables can stand; the rules follow.

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Calendar:
    election: Any

    @classmethod
    def of(cls, election: Any) -> "Calendar":
        return cls(election)
