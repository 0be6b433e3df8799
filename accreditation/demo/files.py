"""The hands of the story: naming people, completing and moving their files at moments in the past."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accreditation.core.actors import Actor
from accreditation.core.machine import perform
from accreditation.demo.drawing import passport_page_of, photo_of
from accreditation.demo.senders import OTHERS, SENDERS, head_of, stay_of
from accreditation.demo.staff import colleague
from accreditation.missions.models import DocumentKind, Election, Mission
from accreditation.observers.models import Membership
from accreditation.observers.statements import Statement
from accreditation.workflow.intake import take_in
from accreditation.workflow.memberships import declare_pledge
from accreditation.workflow.models import Application
from accreditation.workflow.pictures import add_picture
from accreditation.workflow.states import ACCREDITATION, APPLICATION


@dataclass
class File:
    """One person's application, the membership that leads it, and what was stated."""

    application: Application
    membership: Membership
    stated: Statement


class Story:
    """Everything that the fates need: who acts, when, and how things are done."""

    def __init__(self, election: Election, now: datetime) -> None:
        self.election, self.now = election, now
        self.clerk = Actor(user=colleague("clerk"))
        self.supervisor = Actor(user=colleague("supervisor"))
        self.approver = Actor(user=colleague("approver"))
        self.second_approver = Actor(user=colleague("approver2"))
        self._clerks: Iterator[Actor] = itertools.cycle([self.clerk, self.supervisor])
        self._heads: dict[int, Actor] = {}
        self._senders = {sender.code: sender for sender in (*SENDERS, *OTHERS)}

    def next_clerk(self) -> Actor:
        """The clerks take files in turn."""
        return next(self._clerks)

    def head(self, file: File) -> Actor:
        return self.head_of(file.membership.mission)

    def head_of(self, mission: Mission) -> Actor:
        if mission.pk not in self._heads:
            self._heads[mission.pk] = Actor(user=head_of(mission))
        return self._heads[mission.pk]

    def stay_in_words(self, mission: Mission) -> dict[str, Any]:
        """The part of a statement that says when somebody of this mission comes and leaves."""
        sender = self._senders[mission.code]
        arrives, departs = stay_of(sender, self.election.day, self.election.calendar.today(self.now))
        return {
            "arrives_on": arrives,
            "arrival_place": sender.place,
            "arrival_flight": sender.flight,
            "departs_on": departs,
        }

    def name_on_a_list(self, code: str, people: Sequence[Statement], *, ago: timedelta) -> list[File]:
        """The head sends a list; the files that it opens, in the order of the people (none for the accredited)."""
        mission = Mission.objects.select_related("election").get(election=self.election, code=code)
        stay = self.stay_in_words(mission)
        for person in people:
            for name, value in stay.items():
                setattr(person, name, value)
        taken = take_in(
            people, delegation=mission.delegations.get(), actor=self.head_of(mission), now=self.now - ago
        )
        rows = Application.objects.select_related("membership__mission__election").filter(
            membership__in=taken.memberships
        )
        by_membership = {row.membership_id: row for row in rows}
        return [
            File(by_membership[pk], by_membership[pk].membership, stated)
            for pk, stated in zip(taken.memberships, people, strict=True)
            if pk in by_membership
        ]

    def declare_pledges(self, files: Sequence[File]) -> None:
        """The head of a mission declares the pledge for people of one list."""
        own = [file.membership for file in files]
        declare_pledge(own, actor=self.head(files[0]), now=self.now - timedelta(days=9))

    def pictures(self, file: File, *, by: Actor) -> None:
        """Photo and passport page, drawn, by the road of every upload."""
        drawn = {DocumentKind.PHOTO: photo_of, DocumentKind.PASSPORT_PAGE: passport_page_of}
        for kind, draw in drawn.items():
            add_picture(file.membership, kind, draw(file.stated), actor=by, now=self.now - timedelta(days=9))

    def cut_passport_page(self, file: File, *, by: Actor) -> None:
        """The passport page on file is one that somebody photographed badly: its foot is missing."""
        page = passport_page_of(file.stated, cut_off=True)
        add_picture(
            file.membership, DocumentKind.PASSPORT_PAGE, page, actor=by, now=self.now - timedelta(days=8)
        )

    def move(self, file: File, name: str, actor: Actor, ago: timedelta, **given: Any) -> None:
        """One move of the application, so long before now."""
        file.application = perform(
            APPLICATION, file.application.pk, name, actor=actor, now=self.now - ago, **given
        )

    def ask(self, file: File, reasons: list[str], ago: timedelta) -> None:
        """A clerk asks for what is missing, until the day after tomorrow."""
        due_on: date = self.election.calendar.today(self.now) + timedelta(days=2)
        self.move(file, "ask", self.clerk, ago, reasons=reasons, due_on=due_on)

    def move_accreditation(
        self, file: File, name: str, actor: Actor, ago: timedelta, reason: str = "", **given: Any
    ) -> None:
        """One move of what was granted."""
        granted = file.application.accreditation_id
        perform(ACCREDITATION, granted, name, actor=actor, now=self.now - ago, reason=reason, **given)
