"""Every state x move x role, with what is expected written out by hand from DOMAIN section 7.

The tables below repeat the law on purpose: they are read against the law, not against workflow/states.py.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accreditation.accounts.models import User
from accreditation.accounts.roles import AUDITOR, PRINT_DESK, SUPERVISOR
from accreditation.core.errors import NotAllowed, Refused, WrongState
from accreditation.core.machine import perform
from accreditation.credentials.models import Accreditation
from accreditation.missions.models import Mission
from accreditation.observers.models import PossibleDuplicate
from accreditation.workflow.models import Amendment, Application
from accreditation.workflow.states import ACCREDITATION, APPLICATION, MISSION
from tests.factories import (
    GROUND,
    NOW,
    REQUEST,
    RULING,
    actor,
    application_in,
    head_of,
    make_approver,
    make_clerk,
    make_head,
    make_mission,
    make_person,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db

# --- The application, by hand ------------------------------------------------------------------------------------

LEADS_TO = {
    "draft": {
        "submit": "submitted", "withdraw": "withdrawn", "lapse": "lapsed", "give_way": "merged", "merge": "merged",
        "change_category": "draft",
    },
    "submitted": {
        "take": "under_review", "ask": "information_requested", "withdraw": "withdrawn", "merge": "merged",
        "change_category": "submitted",
    },
    "under_review": {
        "give_back": "submitted", "ask": "information_requested", "recommend_approval": "recommended",
        "recommend_refusal": "recommended", "withdraw": "withdrawn", "merge": "merged",
        "change_category": "under_review",
    },
    "information_requested": {
        "answer": "submitted", "resume": "under_review", "withdraw": "withdrawn", "merge": "merged",
    },
    "recommended": {
        "approve": "approved", "refuse": "refused", "send_back": "under_review", "withdraw": "withdrawn",
        "merge": "merged",
    },
    "approved": {"take_back_decision": "recommended"},
    "refused": {"appeal": "appealed", "take_back_decision": "recommended"},
    "appealed": {"uphold": "refused", "withdraw_appeal": "refused", "overturn": "approved", "merge": "merged"},
    "withdrawn": {},
    "lapsed": {},
    "merged": {},
}  # fmt: skip

MAY = {
    "applicant": "submit answer withdraw appeal withdraw_appeal",
    "focal point": "submit answer withdraw appeal change_category",
    "clerk who entered and holds it": (
        "submit take give_back ask resume recommend_approval recommend_refusal appeal merge change_category"
    ),
    "another clerk": "take ask resume recommend_approval recommend_refusal appeal merge change_category",
    "supervisor": "take give_back ask resume recommend_approval recommend_refusal appeal merge change_category",
    "approver": "approve refuse send_back uphold withdraw_appeal overturn",
    "approver who decided": "approve refuse send_back uphold withdraw_appeal overturn take_back_decision",
    "auditor": "",
    "print desk": "",
    "system": "lapse give_way",
    "stranger": "",
}

MOVES = [
    "submit", "take", "give_back", "ask", "answer", "resume", "recommend_approval", "recommend_refusal", "approve",
    "refuse", "send_back", "take_back_decision", "withdraw", "lapse", "appeal", "give_way", "uphold",
    "withdraw_appeal", "overturn", "merge", "change_category",
]  # fmt: skip


def outcome(machine: Any, pk: int, name: str, user: User | None, **given: Any) -> str:
    """What a move leads to, undone at once: the new state, or the kind of refusal."""
    try:
        with transaction.atomic():
            moved = perform(machine, pk, name, actor=actor(user), **given)
            transaction.set_rollback(True)
            return str(moved.state)
    except NotAllowed:
        return "not allowed"
    except WrongState:
        return "wrong state"
    except Refused as refused:
        return f"refused: {refused}"
    except machine.model.DoesNotExist:
        return "not found"


def the_application(state: str, clerk: User, approver: User) -> Application:
    if state == "merged":
        application = application_in("draft", entered_by=clerk)
        _judged_the_same(application, make_person())
        verdict = PossibleDuplicate.objects.get()
        return perform(
            APPLICATION,
            application.pk,
            "merge",
            actor=actor(make_clerk()),
            now=NOW,
            kept_person=verdict.second_id,
        )
    return application_in(state, clerk=clerk, approver=approver, entered_by=clerk)


def _judged_the_same(application: Application, kept: Any) -> None:
    first, second = sorted([application.person, kept], key=lambda person: person.pk)
    PossibleDuplicate.objects.create(
        first=first, second=second, agrees=["born"], similarity=1, verdict="same", decided_by=make_clerk()
    )


@pytest.mark.parametrize("state", LEADS_TO)
def test_an_application_moves_as_the_law_says_and_for_nobody_else(state: str) -> None:
    clerk, decider = make_clerk(), make_approver()
    application = the_application(state, clerk, decider)
    applicant = make_user()
    Application.objects.filter(pk=application.pk).update(applicant=applicant, assigned_to=clerk)
    if state != "merged":
        kept = make_person()
        _judged_the_same(application, kept)
    else:
        kept = application.person
    people: dict[str, User | None] = {
        "applicant": applicant,
        "focal point": head_of(application),
        "clerk who entered and holds it": clerk,
        "another clerk": make_clerk(),
        "supervisor": make_staff(SUPERVISOR),
        "approver": make_approver(),
        "auditor": make_staff(AUDITOR),
        "print desk": make_staff(PRINT_DESK),
        "system": None,
        "stranger": make_head(make_mission(application.election)),
    }
    if state in ("approved", "refused", "appealed"):
        people["approver who decided"] = decider
    if state == "recommended":  # the standing recommendation, whichever is asked about
        Application.objects.filter(pk=application.pk).update(recommendation="refuse")
    given = {
        "ask": REQUEST,
        "recommend_approval": {"documents_checked": True},
        "recommend_refusal": {"documents_checked": True, **GROUND},
        "approve": {"reason": "The information was confirmed after all."},
        "refuse": GROUND,
        "send_back": {"reason": "Look at the passport page again."},
        "uphold": RULING,
        "withdraw_appeal": RULING,
        "overturn": RULING,
        "merge": {"kept_person": kept.pk},
        "change_category": {"category": application.election.categories.get(code="foreign-journalist")},
        "lapse": {"now": NOW + timedelta(days=60)},
    }
    expected, seen = {}, {}
    for role, user in people.items():
        for name in MOVES:
            expected[role, name] = (
                "not found"
                if role == "stranger"
                else "not allowed"
                if name not in MAY[role].split()
                else LEADS_TO[state].get(name, "wrong state")
            )
            seen[role, name] = outcome(
                APPLICATION, application.pk, name, user, **({"now": NOW} | given.get(name, {}))
            )

    assert seen == expected


def test_the_table_has_no_move_that_the_law_does_not_know() -> None:
    assert sorted(APPLICATION.names()) == sorted(MOVES)


# --- The accreditation, by hand ----------------------------------------------------------------------------------

ACCREDITATION_LEADS_TO = {
    "active": {
        "suspend": "suspended", "relinquish": "relinquished", "expire": "expired", "cancel": "cancelled",
        "correct": "active", "take_back_grant": "cancelled",
    },
    "suspended": {"reinstate": "active", "revoke": "revoked", "expire": "expired"},
    "revoked": {"restore": "active"},
    "relinquished": {},
    "expired": {},
    "cancelled": {},
}  # fmt: skip
ACCREDITATION_MAY = {
    "focal point": "relinquish",
    "clerk": "",
    "approver": "suspend reinstate revoke restore cancel correct",
    "system": "expire take_back_grant",
    "stranger": "",
}
ACCREDITATION_MOVES = [
    "suspend",
    "reinstate",
    "revoke",
    "restore",
    "relinquish",
    "expire",
    "cancel",
    "correct",
    "take_back_grant",
]
ACCREDITATION_GIVEN: dict[str, dict[str, Any]] = {
    "suspend": {"reason": "Campaigned for a candidate."},
    "revoke": {"reason": "Campaigned for a candidate.", "hearing_note": "Heard by telephone."},
    "restore": RULING,
    "cancel": {"reason": "Wrong person."},
}


def the_accreditation(state: str) -> Accreditation:
    accreditation = application_in("approved").accreditation
    assert accreditation is not None
    road = {
        "active": [],
        "suspended": ["suspend"],
        "revoked": ["suspend", "revoke"],
        "relinquished": ["relinquish"],
        "expired": ["expire"],
        "cancelled": ["cancel"],
    }[state]
    if state == "expired":
        _publish_results(accreditation)
    for name in road:
        user = {"relinquish": head_of(accreditation.application), "expire": None}.get(name, make_approver())  # type: ignore[arg-type]
        perform(
            ACCREDITATION, accreditation.pk, name, actor=actor(user), now=NOW + timedelta(days=60),
            **ACCREDITATION_GIVEN.get(name, {}),
        )  # fmt: skip
    return accreditation


def _publish_results(accreditation: Accreditation) -> None:
    election = accreditation.election
    election.results_published_on = election.day + timedelta(days=10)
    election.save(update_fields=["results_published_on"])


@pytest.mark.parametrize("state", ACCREDITATION_LEADS_TO)
def test_an_accreditation_moves_as_the_law_says_and_for_nobody_else(state: str) -> None:
    accreditation = the_accreditation(state)
    clerk = make_clerk()
    people = {
        "focal point": head_of(accreditation.application),
        "clerk": clerk,
        "approver": make_approver(),
        "system": None,
        "stranger": make_head(make_mission(accreditation.election)),
    }
    _publish_results(accreditation)
    amendment = Amendment.objects.create(
        application=accreditation.application, membership=accreditation.membership, fields=["function"],
        wish='{"function": "Member of parliament"}', asked_by=clerk, asked_at=NOW,
    )  # fmt: skip
    expected, seen = {}, {}
    for role, user in people.items():
        for name in ACCREDITATION_MOVES:
            expected[role, name] = (
                "not found"
                if role == "stranger"
                else "not allowed"
                if name not in ACCREDITATION_MAY[role].split()
                else ACCREDITATION_LEADS_TO[state].get(name, "wrong state")
            )
            given = ACCREDITATION_GIVEN.get(name, {}) | (
                {"amendment": amendment} if name == "correct" else {}
            )
            seen[role, name] = outcome(
                ACCREDITATION, accreditation.pk, name, user, now=NOW + timedelta(days=60), **given
            )

    assert seen == expected


# --- The mission, by hand ----------------------------------------------------------------------------------------

MISSION_LEADS_TO = {
    "invited": {"apply": "applied"},
    "applied": {"take": "under_review"},
    "under_review": {"register": "registered", "decline": "declined"},
    "registered": {"suspend": "suspended", "withdraw": "withdrawn"},
    "declined": {},
    "suspended": {"reinstate": "registered"},
    "withdrawn": {},
}
MISSION_MAY = {
    "focal point": "apply withdraw",
    "clerk": "apply take register withdraw",
    "approver": "decline suspend reinstate",
    "auditor": "",
    "stranger": "",
}
MISSION_MOVES = ["apply", "take", "register", "decline", "suspend", "reinstate", "withdraw"]
MISSION_ROADS = {
    "invited": [], "applied": ["apply"], "under_review": ["apply", "take"],
    "registered": ["apply", "take", "register"], "declined": ["apply", "take", "decline"],
    "suspended": ["apply", "take", "register", "suspend"], "withdrawn": ["apply", "take", "register", "withdraw"],
}  # fmt: skip


@pytest.mark.parametrize("state", MISSION_LEADS_TO)
def test_a_mission_moves_as_the_law_says_and_for_nobody_else(state: str) -> None:
    mission = make_mission(state="invited")
    head, clerk, approver = make_head(mission), make_clerk(), make_approver()
    for name in MISSION_ROADS[state]:
        user = approver if name in ("decline", "suspend") else clerk
        perform(MISSION, mission.pk, name, actor=actor(user), now=NOW, reason="The law says so.")
    people = {
        "focal point": head,
        "clerk": clerk,
        "approver": approver,
        "auditor": make_staff(AUDITOR),
        "stranger": make_head(make_mission(mission.election)),
    }
    expected, seen = {}, {}
    for role, user in people.items():
        for name in MISSION_MOVES:
            expected[role, name] = (
                "not found"
                if role == "stranger"
                else "not allowed"
                if name not in MISSION_MAY[role].split()
                else MISSION_LEADS_TO[state].get(name, "wrong state")
            )
            seen[role, name] = outcome(MISSION, mission.pk, name, user, now=NOW, reason="The law says so.")

    assert seen == expected
    assert Mission.objects.get(pk=mission.pk).state == state
