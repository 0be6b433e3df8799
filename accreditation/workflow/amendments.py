"""What a sender wishes to change in files that are under way or decided: it waits for a clerk.

A wish is encrypted JSON by the names of a Statement's fields (observers/stating.py). A wish for an accredited
person is a correction: the accreditation's move `correct` takes it over, asked by one and approved by
another.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accreditation.core.actors import Actor
from accreditation.core.audit import record
from accreditation.core.errors import NotAllowed, Reason, Refused
from accreditation.core.machine import Move, perform
from accreditation.core.transactions import all_or_nothing
from accreditation.credentials.models import Accreditation
from accreditation.observers.matching import lock_people
from accreditation.observers.models import Membership
from accreditation.observers.stating import IDENTITY, Categories, as_wish, from_wish, write
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.parties import clerk
from accreditation.workflow.separating import doubt_again


def wish_of(amendment: Amendment) -> dict[str, Any]:
    """The wished values by field, in their own types. Holds personal data: showing a document number is
    audited.
    """
    return from_wish(json.loads(amendment.wish))


def ask_for(
    membership: Membership,
    application: Application,
    values: Mapping[str, Any],
    *,
    is_correction: bool,
    actor: Actor,
    now: datetime,
) -> Amendment | None:
    """Lay the sender's whole present wish before the clerks; it replaces one that is open. None when the
    sender wishes nothing any more: an open wish is then taken back.
    """
    open_wish = membership.amendments.filter(verdict=Amendment.Verdict.OPEN)
    if not values:
        for amendment in open_wish:
            _settle(amendment, Amendment.Verdict.DECLINED, actor=None, now=now)
            record(application, "amendment_taken_back", actor=actor, now=now, fields=amendment.fields)
        return None
    amendment = open_wish.first() or Amendment(application=application, membership=membership)
    amendment.wish = json.dumps(as_wish(values), sort_keys=True)
    amendment.fields = sorted(values)
    amendment.is_correction = is_correction
    amendment.asked_by, amendment.asked_at = actor.user, now
    amendment.save()
    record(application, "amendment_asked", actor=actor, now=now, fields=values, membership=membership.pk)
    return amendment


@all_or_nothing
def take_over(amendment: Amendment, *, actor: Actor, now: datetime) -> Amendment:
    """A clerk takes a wish over into the file under way.

    Raises NotAllowed, Refused (settled already; a correction, which the approver takes over by `correct`),
    and what the move 'change_category' raises where another category is wished.
    """
    lock_people()
    amendment = _for_verdict(amendment, actor)
    if amendment.is_correction:
        words = _("This person is accredited: correct the accreditation with it.")
        raise Refused([Reason("is_correction", words)])
    _carry_out(amendment, actor=actor, now=now)
    return amendment


@all_or_nothing
def decline(amendment: Amendment, *, actor: Actor, now: datetime, reason: str) -> Amendment:
    """A clerk declines a wish, with a reason. Raises NotAllowed and Refused."""
    if not reason.strip():
        raise Refused([Reason("no_reason", _("Give a reason."))])
    amendment = _for_verdict(amendment, actor)
    _settle(amendment, Amendment.Verdict.DECLINED, actor=actor, now=now)
    record(
        amendment.application,
        "amendment_declined",
        actor=actor,
        now=now,
        fields=amendment.fields,
        reason=reason.strip(),
        amendment=amendment.pk,
    )
    return amendment


def take_over_correction(accreditation: Accreditation, move: Move) -> None:
    """Carry out a correction that one asked for and the approver has just approved."""
    amendment = _still_open(move.given["amendment"].pk)
    _carry_out(amendment, actor=move.actor, now=move.now)


def _for_verdict(amendment: Amendment, actor: Actor) -> Amendment:
    """The amendment, locked, after its file, as every move locks the file first."""
    if not clerk(actor, amendment):
        raise NotAllowed()
    Application.objects.select_for_update(no_key=True).get(pk=amendment.application_id)
    return _still_open(amendment.pk)


def _still_open(pk: int) -> Amendment:
    amendment = Amendment.objects.select_for_update().get(pk=pk)
    if amendment.verdict != Amendment.Verdict.OPEN:
        raise Refused([Reason("settled_already", _("Somebody has settled this wish already."))])
    return amendment


def _carry_out(amendment: Amendment, *, actor: Actor, now: datetime) -> None:
    values = wish_of(amendment)
    membership = Membership.objects.select_related("document", "mission__election").get(
        pk=amendment.membership_id
    )
    application = amendment.application
    categories = Categories(membership.mission)
    write(membership, values, categories)
    if not IDENTITY.isdisjoint(values):
        doubt_again(membership)
    category = categories.named(values.get("category"))
    if category and category.pk != application.category_id and not amendment.is_correction:
        from accreditation.workflow.states import APPLICATION  # its table names an effect of this module

        perform(APPLICATION, application.pk, "change_category", actor=actor, now=now, category=category)
    _settle(amendment, Amendment.Verdict.TAKEN, actor=actor, now=now)
    record(
        application, "amendment_taken", actor=actor, now=now, fields=amendment.fields, amendment=amendment.pk
    )


def _settle(amendment: Amendment, verdict: str, *, actor: Actor | None, now: datetime) -> None:
    amendment.verdict, amendment.decided_at = verdict, now
    amendment.decided_by = actor.user if actor is not None else None
    amendment.save(update_fields=["verdict", "decided_by", "decided_at"])
