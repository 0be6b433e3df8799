"""Unfinished drafts before the deadline of their category."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.utils import translation

from accreditation.accounts.models import User
from accreditation.core.outbox import Letter, Recipient
from accreditation.missions.models import Election, Mission
from accreditation.observers.completeness import missing, pledge_missing
from accreditation.observers.models import Upload
from accreditation.workflow.letters import election_facts, roster_link, status_link
from accreditation.workflow.models import Application
from accreditation.workflow.recipients import heads_of
from accreditation.workflow.reminders.writing import Due, Reminder, latest_reached


def deadline_reminders(election: Election, now: datetime) -> Iterator[Due]:
    """To those who speak for a mission, one letter with all its unfinished files; to applicants their own."""
    calendar = election.calendar
    if now < calendar.application_opens.closes_at:
        return
    due: dict[int, tuple[datetime, int]] = {}
    for category in election.categories.all():
        closes_at = calendar.application_deadline_for(category).closes_at
        last_day = calendar.local_date(closes_at - timedelta(minutes=1))
        offset = latest_reached(election.deadline_reminder_days, (last_day - calendar.today(now)).days)
        if now < closes_at and offset is not None:
            due[category.pk] = closes_at, offset
    if not due:
        return
    drafts = _drafts(election, due)
    uploads = _uploads(drafts)
    missions = {one.pk: one for one in missions_of(election)}
    by_mission: dict[tuple[int, datetime, int], list[Application]] = defaultdict(list)
    for draft in drafts:
        closes_at, offset = due[draft.category_id]
        by_mission[draft.mission_id, closes_at, offset].append(draft)
        account = draft.applicant
        if account is not None and account.is_active:
            key = f"deadline:person:{draft.pk}:{closes_at:%Y%m%dT%H%M}:{offset}"
            reachable = bool(heads_of(missions[draft.mission_id]))
            yield (
                key,
                partial(_to_applicant, draft, account, closes_at, uploads[draft.membership_id], reachable),
            )
    for (mission_pk, closes_at, offset), files in by_mission.items():
        for head in heads_of(missions[mission_pk]):
            key = f"deadline:{mission_pk}:{closes_at:%Y%m%dT%H%M}:{offset}:{head.user_id}"
            yield key, partial(_to_head, missions[mission_pk], head, files, closes_at, uploads)


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
    return Reminder(Letter("deadline_reminder", head, facts), mission)


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
    return Reminder(Letter("deadline_reminder_person", to, facts, only_while=only_while), draft)
