"""What a sender may change in a statement that stands, and what becomes of it by the state of the file.

Drafts, and statements on which no file rests, change at once. A file under way or refused gets an amendment
for the clerk; one of an accredited person a correction, which an approver takes over. A blank in a list says
nothing.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _l

from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Refused
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import speaks_for
from accreditation.observers.matching import lock_people
from accreditation.observers.models import Membership
from accreditation.observers.statements import Statement, refusals, warnings
from accreditation.observers.stating import (
    IDENTITY,
    Categories,
    as_wish,
    differences,
    from_wish,
    rules_for,
    said,
    write,
)
from accreditation.workflow.amendments import ask_for
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.parties import clerk
from accreditation.workflow.separating import settle_identity
from accreditation.workflow.told import is_held_back


class Kind(TextChoices):
    """What becomes of a change."""

    DRAFT = "draft", _l("changed at once")
    AMENDMENT = "amendment", _l("asked of the commission")
    CORRECTION = "correction", _l("asked of the commission: the badge is made again")
    TAKEN_BACK = "taken_back", _l("an open wish is taken back")


@dataclass(slots=True)
class Change:
    """One row that says something new of a membership. `row` is its place in the list, from 0."""

    row: int
    membership: Membership
    values: dict[str, Any]
    kind: Kind
    application: Application | None = None

    @property
    def fields(self) -> list[str]:
        return sorted(self.values)

    @property
    def touches_identity(self) -> bool:
        return self.kind == Kind.DRAFT and not IDENTITY.isdisjoint(self.values)


def told_kind(change: Change, now: datetime) -> Kind:
    """The kind as its sender may know it: of an accreditation that is not told yet nothing is said."""
    untold = change.application is not None and is_held_back(change.application, now)
    return Kind.AMENDMENT if untold and change.kind == Kind.CORRECTION else change.kind


def changes_of(
    statements: Sequence[Statement],
    standing: Mapping[int, int],
    categories: Categories,
    *,
    lock: bool,
    fields: Collection[str] | None = None,
) -> list[Change]:
    """What rows say that the memberships they are about (`standing`, by the row's place) do not say yet.

    `lock` keeps the files from moving until the transaction ends.
    """
    memberships = Membership.objects.select_related("document", "mission__election").in_bulk(
        list(standing.values())
    )
    wishes = _open_wishes(memberships)
    candidates = []
    for row, pk in standing.items():
        values = said(statements[row], fields)
        found = differences(memberships[pk], values, categories)
        if found or pk in wishes:
            candidates.append((row, memberships[pk], values, found))
    files = _files_of([membership.pk for __, membership, *___ in candidates], lock=lock)
    changes = []
    for row, membership, values, found in candidates:
        change = Change(row, membership, found, *_kind(files.get(membership.pk)))
        if change.kind == Kind.DRAFT:
            if found:
                changes.append(change)
        elif (wish := _whole_wish(wishes.get(membership.pk, {}), values, found)) is not None:
            change.values = wish
            change.kind = change.kind if wish else Kind.TAKEN_BACK
            changes.append(change)
    return changes


def _open_wishes(memberships: Collection[int]) -> dict[int, dict[str, Any]]:
    rows = Amendment.objects.filter(membership__in=list(memberships), verdict=Amendment.Verdict.OPEN)
    return {row.membership_id: json.loads(row.wish) for row in rows}


def _whole_wish(
    before: Mapping[str, Any], values: Mapping[str, Any], found: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What the sender wishes now: the open wish where this row is silent, and what it says anew. None: the
    same.
    """
    wish = {name: value for name, value in before.items() if name not in values} | as_wish(found)
    return None if wish == json.loads(json.dumps(dict(before))) else from_wish(wish)


def _files_of(memberships: Sequence[int], *, lock: bool) -> dict[int, Application]:
    """The newest file that rests on each membership."""
    if not memberships:
        return {}
    rows = (
        Application.objects.filter(membership__in=memberships).select_related("accreditation").order_by("pk")
    )
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return {row.membership_id: row for row in rows}


def _kind(file: Application | None) -> tuple[Kind, Application | None]:
    state = Application.State
    if file is None or file.state in (state.DRAFT, state.WITHDRAWN, state.LAPSED, state.MERGED):
        return Kind.DRAFT, file
    if file.accreditation is not None and file.accreditation.state in Accreditation.CURRENT:
        return Kind.CORRECTION, file
    return Kind.AMENDMENT, file


def carry_out(change: Change, categories: Categories, *, actor: Actor, now: datetime) -> None:
    """Do what the change's kind says, with its audit event. The caller's transaction holds the file's lock."""
    if change.kind == Kind.DRAFT:
        write(change.membership, change.values, categories)
        record(change.membership, "statement_changed", actor=actor, now=now, fields=change.values)
        category = categories.named(change.values.get("category"))
        if (
            category
            and change.application is not None
            and change.application.state == Application.State.DRAFT
        ):
            Application.objects.filter(pk=change.application.pk).update(category=category)
            record(change.application, "category_changed", actor=actor, now=now, fields=["category"])
        return
    assert change.application is not None
    ask_for(
        change.membership,
        change.application,
        change.values,
        is_correction=change.kind == Kind.CORRECTION,
        actor=actor,
        now=now,
    )


def _answer_at_once(change: Change, categories: Categories, *, actor: Actor, now: datetime) -> None:
    """An answer that was asked for is written; another category is a move of the file and waits for the clerk."""
    assert change.application is not None
    wished = {name: change.values.pop(name) for name in ("category",) if name in change.values}
    if change.values:
        change.kind = Kind.DRAFT
        carry_out(change, categories, actor=actor, now=now)
    else:
        change.values = wished
    if wished:
        ask_for(change.membership, change.application, wished, is_correction=False, actor=actor, now=now)


@all_or_nothing
def change_statement(
    membership: Membership,
    statement: Statement,
    *,
    actor: Actor,
    now: datetime,
    fields: Collection[str] | None = None,
) -> Change | None:
    """A sender (or the applicant, or a clerk) edits one statement; None when it says nothing new.

    `fields` are those that the form shows: a blank among them empties the field. Without it a blank says
    nothing. While information is requested of the sender the answer is written at once. Raises NotAllowed,
    and Refused with every reason of the row's rules.
    """
    own = actor.user is not None and membership.applications.filter(applicant=actor.user).exists()
    if not (own or actor.is_system or speaks_for(actor, membership.mission_id) or clerk(actor, membership)):
        raise NotAllowed()
    rules = rules_for(membership.mission)
    today = membership.mission.election.calendar.local_date(now)
    against = refusals(statement, rules, today)
    if against:
        raise Refused(against)
    lock_people()
    categories = Categories(membership.mission)
    found = changes_of([statement], {0: membership.pk}, categories, lock=True, fields=fields)
    if not found:
        return None
    change = found[0]
    asked = change.application is not None and (
        change.application.state == Application.State.INFORMATION_REQUESTED
    )
    if asked and change.kind == Kind.AMENDMENT:
        _answer_at_once(change, categories, actor=actor, now=now)
    else:
        carry_out(change, categories, actor=actor, now=now)
    if change.touches_identity:
        settle_identity([change.membership], actor=actor, now=now)
    codes = [why.code for why in warnings(statement, rules, today)]
    if change.kind == Kind.DRAFT and codes != change.membership.warnings:
        Membership.objects.filter(pk=membership.pk).update(warnings=codes)
    return change
