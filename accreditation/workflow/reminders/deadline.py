"""What is unfinished before the deadline of its category: drafts, and what was begun online."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import translation

from accreditation.accounts.models import User
from accreditation.core.outbox import WHILE_IT_STANDS, Letter, Recipient
from accreditation.missions.models import Category, Election, Mission
from accreditation.observers.beginnings import Beginning
from accreditation.observers.completeness import missing, pledge_missing
from accreditation.observers.models import Upload
from accreditation.workflow.letters import election_facts, roster_link, status_link
from accreditation.workflow.models import Application
from accreditation.workflow.recipients import heads_of
from accreditation.workflow.reminders.writing import Due, Reminder, latest_reached

Offset = tuple[datetime, int]
"""When applications close, and which offset before it is reached."""


def deadline_reminders(election: Election, now: datetime) -> Iterator[Due]:
    """To those who speak for a mission, one letter with all its unfinished files; to applicants their own, and to
    those who have begun online and have no file yet.
    """
    if now < election.calendar.application_opens.closes_at:
        return
    due: dict[int | None, Offset] = {}
    for category in (None, *election.categories.all()):
        if (reached := _offset(election, category, now)) is not None:
            due[category.pk if category is not None else None] = reached
    if not due:
        return
    yield from _of_beginnings(election, due)
    drafts = _drafts(election, [pk for pk in due if pk is not None])
    uploads = _uploads(drafts)
    missions = {one.pk: one for one in missions_of(election)}
    by_mission: dict[tuple[int, datetime, int], list[Application]] = defaultdict(list)
    for draft in drafts:
        closes_at, offset = due[draft.category_id]
        by_mission[draft.mission_id, closes_at, offset].append(draft)
        account = draft.applicant
        if account is not None and account.is_active:
            reachable = bool(heads_of(missions[draft.mission_id]))
            yield (
                _key_of(account, election, (closes_at, offset)),
                partial(_to_applicant, draft, account, closes_at, uploads[draft.membership_id], reachable),
            )
    for (mission_pk, closes_at, offset), files in by_mission.items():
        for head in heads_of(missions[mission_pk]):
            key = f"deadline:{mission_pk}:{closes_at:%Y%m%dT%H%M}:{offset}:{head.user_id}"
            yield key, partial(_to_head, missions[mission_pk], head, files, closes_at, uploads)


def _offset(election: Election, category: Category | None, now: datetime) -> Offset | None:
    calendar = election.calendar
    closes_at = calendar.application_deadline_for(category).closes_at
    last_day = calendar.local_date(closes_at - timedelta(minutes=1))
    offset = latest_reached(election.deadline_reminder_days, (last_day - calendar.today(now)).days)
    return (closes_at, offset) if now < closes_at and offset is not None else None


def _key_of(account: User, election: Election, reached: Offset) -> str:
    """By the account: whoever is reminded of a beginning is not reminded once more of the draft it became."""
    closes_at, offset = reached
    return f"deadline:account:{account.pk}:{election.pk}:{closes_at:%Y%m%dT%H%M}:{offset}"


def _of_beginnings(election: Election, due: Mapping[int | None, Offset]) -> Iterator[Due]:
    """By the deadline of the mission's usual category, or the election's where no mission is named yet.

    The answers stay sealed: the page says what is still to be answered.
    """
    has_a_file = Application.objects.filter(applicant=OuterRef("user"), election=election).live()
    begun = (
        Beginning.objects.filter(~Exists(has_a_file), election=election, user__is_active=True)
        .filter(Q(mission=None) | Q(mission__state=Mission.State.REGISTERED))
        .select_related("user", "mission")
        .defer("answers")
        .order_by("pk")
    )
    for one in begun:
        reached = due.get(one.mission.default_category_id if one.mission is not None else None)
        if reached is not None:
            one.election = election
            yield _key_of(one.user, election, reached), partial(_to_beginner, one, reached[0])


def _drafts(election: Election, categories: Iterable[int]) -> list[Application]:
    return list(
        Application.objects.filter(
            election=election,
            state=Application.State.DRAFT,
            category__in=categories,
            membership__ended_at=None,
            mission__state=Mission.State.REGISTERED,
        )
        .select_related(
            "election",
            "applicant",
            "category",
            "mission__organisation",
            "membership__document",
            "membership__delegation__organisation",
            "membership__mission__organisation",
            "membership__pledge",
        )
        .order_by("membership__sort_key", "pk")
    )


def missions_of(election: Election) -> list[Mission]:
    missions = list(election.missions.prefetch_related("roles__user"))
    for mission in missions:
        mission.election = election  # one calendar, one row
    return missions


def _uploads(drafts: Sequence[Application]) -> dict[int, set[str]]:
    kinds: dict[int, set[str]] = defaultdict(set)
    current = Upload.objects.filter(
        membership__in=[draft.membership_id for draft in drafts], replaced_at=None
    )
    for membership, kind in current.values_list("membership", "kind"):
        kinds[membership].add(kind)
    return kinds


def _lacks(draft: Application, uploads: set[str], *, reachable: bool) -> list[str]:
    election = draft.election
    found = missing(draft.membership, draft.category, uploads, reachable=reachable)
    pledge = pledge_missing(
        draft.membership, election.pledge_version, by_head_allowed=election.pledge_by_head
    )
    return [str(reason.words) for reason in [*found, *([pledge] if pledge else [])]]


def _to_head(
    mission: Mission,
    head: Recipient,
    files: Sequence[Application],
    closes_at: datetime,
    uploads: dict[int, set[str]],
) -> Reminder:
    with translation.override(head.language):
        facts = {
            **election_facts(mission.election),
            "mission": mission.name,
            "to_head": True,
            "link": roster_link(mission, head.language),
            "closes_at": closes_at.isoformat(),
            "people": [
                {
                    "name": one.membership.full_name,
                    "number": one.number,
                    "missing": _lacks(one, uploads[one.membership_id], reachable=True),
                }
                for one in files
            ],
        }
    return Reminder(Letter("deadline_reminder", head, facts, not_after=closes_at), mission)


def _to_applicant(
    draft: Application, account: User, closes_at: datetime, uploads: set[str], reachable: bool
) -> Reminder:
    email = draft.membership.email or account.email
    with translation.override(account.language):
        facts = {
            **election_facts(draft.election),
            "name": draft.membership.full_name,
            "number": draft.number,
            "mission": draft.mission.name,
            "link": status_link(draft, account.language),
            "closes_at": closes_at.isoformat(),
            "missing": _lacks(draft, uploads, reachable=reachable),
        }
    to = Recipient(email=email, language=account.language, user_id=account.pk)
    only_while = Application.State.DRAFT.value
    letter = Letter("deadline_reminder_person", to, facts, only_while=only_while, not_after=closes_at)
    return Reminder(letter, draft)


def _to_beginner(beginning: Beginning, closes_at: datetime) -> Reminder:
    account, mission = beginning.user, beginning.mission
    language = account.language or (mission.language if mission is not None else "") or "en"
    with translation.override(language):
        facts = {
            **election_facts(beginning.election),
            "mission": mission.name if mission is not None else "",
            "link": f"{settings.SITE_URL}/{language}/apply/{beginning.election.code}/",
            "closes_at": closes_at.isoformat(),
        }
    to = Recipient(email=account.email, language=language, user_id=account.pk)
    letter = Letter("deadline_reminder_begun", to, facts, only_while=WHILE_IT_STANDS, not_after=closes_at)
    return Reminder(letter, beginning)
