"""A mission with its head signed in, for the tests of the head's pages."""

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from accreditation.accounts.models import User
from accreditation.missions.models import Mission
from accreditation.observers.models import Membership
from tests import factories as make
from tests.signing_in import sign_in


@dataclass
class Headed:
    """A mission, its head, and the head's browser."""

    mission: Mission
    head: User
    client: Client

    def url(self, name: str = "roster", /, **more: Any) -> str:
        place = {"election": self.mission.election.code, "code": self.mission.code}
        return reverse(f"missions:{name}", kwargs={**place, **more})

    def get(self, name: str = "roster", /, query: str = "", **more: Any) -> Any:
        return self.client.get(self.url(name, **more) + query)

    def post(self, name: str, data: dict[str, Any] | None = None, /, **more: Any) -> Any:
        return self.client.post(self.url(name, **more), data or {})

    def person(self, state: str = "draft", *, complete: bool = True, **fields: Any) -> Membership:
        """Somebody on this mission's roster, whose own application has walked to `state`."""
        membership = make.make_membership(self.mission, **fields)
        if complete:
            make.complete(membership)
        make.application_in(state, membership=membership)
        return membership


def headed(mission: Mission | None = None) -> Headed:
    mission = mission or make.make_mission()
    head = make.make_head(mission)
    return Headed(mission, head, sign_in(Client(), head))


STATEMENT = {
    "family_name": "Smirnov",
    "given_names": "Onufriy",
    "original_name": "Смирнов Онуфрий",
    "born_day": "27",
    "born_month": "3",
    "born_year": "1980",
    "citizenship": "GEO",
    "document_number": "C0 123456",
    "document_expires_day": "1",
    "document_expires_month": "May",
    "document_expires_year": "2031",
    "category": "international-observer",
    "email": "onufriy@example.org",
}
"""What a head types to add a person."""
