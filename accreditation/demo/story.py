"""What has happened in the demonstration before anybody looks: people in every state, by the ordinary doors.

The plan is a table: for each mission whom it named and what became of them. Each fate is a short road of moves,
made by the accounts of the demonstration's staff and heads at moments in the past.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from accreditation.accounts.models import User
from accreditation.core.actors import SYSTEM, Actor
from accreditation.demo.badges import seal_all
from accreditation.demo.files import File, Story
from accreditation.demo.people import Crowd
from accreditation.demo.staff import DOMAIN, speaker
from accreditation.missions.models import Mission
from accreditation.observers.answers import statement_on
from accreditation.observers.models import Membership, PossibleDuplicate
from accreditation.observers.statements import Statement
from accreditation.workflow.arrivals import tell_arrivals
from accreditation.workflow.changing import change_statement
from accreditation.workflow.intake import enter_statement
from accreditation.workflow.memberships import confirm_sender, give_pledge
from accreditation.workflow.models import Application
from accreditation.workflow.verdicts import judge

GROUND = {"grounds": ["information_not_confirmed"]}

# --- fates: what became of a file. Days and hours are before now. ---


def draft_without_pictures(story: Story, file: File) -> None:
    """A draft to which photo, passport page and pledge are missing."""


def complete_draft(story: Story, file: File) -> None:
    story.pictures(file, by=story.head(file))


def submitted(story: Story, file: File, *, ago: timedelta = timedelta(days=1, hours=3)) -> None:
    story.pictures(file, by=story.head(file))
    story.move(file, "submit", story.head(file), ago)


def due_today(story: Story, file: File) -> None:
    submitted(story, file, ago=timedelta(days=3))


def under_review(story: Story, file: File, *, ago: timedelta = timedelta(days=1, hours=2)) -> None:
    submitted(story, file, ago=ago + timedelta(hours=5))
    story.move(file, "take", story.next_clerk(), ago)


def overdue(story: Story, file: File) -> None:
    under_review(story, file, ago=timedelta(days=4, hours=20))


def information_requested(story: Story, file: File) -> None:
    story.pictures(file, by=story.head(file))
    story.cut_passport_page(file, by=story.head(file))
    story.move(file, "submit", story.head(file), timedelta(days=1, hours=7))
    story.move(file, "take", story.next_clerk(), timedelta(days=1, hours=2))
    story.ask(file, ["passport_page_cut_off"], timedelta(hours=20))


def answered(story: Story, file: File) -> None:
    under_review(story, file, ago=timedelta(days=2))
    story.ask(file, ["photo_not_usable"], timedelta(days=1, hours=20))
    story.move(file, "answer", story.head(file), timedelta(hours=6))


def recommended(story: Story, file: File, *, ago: timedelta = timedelta(hours=9)) -> None:
    under_review(story, file, ago=ago + timedelta(hours=14))
    story.move(file, "recommend_approval", story.clerk, ago, documents_checked=True)


def recommended_for_refusal(story: Story, file: File, *, ago: timedelta = timedelta(hours=8)) -> None:
    under_review(story, file, ago=ago + timedelta(hours=14))
    story.move(file, "recommend_refusal", story.clerk, ago, documents_checked=True, **GROUND)


def approved(story: Story, file: File, *, ago: timedelta = timedelta(days=6)) -> None:
    recommended(story, file, ago=ago + timedelta(hours=20))
    story.move(file, "approve", story.approver, ago)
    seal_all(story.now - ago + timedelta(minutes=1))


def refused(story: Story, file: File, *, ago: timedelta = timedelta(days=1)) -> None:
    recommended_for_refusal(story, file, ago=ago + timedelta(hours=20))
    words = "The ministry knows no accreditation under the number given."
    story.move(file, "refuse", story.approver, ago, text=words, **GROUND)


def appealed(story: Story, file: File) -> None:
    recommended_for_refusal(story, file, ago=timedelta(days=4))
    words = "The organisation did not confirm that it sent this person."
    story.move(file, "refuse", story.approver, timedelta(days=3, hours=4), text=words, **GROUND)
    words = "The confirmation was sent to another address; a copy is attached."
    story.move(file, "appeal", story.head(file), timedelta(days=1, hours=5), text=words)


def withdrawn(story: Story, file: File) -> None:
    submitted(story, file, ago=timedelta(days=4))
    story.move(file, "withdraw", story.head(file), timedelta(days=3))


def lapsed(story: Story, file: File) -> None:
    story.move(file, "lapse", SYSTEM, timedelta(days=1))


def suspended(story: Story, file: File) -> None:
    approved(story, file)
    story.move_accreditation(
        file, "suspend", story.approver, timedelta(hours=16), "Campaigned for a candidate in public."
    )


def revoked(story: Story, file: File) -> None:
    approved(story, file, ago=timedelta(days=7))
    story.move_accreditation(
        file, "suspend", story.approver, timedelta(days=3), "Gave the badge to somebody else."
    )
    note = "Heard by telephone, together with the head of mission; did not dispute it."
    story.move_accreditation(
        file, "revoke", story.second_approver, timedelta(days=2), "Gave the badge away.", hearing_note=note
    )


def relinquished(story: Story, file: File) -> None:
    approved(story, file)
    story.move_accreditation(file, "relinquish", story.head(file), timedelta(days=2))


def wishes_a_change(story: Story, file: File) -> None:
    """The head has changed function and flight of a file under way: a clerk must look at it."""
    under_review(story, file)
    _state_anew(
        story, file, timedelta(hours=4), function="Deputy head of the delegation", arrival_flight="J2 074"
    )


def wishes_a_correction(story: Story, file: File) -> None:
    """The head has found a misspelt name on an accreditation."""
    approved(story, file)
    stated = file.membership.given_names
    _state_anew(
        story, file, timedelta(hours=5), given_names=f"{stated} {'MARIA' if stated != 'MARIA' else 'ANNA'}"
    )


def _state_anew(story: Story, file: File, ago: timedelta, **changed: str) -> None:
    membership = Membership.objects.select_related("document", "category", "mission__election").get(
        pk=file.membership.pk
    )
    statement = replace(statement_on(membership), **changed)  # type: ignore[arg-type]
    change_statement(membership, statement, actor=story.head(file), now=story.now - ago)


# --- the plan: mission, citizenships, fates ---

Fate = Callable[[Story, File], None]


@dataclass(frozen=True)
class Part:
    """What one mission brings to the story; citizenships come round again and again."""

    mission: str
    countries: str
    fates: tuple[tuple[int, Fate], ...]
    category: str = "international-observer"

    def each(self) -> Iterator[Fate]:
        for times, fate in self.fates:
            yield from [fate] * times


PLAN = (
    Part("cis", "RUS BLR KAZ KGZ UZB", (
        (6, approved), (2, submitted), (1, due_today), (1, under_review), (2, recommended), (1, wishes_a_change),
        (1, information_requested), (2, complete_draft), (2, draft_without_pictures), (1, withdrawn), (1, answered))),
    Part("cis", "KAZ BLR", ((1, approved), (1, submitted)), "interpreter"),
    Part("ipa-cis", "RUS KAZ BLR KGZ", (
        (4, approved), (2, recommended), (1, submitted), (1, complete_draft), (2, draft_without_pictures))),
    Part("ru-cec", "RUS", (
        (5, approved), (1, suspended), (1, relinquished), (1, overdue), (1, submitted), (1, wishes_a_correction))),
    Part("media", "GBR FRA DEU TUR JPN NOR", (
        (4, approved), (2, submitted), (1, refused), (1, recommended_for_refusal), (2, draft_without_pictures),
        (1, complete_draft)), "foreign-journalist"),
    Part("odihr", "POL DEU NOR GEO FRA GBR TUR GRC", (
        (9, approved), (1, revoked), (2, recommended), (1, under_review), (1, submitted),
        (2, draft_without_pictures))),
    Part("odihr", "GEO", ((1, approved), (1, submitted)), "support-staff"),
    Part("oic", "EGY MAR JOR IDN", (
        (4, approved), (1, appealed), (1, due_today), (2, submitted), (1, draft_without_pictures))),
    Part("guests", "GRC GEO JPN", ((2, approved), (1, lapsed)), "guest"),
)  # fmt: skip


def tell(story: Story, crowd: Crowd) -> None:
    """Carry out the plan, then what happens between missions."""
    for part in PLAN:
        countries = part.countries.split()
        fates = list(part.each())
        people = [
            crowd.somebody(countries[place % len(countries)], category=part.category)
            for place in range(len(fates))
        ]
        files = story.name_on_a_list(part.mission, people, ago=timedelta(days=14))
        whole = [
            file
            for file, fate in zip(files, fates, strict=True)
            if fate not in (draft_without_pictures, lapsed)
        ]
        story.declare_pledges(whole)
        for file, fate in zip(files, fates, strict=True):
            fate(story, file)
    _same_people_on_two_lists(story, crowd)
    _people_who_may_be_the_same(story, crowd)
    _merged(story, crowd)
    _applies_alone(story, crowd)
    _joins_by_link(story, crowd)
    _has_arrived(story, "media")


def _has_arrived(story: Story, code: str) -> None:
    """The people of a mission have arrived, as its head has told."""
    mission = Mission.objects.select_related("election").get(election=story.election, code=code)
    people = mission.memberships.current().values_list("pk", flat=True)
    tell_arrivals(
        mission, list(people), arrived=True, actor=story.head_of(mission), now=story.now - timedelta(days=1)
    )


def _same_people_on_two_lists(story: Story, crowd: Crowd) -> None:
    """Two members of parliament whom the CIS mission names as well: two memberships, one person, one file."""
    people = [crowd.somebody("KAZ"), crowd.somebody("RUS")]
    files = story.name_on_a_list("ipa-cis", people, ago=timedelta(days=13))
    story.declare_pledges(files)
    for file in files:
        approved(story, file)
    story.name_on_a_list("cis", people, ago=timedelta(days=12))


def _people_who_may_be_the_same(story: Story, crowd: Crowd) -> None:
    """Open possible duplicates: a passport renewed between two lists, and one passport under two spellings."""
    renewed = crowd.somebody("UZB")
    misread = crowd.somebody("BLR")
    files = story.name_on_a_list("cis", [renewed, misread], ago=timedelta(days=11))
    story.declare_pledges(files)
    for file in files:
        under_review(story, file)
    again = [
        replace(renewed, document_number="FA7302915", email=""),
        replace(misread, given_names=misread.given_names[:-1] + "EI", email=""),
    ]
    files = story.name_on_a_list("ru-cec", again, ago=timedelta(days=10))
    story.declare_pledges(files)
    for file in files:
        submitted(story, file)


def _merged(story: Story, crowd: Crowd) -> None:
    """Somebody named twice with an old and a new passport: judged by a clerk, merged by the supervisor."""
    stated = crowd.somebody("KGZ")
    (kept,) = story.name_on_a_list("ipa-cis", [stated], ago=timedelta(days=12))
    (double,) = story.name_on_a_list(
        "cis", [replace(stated, document_number="PE0417732")], ago=timedelta(days=9)
    )
    story.declare_pledges([kept])
    under_review(story, kept)
    pair = sorted([kept.application.person_id, double.application.person_id])
    doubt = PossibleDuplicate.objects.get(first=pair[0], second=pair[1])
    judge(doubt, PossibleDuplicate.Verdict.SAME, actor=story.clerk, now=story.now - timedelta(hours=22))
    story.move(double, "merge", story.supervisor, timedelta(hours=21), kept_person=kept.application.person_id)


def _applies_alone(story: Story, crowd: Crowd) -> None:
    """The applicant whom the greeting names: a journalist who was asked for a better picture."""
    user = speaker("applicant", "Robin Sample", "en")
    stated = crowd.somebody("GBR", category="foreign-journalist", email=user.email)
    file = _enter(story, "media", stated, user, timedelta(days=5))
    confirm_sender(file.membership, actor=story.head(file), now=story.now - timedelta(days=3))
    story.pictures(file, by=Actor(user=user))
    story.cut_passport_page(file, by=Actor(user=user))
    story.move(file, "submit", Actor(user=user), timedelta(days=2))
    story.move(file, "take", story.clerk, timedelta(days=1, hours=4))
    story.ask(file, ["passport_page_cut_off"], timedelta(days=1, hours=3))


def _joins_by_link(story: Story, crowd: Crowd) -> None:
    """Somebody with the link of a mission that has not confirmed them yet."""
    user = speaker("newcomer", "Alex Placeholder", "en")
    stated = crowd.somebody("NOR", email=f"newcomer@{DOMAIN}")
    file = _enter(story, "odihr", stated, user, timedelta(days=2))
    story.pictures(file, by=Actor(user=user))
    story.move(file, "submit", Actor(user=user), timedelta(hours=7))


def _enter(story: Story, code: str, stated: Statement, user: User, ago: timedelta) -> File:
    mission = Mission.objects.get(election=story.election, code=code)
    own, moment = Actor(user=user), story.now - ago
    stay = story.stay_in_words(mission)
    entered = enter_statement(
        replace(stated, **stay), delegation=mission.delegations.get(), actor=own, now=moment, applicant=user
    )
    assert isinstance(entered.application, Application)
    give_pledge(entered.membership, actor=own, now=moment)
    return File(entered.application, entered.membership, stated)
