"""Who comes to the demonstration: organisations, their invitations, missions, heads and stays."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from accreditation.accounts.models import User
from accreditation.core.actors import Actor
from accreditation.core.machine import perform
from accreditation.demo.staff import colleague, speaker
from accreditation.missions.models import (
    Election,
    Invitation,
    Inviter,
    Mission,
    MissionRole,
    Organisation,
    Role,
)
from accreditation.missions.registration import open_mission
from accreditation.workflow.states import MISSION

LANGUAGE = "en"  # of heads and letters, until the pages speak the other languages as well

Kind = Organisation.Kind


@dataclass(frozen=True)
class Sender:
    """One mission of the demonstration. `before`: the days before the election on which its people come and leave."""

    code: str
    name: str
    short_name: str
    organisation: str
    kind: str
    address: str
    country: str | None = None
    inviter: str = ""
    head: str = ""
    category: str = "international-observer"
    role: str = ""
    mission_kind: str = Mission.Kind.OBSERVERS
    state: str = Mission.State.REGISTERED
    before: tuple[int, int] = (4, -2)
    place: str = "Baku (GYD)"
    flight: str = ""
    expected: int | None = None

    arrives_in: int | None = None  # days from the loading, instead of days before the election


SENDERS = (
    Sender("cis", "CIS observer mission", "CIS", "Commonwealth of Independent States, Executive Committee",
           Kind.INTERNATIONAL, "1 Specimen Street, Minsk, Belarus", "BLR", Inviter.COMMISSION, "Aleh Specimenau",
           role=Role.SHORT_TERM, flight="J2 782", expected=118),
    Sender("ipa-cis", "Interparliamentary Assembly of the CIS", "IPA CIS",
           "Interparliamentary Assembly of Member Nations of the CIS", Kind.ASSEMBLY,
           "2 Specimen Street, Saint Petersburg, Russia", "RUS", Inviter.PARLIAMENT, "Dmitrii Obraztsov",
           role=Role.PARLIAMENTARIAN, before=(5, -2), flight="SU 6255", expected=21),
    Sender("ru-cec", "Delegation of the Russian election commission", "CEC of Russia",
           "Central Election Commission of the Russian Federation", Kind.COMMISSION,
           "3 Specimen Lane, Moscow, Russia", "RUS", Inviter.COMMISSION, "Marina Obraztsova",
           before=(2, -1), flight="SU 1854", expected=14),
    Sender("media", "Foreign journalists", "Media", "Foreign journalists at the media centre", Kind.MEDIA,
           "Media centre, 4 Specimen Avenue, Baku", None, head="Eleanor Sample", category="foreign-journalist",
           mission_kind=Mission.Kind.MEDIA, before=(6, -3), arrives_in=-2, flight="LH 612", expected=27),
    Sender("odihr", "ODIHR election observation mission", "ODIHR",
           "OSCE Office for Democratic Institutions and Human Rights", Kind.INTERNATIONAL,
           "5 Specimen Square, Warsaw, Poland", "POL", Inviter.FOREIGN_MINISTRY, "Anneke Voorbeeld",
           role=Role.LONG_TERM, before=(26, -5), arrives_in=1, flight="LO 195", expected=40),
    Sender("oic", "Organisation of Islamic Cooperation", "OIC", "Organisation of Islamic Cooperation",
           Kind.INTERNATIONAL, "6 Specimen Road, Jeddah, Saudi Arabia", "SAU", Inviter.PRESIDENT, "Samir Al Mithal",
           role=Role.SHORT_TERM, flight="TK 334", expected=12),
)  # fmt: skip
"""The missions whose lists the demonstration knows."""

OTHERS = (
    Sender("guests", "Guests of the commission", "Guests", "Guests of the Central Election Commission",
           Kind.COMMISSION, "7 Specimen Street, Baku", head="Tural Nümunəyev", category="guest",
           mission_kind=Mission.Kind.GUESTS, before=(2, -2), flight="J2 008", expected=5),
    Sender("pace", "PACE delegation", "PACE", "Parliamentary Assembly of the Council of Europe", Kind.ASSEMBLY,
           "8 Specimen Quay, Strasbourg, France", "FRA", Inviter.PARLIAMENT, "Claire Exemple",
           role=Role.PARLIAMENTARIAN, state=Mission.State.INVITED, expected=30),
    Sender("turkpa", "TurkPA delegation", "TurkPA", "Parliamentary Assembly of Turkic States", Kind.ASSEMBLY,
           "9 Specimen Street, Baku", None, Inviter.PARLIAMENT, "Ayşe Örnek",
           role=Role.PARLIAMENTARIAN, state=Mission.State.APPLIED, expected=10),
    Sender("sample-institute", "Sample Institute for Elections", "SIE", "Sample Institute for Elections (made up)",
           Kind.NGO, "10 Specimen Court, Nowhere", head="Jordan Placeholder", state=Mission.State.DECLINED),
)  # fmt: skip
"""Missions in other states, and the guests; they belong to the story."""


def open_missions(election: Election, senders: tuple[Sender, ...], *, now: datetime) -> None:
    """Open these missions with their organisations, invitations, heads and stays."""
    clerk = Actor(user=colleague("clerk"))
    for sender in senders:
        _open(election, sender, clerk, now)


def head_of(mission: Mission) -> User:
    """Who speaks for a mission of the demonstration."""
    return MissionRole.objects.current().select_related("user").get(mission=mission, duty="head").user


def stay_of(sender: Sender, day: date, today: date) -> tuple[date, date]:
    """The days on which the people of a mission come and leave."""
    arrives = day - timedelta(days=sender.before[0])
    if sender.arrives_in is not None:
        arrives = today + timedelta(days=sender.arrives_in)
    return min(arrives, day - timedelta(days=1)), day - timedelta(days=sender.before[1])


def _open(election: Election, sender: Sender, clerk: Actor, now: datetime) -> None:
    organisation, __ = Organisation.objects.get_or_create(
        name=sender.organisation,
        country_id=sender.country,
        defaults={"short_name": sender.short_name, "kind": sender.kind, "address": sender.address},
    )
    declined = sender.state == Mission.State.DECLINED
    mission = open_mission(
        election=election,
        organisation=organisation,
        code=sender.code,
        name=sender.name,
        actor=clerk,
        now=now - timedelta(days=25),
        state=Mission.State.APPLIED if declined else sender.state,
        kind=sender.mission_kind,
        default_category=election.categories.get(code=sender.category),
        invitation=_invitation(election, organisation, sender) if sender.inviter else None,
        default_role=sender.role,
        language=LANGUAGE,
        expected_people=sender.expected,
    )
    if sender.head:
        user = speaker(f"head.{sender.code}", sender.head, LANGUAGE)
        MissionRole.objects.create(mission=mission, user=user, duty=MissionRole.Duty.HEAD)
    if sender.state == Mission.State.REGISTERED:
        _state_stay(mission, sender, election, now)
    if declined:
        _decline(mission, clerk, now)


def _invitation(election: Election, organisation: Organisation, sender: Sender) -> Invitation:
    open_still = sender.state == Mission.State.INVITED
    dated = election.called_on + timedelta(days=5)
    prefix = {
        Inviter.PARLIAMENT: "MM",
        Inviter.FOREIGN_MINISTRY: "XİN",
        Inviter.PRESIDENT: "PA",
    }.get(Inviter(sender.inviter), "MSK")
    return Invitation.objects.create(
        election=election,
        organisation=organisation,
        inviter=sender.inviter,
        number=f"{prefix}-{dated.year}/{101 + election.invitations.count()}",
        dated=dated,
        answer=Invitation.Answer.OPEN if open_still else Invitation.Answer.ACCEPTED,
        answered_on=None if open_still else dated + timedelta(days=6),
    )


def _state_stay(mission: Mission, sender: Sender, election: Election, now: datetime) -> None:
    arrives, departs = stay_of(sender, election.day, election.calendar.today(now))
    stay: dict[str, Any] = {
        "arrives_on": arrives,
        "arrives_at": time(14, 35),
        "arrival_place": sender.place,
        "arrival_flight": sender.flight,
        "departs_on": departs,
        "departs_at": time(9, 10),
        "departure_place": sender.place,
    }
    mission.delegations.update(**stay)


def _decline(mission: Mission, clerk: Actor, now: datetime) -> None:
    perform(MISSION, mission.pk, "take", actor=clerk, now=now - timedelta(days=24))
    perform(
        MISSION,
        mission.pk,
        "decline",
        actor=Actor(user=colleague("approver")),
        now=now - timedelta(days=22),
        reason="No body that may invite has invited this organisation.",
    )
