"""Every state x move x role of a badge, written out by hand; and what a grant and its end mean for badges."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accreditation.accounts.models import User
from accreditation.accounts.roles import AUDITOR, PRINT_DESK
from accreditation.core.audit import AuditEvent
from accreditation.core.errors import NotAllowed, Refused, WrongState
from accreditation.core.machine import perform
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge, BadgePicture
from accreditation.credentials.keys import SigningKey
from accreditation.credentials.models import Accreditation
from accreditation.workflow.models import Amendment
from accreditation.workflow.states import ACCREDITATION
from tests.factories import (
    NOW,
    actor,
    application_in,
    head_of,
    make_approver,
    make_clerk,
    make_head,
    make_mission,
    make_signing_key,
    make_staff,
)

pytestmark = pytest.mark.django_db

LEADS_TO = {
    "queued": {"seal": "refused", "hold": "standby", "print": "printed", "void": "void", "reissue": "reissued"},
    "standby": {"release": "queued", "void": "void"},
    "printed": {
        "make_ready": "ready", "hand_over": "collected", "report_lost": "lost", "void": "void", "reissue": "reissued",
    },
    "ready": {"hand_over": "collected", "report_lost": "lost", "void": "void", "reissue": "reissued"},
    "collected": {"take_back": "returned", "report_lost": "lost", "void": "void", "reissue": "reissued"},
    "returned": {"reissue": "reissued"},
    "lost": {"reissue": "reissued"},
    "void": {"reissue": "reissued"},
    "reissued": {},
}  # fmt: skip
MAY = {
    "print desk": "hold release print make_ready hand_over take_back report_lost void reissue",
    "head of the mission": "hold release report_lost",
    "approver": "hold release",
    "clerk": "",
    "auditor": "",
    "system": "seal print void reissue",
    "head of another mission": "",
}
MOVES = [
    "seal",
    "hold",
    "release",
    "print",
    "make_ready",
    "hand_over",
    "take_back",
    "report_lost",
    "void",
    "reissue",
]
ROAD: dict[str, list[str]] = {
    "queued": [],
    "standby": ["hold"],
    "printed": ["print"],
    "ready": ["print", "make_ready"],
    "collected": ["print", "hand_over"],
    "returned": ["print", "hand_over", "take_back"],
    "lost": ["print", "report_lost"],
    "void": ["void"],
    "reissued": ["print", "reissue"],
}
GIVEN: dict[str, dict[str, Any]] = {
    "hand_over": {"receiver": "Head of the delegation"},
    "void": {"reason": "Spoilt in printing."},
    "reissue": {"reason": "Spoilt in printing."},
}


def an_accreditation() -> Accreditation:
    accreditation = application_in("approved").accreditation
    assert accreditation is not None
    return accreditation


def a_picture(accreditation: Accreditation) -> BadgePicture:
    upload = accreditation.membership.uploads.get(kind="photo")
    return BadgePicture.objects.create(upload=upload, name=f"badges/{upload.pk}", sha256=b"\x07" * 32)


def sealed(badge: Badge, **given: Any) -> Badge:
    facts = {
        "key": SigningKey.objects.first() or make_signing_key(),
        "signed": b"\x01" * 100,
        "picture": a_picture(badge.accreditation),
        "latest_end": NOW + timedelta(days=90),
    }
    return perform(BADGE, badge.pk, "seal", actor=actor(None), now=NOW, **(facts | given))  # type: ignore[no-any-return]


def badge_in(state: str) -> Badge:
    badge = sealed(an_accreditation().badges.get())
    for name in ROAD[state]:
        badge = perform(
            BADGE, badge.pk, name, actor=actor(make_staff(PRINT_DESK)), now=NOW, **GIVEN.get(name, {})
        )
    assert badge.state == state
    return badge


def outcome(badge: Badge, name: str, user: User | None) -> str:
    """What a move leads to, undone at once: the new state, or the kind of refusal."""
    try:
        with transaction.atomic():
            moved = perform(BADGE, badge.pk, name, actor=actor(user), now=NOW, **GIVEN.get(name, {}))
            transaction.set_rollback(True)
            return str(moved.state)
    except NotAllowed:
        return "not allowed"
    except WrongState:
        return "wrong state"
    except Refused:
        return "refused"
    except Badge.DoesNotExist:
        return "not found"


@pytest.mark.parametrize("state", LEADS_TO)
def test_a_badge_moves_as_the_table_says_and_for_nobody_else(state: str) -> None:
    badge = badge_in(state)
    people = {
        "print desk": make_staff(PRINT_DESK),
        "head of the mission": head_of(badge.accreditation.application),
        "approver": make_approver(),
        "clerk": make_clerk(),
        "auditor": make_staff(AUDITOR),
        "system": None,
        "head of another mission": make_head(make_mission(badge.accreditation.election)),
    }
    expected, seen = {}, {}
    for role, user in people.items():
        for name in MOVES:
            expected[role, name] = (
                "not found"
                if role == "head of another mission"
                else "not allowed"
                if name not in MAY[role].split()
                else LEADS_TO[state].get(name, "wrong state")
            )
            seen[role, name] = outcome(badge, name, user)

    assert seen == expected


def test_the_table_and_this_page_name_the_same_moves() -> None:
    assert sorted(BADGE.names()) == sorted(MOVES)
    assert sorted(LEADS_TO) == sorted(Badge.State.values)


def test_a_grant_queues_one_badge_with_a_serial_of_128_bits_and_its_code() -> None:
    accreditation = an_accreditation()

    badge = accreditation.badges.get()

    assert (badge.state, badge.version, len(badge.serial), len(badge.code)) == ("queued", 1, 16, 10)
    assert list(AuditEvent.objects.about(badge).values_list("verb", flat=True)) == ["created"]


def test_a_badge_without_its_signature_is_not_printed() -> None:
    badge = an_accreditation().badges.get()

    with pytest.raises(Refused) as refused:
        perform(BADGE, badge.pk, "print", actor=actor(make_staff(PRINT_DESK)), now=NOW)

    assert [reason.code for reason in refused.value.reasons] == ["not_signed"]


def test_a_badge_is_handed_to_somebody_with_a_name() -> None:
    badge = badge_in("ready")

    with pytest.raises(Refused) as refused:
        perform(BADGE, badge.pk, "hand_over", actor=actor(make_staff(PRINT_DESK)), now=NOW, receiver="  ")

    assert [reason.code for reason in refused.value.reasons] == ["no_receiver"]


def test_a_suspension_voids_the_badge_at_once_and_no_badge_leaves_until_reinstatement_brings_another() -> (
    None
):
    badge = badge_in("collected")
    accreditation, approver = badge.accreditation, make_approver()

    perform(ACCREDITATION, accreditation.pk, "suspend", actor=actor(approver), now=NOW, reason="Campaigned.")

    badge.refresh_from_db()
    assert badge.state == "void"
    with pytest.raises(Refused) as refused:
        perform(BADGE, badge.pk, "reissue", actor=actor(make_staff(PRINT_DESK)), now=NOW, reason="Lost.")
    assert [reason.code for reason in refused.value.reasons] == ["accreditation_not_in_force"]

    perform(ACCREDITATION, accreditation.pk, "reinstate", actor=actor(approver), now=NOW)

    another = accreditation.badges.get(state="queued")
    assert another.replaces == badge
    assert another.serial != badge.serial


@pytest.mark.parametrize(("name", "given"), [("cancel", {"reason": "Wrong person."}), ("relinquish", {})])
def test_the_end_of_an_accreditation_voids_its_badge(name: str, given: dict[str, Any]) -> None:
    badge = badge_in("printed")
    user = make_approver() if name == "cancel" else head_of(badge.accreditation.application)

    perform(ACCREDITATION, badge.accreditation_id, name, actor=actor(user), now=NOW, **given)

    badge.refresh_from_db()
    assert badge.state == "void"
    assert not Badge.objects.live().filter(accreditation=badge.accreditation).exists()


def test_a_corrected_name_is_on_a_new_badge_and_the_number_stays() -> None:
    badge = badge_in("collected")
    accreditation = badge.accreditation
    amendment = Amendment.objects.create(
        application=accreditation.application, membership=accreditation.membership, fields=["family_name"],
        wish='{"family_name": "CORRECTED"}', asked_by=make_clerk(), asked_at=NOW,
    )  # fmt: skip

    perform(
        ACCREDITATION, accreditation.pk, "correct", actor=actor(make_approver()), now=NOW, amendment=amendment
    )

    badge.refresh_from_db()
    assert badge.state == "void"
    assert accreditation.badges.get(state="queued").replaces == badge
    assert Accreditation.objects.get(pk=accreditation.pk).number == accreditation.number


def test_an_accreditation_has_one_live_badge_whatever_is_written() -> None:
    badge = badge_in("printed")

    with pytest.raises(IntegrityError), transaction.atomic():
        Badge.objects.create(
            accreditation=badge.accreditation, serial=b"\x09" * 16, code="0000000009", queued_at=NOW
        )


def test_raw_sql_moves_no_badge() -> None:
    badge = badge_in("lost")

    with pytest.raises(IntegrityError), transaction.atomic():
        Badge.objects.filter(pk=badge.pk).update(state="collected")
        connection.check_constraints()
