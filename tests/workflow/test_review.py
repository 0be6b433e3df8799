"""The review page: what it shows and hides, what its buttons do, and what it says when they cannot."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accreditation.core.actors import Actor
from accreditation.core.audit import AuditEvent
from accreditation.core.machine import perform
from accreditation.core.outbox import OutboxMessage
from accreditation.missions.models import CannedReason
from accreditation.observers.models import PossibleDuplicate, Upload
from accreditation.workflow.admin import presence
from accreditation.workflow.admin.claimed import tickable
from accreditation.workflow.amendments import ask_for
from accreditation.workflow.happened import HAPPENED
from accreditation.workflow.models import Amendment, Application, Decision, InformationRequest
from accreditation.workflow.states import ACCREDITATION, APPLICATION, MISSION
from accreditation.workflow.verdicts import judge
from tests.factories import (
    GROUND,
    NOW,
    REQUEST,
    actor,
    application_in,
    complete,
    head_of,
    make_application,
    make_approver,
    make_clerk,
    make_election,
    make_membership,
    make_mission,
    make_person,
    make_staff,
    make_user,
    move,
)
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client: Client):
    user = make_clerk()
    sign_in(client, user)
    return user


@pytest.fixture
def application(clerk) -> Application:
    """A file that the signed-in clerk has taken."""
    return application_in("under_review", clerk=clerk)


def page_url(application) -> str:
    return reverse("admin:workflow_application_change", args=[application.pk])


def move_url(application, name: str) -> str:
    return reverse("admin:workflow_application_move", args=[application.pk, name])


def from_review(application, *ticks: str) -> dict:
    return {"version": application.version, "from": "review", "matches": list(ticks)}


def now_is(application) -> str:
    return Application.objects.get(pk=application.pk).state


# What it shows


def test_the_number_of_the_passport_is_not_in_the_page_until_it_is_asked_for_and_the_asking_is_kept(
    client: Client, clerk, application
):
    number = application.membership.document.number
    assert number not in client.get(page_url(application)).content.decode()
    seen = AuditEvent.objects.filter(verb="passport_shown")
    assert seen.count() == 0

    url = reverse("admin:workflow_application_passport", args=[application.pk])
    assert client.get(url).status_code == 405
    page = client.post(url, {"matches": ["born"]})
    assert number in page.content.decode()
    assert page.context["ticked"] == {"born"}
    assert client.post(url, headers={"Accept": "application/json"}).json() == {"number": number}
    assert [(one.actor, one.subject_id, one.fields) for one in seen] == [
        (clerk, application.pk, ["document.number"])
    ] * 2
    assert number not in str(list(seen.values()))


def test_a_picture_is_given_to_who_checks_people_and_each_look_is_kept(client: Client, clerk, application):
    from accreditation.core import storage

    upload = Upload.objects.get(membership=application.membership, kind="passport_page")
    Upload.objects.filter(pk=upload.pk).update(name=storage.store(b"\xff\xd8\xff our own picture"))
    url = reverse("admin:workflow_application_picture", args=[upload.public_id])
    answer = client.get(url)
    assert (answer.status_code, answer.content) == (200, b"\xff\xd8\xff our own picture")
    assert "no-store" in answer.headers["Cache-Control"]
    assert AuditEvent.objects.filter(verb="picture_shown", actor=clerk, subject_id=upload.pk).count() == 1
    for user in (make_staff("print_desk"), make_staff(), make_user()):
        visitor = Client()
        sign_in(visitor, user)
        assert visitor.get(url).status_code in (302, 403, 404)
    assert AuditEvent.objects.filter(verb="picture_shown").count() == 1


def test_a_picture_that_is_gone_from_the_storage_is_not_found_and_nothing_breaks(
    client: Client, clerk, application
):
    upload = Upload.objects.filter(membership=application.membership).first()
    assert (
        client.get(reverse("admin:workflow_application_picture", args=[upload.public_id])).status_code == 404
    )


def test_it_names_the_colleague_who_has_the_file_open_and_how_long_ago(client: Client, clerk, application):
    other = make_clerk()
    other.name = "Aysel"
    presence.others_at(application.pk, other, timezone.now() - timedelta(minutes=2, seconds=5))
    assert "Also open: Aysel, 2 minutes ago." in client.get(page_url(application)).content.decode()
    url = reverse("admin:workflow_application_presence", args=[application.pk])
    assert client.post(url).json() == {"words": "Also open: Aysel, 2 minutes ago."}


def test_it_shows_the_possible_duplicate_the_other_statements_the_history_and_the_letters(
    client: Client, clerk, application
):
    elsewhere = make_membership(make_mission(application.election), application.person, is_primary=False)
    twin = make_membership(make_mission(application.election), family_name="Twinova")
    raise_doubt(application.person, twin.person)
    page = client.get(page_url(application))
    assert list(page.context["statements"]) == [elsewhere]
    assert [doubt.statements for doubt in page.context["doubts"]] == [[twin]]
    assert [change.event.verb for change in page.context["changes"]] == ["created", "submit", "take"]
    assert [(letter.kind, words) for letter, words in page.context["letters"]] == [("receipt", "Receipt")]
    assert "TWINOVA" in page.content.decode()


def test_its_history_says_what_was_done_and_not_what_a_button_does(client: Client, clerk, application):
    page = client.get(page_url(application))
    assert [str(change.words) for change in page.context["changes"]] == ["Opened", "Sent", "Taken by a clerk"]


def test_every_move_has_a_word_of_its_own_for_histories():
    moves = [one for machine in (APPLICATION, ACCREDITATION, MISSION) for one in machine.transitions]
    assert [one.name for one in moves if one.name not in HAPPENED] == []
    assert [one.name for one in moves if str(HAPPENED[one.name]) == str(one.label)] == []


def raise_doubt(one, other) -> PossibleDuplicate:
    first, second = sorted([one.pk, other.pk])
    return PossibleDuplicate.objects.create(
        first_id=first, second_id=second, agrees=["birth", "name"], similarity=0.94
    )


def test_the_page_asks_no_more_queries_for_thirty_things_of_a_kind_than_for_one(
    client: Client, clerk, application
):
    def surround() -> None:
        make_membership(make_mission(application.election), application.person, is_primary=False)
        raise_doubt(application.person, make_membership(make_mission(application.election)).person)
        OutboxMessage.objects.create(
            kind="receipt",
            key=str(OutboxMessage.objects.count()),
            email="a@example.org",
            about_type="workflow.application",
            about_id=application.pk,
            created_at=timezone.now(),
            due_at=timezone.now(),
        )

    surround()
    client.get(page_url(application))
    with CaptureQueriesContext(connection) as with_one:
        client.get(page_url(application))
    for _index in range(9):
        surround()
    with CaptureQueriesContext(connection) as with_ten:
        client.get(page_url(application))
    assert len(with_ten) == len(with_one)
    assert len(with_one) <= 40


def test_next_and_previous_lead_through_the_queue_that_one_came_from(client: Client, clerk):
    mission = make_mission()
    files = [make_application(complete(make_membership(mission))) for _index in range(3)]
    from tests.factories import make_head

    head = make_head(mission)
    for index, one in enumerate(files):
        move(one, "submit", head, now=timezone.now() - timedelta(days=3 - index))
    page = client.get(page_url(files[1]) + "?queue=unassigned")
    assert page.context["neighbour"].previous == page_url(files[0]) + "?queue=unassigned"
    assert page.context["neighbour"].following == page_url(files[2]) + "?queue=unassigned"


# What its buttons do


def test_a_recommendation_needs_every_row_ticked_and_keeps_the_ticks_when_refused(
    client: Client, clerk, application
):
    answer = client.post(move_url(application, "recommend_approval"), from_review(application, "family_name"))
    assert answer.status_code == 422
    assert "Compare the statement with the documents first, and tick what agrees." in answer.content.decode()
    assert answer.context["ticked"] == {"family_name"}
    assert now_is(application) == "under_review"

    every = tickable(application)
    answer = client.post(move_url(application, "recommend_approval"), from_review(application, *every))
    assert answer.status_code == 302
    assert now_is(application) == "recommended"


def test_a_double_click_recommends_once(client: Client, clerk, application):
    wish = from_review(application, *tickable(application))
    for _click in range(2):
        assert client.post(move_url(application, "recommend_approval"), wish).status_code == 302
    assert AuditEvent.objects.about(application).filter(verb="recommend_approval").count() == 1


def test_who_comes_too_late_sees_who_was_faster_when_and_what_changed(client: Client, clerk, application):
    rashad = make_clerk()
    rashad.name = "Rashad Aliyev"
    rashad.save()
    move(
        application,
        "ask",
        rashad,
        now=timezone.now(),
        text="A sharper photo.",
        due_on=application.election.day,
    )
    answer = client.post(
        move_url(application, "recommend_approval"), from_review(application, *tickable(application))
    )
    assert answer.status_code == 409
    words = answer.content.decode()
    assert "Rashad Aliyev" in words
    assert "Baku time (UTC+4)" in words
    assert [change.event.verb for change in answer.context["changes"]] == ["ask"]
    assert now_is(application) == "information_requested"


def test_who_comes_too_late_gets_back_the_words_typed(client: Client, clerk, application):
    shown = application.version
    move(application, "give_back", clerk, now=timezone.now())
    typed = {"version": shown, "grounds": "information_not_confirmed", "documents_checked": "on"}
    answer = client.post(
        move_url(application, "recommend_refusal"), typed | {"reason": "Asked twice. <b>No</b> answer."}
    )
    assert answer.status_code == 409
    assert "Asked twice. &lt;b&gt;No&lt;/b&gt; answer." in answer.content.decode()


def test_the_page_of_a_recommendation_can_be_sent_by_itself(client: Client, clerk, application):
    page = move_url(application, "recommend_approval")
    assert 'name="documents_checked"' in client.get(page).content.decode()
    assert client.post(page, {"version": application.version}).status_code == 422
    assert client.post(page, {"version": application.version, "documents_checked": "on"}).status_code == 302
    assert now_is(application) == "recommended"


def test_one_person_with_both_roles_recommends_and_approves_in_one_go_where_the_law_allows(client: Client):
    both = make_staff("clerk", "approver")
    sign_in(client, both)
    application = application_in("under_review", clerk=both)
    assert client.get(page_url(application)).context["at_once"] is True
    wish = from_review(application, *tickable(application))
    for _click in range(2):
        assert client.post(move_url(application, "recommend_and_approve"), wish).status_code == 302
    assert now_is(application) == "approved"
    verbs = [one.verb for one in AuditEvent.objects.about(application)]
    assert verbs == ["created", "submit", "take", "recommend_approval", "approve"]


def test_where_every_decision_needs_two_people_nothing_is_done_in_one_go(client: Client):
    both = make_staff("clerk", "approver")
    sign_in(client, both)
    mission = make_mission(make_election(second_review="all"))
    application = application_in("under_review", clerk=both, membership=complete(make_membership(mission)))
    assert client.get(page_url(application)).context["at_once"] is False
    answer = client.post(
        move_url(application, "recommend_and_approve"), from_review(application, *tickable(application))
    )
    assert answer.status_code == 422
    assert now_is(application) == "under_review"


def test_a_reason_against_stands_beside_the_buttons_before_anybody_presses(
    client: Client, clerk, application
):
    raise_doubt(application.person, make_person())
    page = client.get(page_url(application))
    assert page.context["against"] == [
        ("Settle first whether this is the same person as another.", "Recommend approval, Recommend refusal")
    ]


# Moves with a page of their own


def test_a_request_that_asks_nothing_is_refused_and_keeps_what_was_typed(client: Client, clerk, application):
    CannedReason.objects.create(code="photo", words="The photo is blurred.")
    url = move_url(application, "ask")
    wish = {"version": application.version, "text": "  ", "due_on": "2026-01-01", "reasons": []}
    answer = client.post(url, wish)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "reasons": ["Say what is missing."],
        "due_on": ["The day by which you need it has passed already."],
    }
    assert '<a href="#id_due_on">' in answer.content.decode()  # every error leads to its field
    assert 'value="2026-01-01"' in answer.content.decode()
    answer = client.post(url, wish | {"text": "Привет", "due_on": "yesterday"})
    assert answer.status_code == 422
    assert "Привет" in answer.content.decode()
    assert now_is(application) == "under_review"

    due = (timezone.now() + timedelta(days=3)).date().isoformat()
    answer = client.post(url, wish | {"reasons": ["photo"], "due_on": due})
    assert answer.status_code == 302
    asked = InformationRequest.objects.get(application=application)
    assert (asked.reasons, asked.due_on.isoformat(), asked.asked_by) == (["photo"], due, clerk)


def test_the_preview_is_the_letter_that_leaves_and_changes_nothing(client: Client, clerk, application):
    due = (timezone.now() + timedelta(days=3)).date().isoformat()
    wish = {"version": application.version, "text": "The page is cut off.", "due_on": due}
    events, letters = AuditEvent.objects.count(), OutboxMessage.objects.count()
    page = client.post(move_url(application, "ask"), wish | {"preview": "yes"})
    (shown,) = page.context_data["letters"]  # the letter's own templates have a context, too
    assert (AuditEvent.objects.count(), OutboxMessage.objects.count()) == (events, letters)
    assert now_is(application) == "under_review"
    assert "The page is cut off." in page.content.decode()

    client.post(move_url(application, "ask"), wish)
    left = OutboxMessage.objects.get(kind="information_request")
    from accreditation.core.mail import render

    assert shown.email == left.email
    assert shown.words.text == render(left.kind, left.language, [left.facts], sent_at=timezone.now()).text


def test_a_refusal_goes_over_a_page_of_its_own_and_names_its_ground(client: Client, clerk):
    approver = make_approver()
    sign_in(client, approver)
    application = application_in("under_review", clerk=clerk)
    move(application, "recommend_refusal", clerk, documents_checked=True, **GROUND)
    button = next(b for b in client.get(page_url(application)).context["buttons"] if b.name == "refuse")
    assert (button.grave, button.asks) == (True, True)
    application.refresh_from_db()
    url, wish = move_url(application, "refuse"), {"version": application.version}
    answer = client.post(url, wish)
    assert answer.status_code == 422
    assert "Choose the ground of the refusal." in answer.content.decode()
    assert client.post(url, wish | {"grounds": ["information_not_confirmed"]}).status_code == 302
    assert now_is(application) == "refused"


def test_a_move_that_is_not_offered_leads_back_with_the_reason(client: Client, clerk, application):
    answer = client.get(move_url(application, "approve"), follow=True)
    assert answer.redirect_chain[-1][0] == page_url(application)
    assert client.get(move_url(application, "burn")).status_code == 404
    assert client.post(move_url(application, "burn"), from_review(application)).status_code == 404
    assert (
        client.post(move_url(application, "give_back"), {"version": "x", "from": "review"}).status_code == 404
    )


def test_a_preview_promises_no_number_that_the_decision_will_not_have(client: Client):
    application = application_in("recommended")
    move(application, "send_back", make_approver(), reason="Again.")
    move(application, "recommend_refusal", make_clerk(), documents_checked=True, **GROUND)
    application.refresh_from_db()
    sign_in(client, make_approver())
    wish = {"version": application.version, **GROUND}
    shown = client.post(move_url(application, "refuse"), wish | {"preview": "yes"}).content.decode()
    assert "Decision: given when it is made" in shown
    client.post(move_url(application, "refuse"), wish)
    letter = OutboxMessage.objects.get(kind="refusal")
    assert letter.facts["decision_number"] == application.decisions.get().number


def test_previews_use_up_no_number_of_a_decision(client: Client):
    """Four looks at a letter, and one refused move, before a decision: it has the number after the last one."""
    held = application_in("approved").accreditation
    perform(ACCREDITATION, held.pk, "suspend", actor=actor(make_approver()), now=NOW, reason="Campaigned.")
    sign_in(client, make_approver())
    revoke = reverse("admin:credentials_accreditation_move", args=[held.pk, "revoke"])
    wish = {
        "version": 2,
        "reason": "Campaigned.",
        "hearing_note": "Heard by phone.",
        "legal_basis": "art. 44",
    }
    for _look in range(4):
        shown = client.post(revoke, wish | {"preview": "yes"}).content.decode()
        assert "Decision: given when it is made" in shown and "Heard by phone." in shown
        assert "Heard by phone." not in shown.partition('<section class="preview"')[2]
    assert client.post(revoke, wish | {"version": 1}).status_code == 409
    assert client.post(revoke, wish).status_code == 302
    numbers = [decision.number for decision in Decision.objects.order_by("pk")]
    this_year = timezone.now().year  # the page's clock is the machine's
    assert numbers == [f"{NOW.year}/1", f"{this_year}/{2 if this_year == NOW.year else 1}"]


# Two people who may be one


def test_a_verdict_is_kept_and_a_merge_is_another_users(client: Client, clerk, application):
    elsewhere = make_membership(make_mission(application.election), make_person())
    kept = application_in("submitted", membership=complete(elsewhere))
    pair = raise_doubt(application.person, kept.person)
    url = reverse("admin:observers_possibleduplicate_verdict", args=[pair.pk])
    assert client.get(reverse("admin:observers_possibleduplicate_changelist")).context["open_count"] == 1
    assert client.post(url, {"verdict": "same", "next": page_url(application)}).status_code == 302
    pair.refresh_from_db()
    assert (pair.verdict, pair.decided_by) == ("same", clerk)
    assert AuditEvent.objects.filter(verb="judged_same").count() == 2
    assert [doubt.mergeable for doubt in client.get(page_url(application)).context["doubts"]] == [False]

    visitor, other = Client(), make_clerk()
    sign_in(visitor, other)
    assert visitor.post(url, {"verdict": "different"}).status_code == 422
    (doubt,) = visitor.get(page_url(application)).context["doubts"]
    assert doubt.mergeable
    page = visitor.get(doubt.merge_url).content.decode()
    for words in (str(kept.person), kept.number, kept.membership.document.masked, "is closed as merged"):
        assert words in page
    wish = {"version": application.version, "kept_person": kept.person_id}
    assert client.post(move_url(application, "merge"), wish).status_code == 422
    merged = visitor.post(move_url(application, "merge"), wish, follow=True).content.decode()
    assert reverse("admin:observers_person_change", args=[kept.person_id]) in merged


def test_a_page_of_merging_names_nobody_who_was_not_judged_to_be_the_same(client: Client, clerk, application):
    stranger = make_person(family_name="Stranger")
    url = f"{move_url(application, 'merge')}?kept_person="
    assert "Stranger" not in client.get(f"{url}{stranger.pk}").content.decode()
    assert client.get(f"{url}x").status_code == 200


def test_people_who_wait_to_be_merged_are_told_apart_by_their_files_and_seen_by_their_photos(client: Client):
    clerk, names = make_clerk(), {"family_name": "Yuldashev", "given_names": "Rustam"}
    one, other = (
        application_in("submitted", membership=complete(make_membership(person=make_person(**names))))
        for _place in range(2)
    )
    pair = raise_doubt(one.person, other.person)
    judge(pair, "same", actor=Actor(user=clerk), now=NOW)
    url = reverse("admin:observers_possibleduplicate_changelist") + "?show=merge"
    pages = []
    for user in (clerk, make_clerk(), make_staff("approver")):
        sign_in(client, user)
        pages.append(client.get(url).content.decode())
    assert "Merge " not in pages[2] and "A clerk merges the two." in pages[2]
    assert "You said so: somebody else merges the two." in pages[0]
    assert "Merge " not in pages[0]
    for merged, kept in ((one, other), (other, one)):
        assert f"Merge {merged.number} into {kept.number}" in pages[1]
    for upload in Upload.objects.all():
        assert (upload.public_id in pages[1]) == (upload.kind == "photo")


def test_nobody_but_a_clerk_or_approver_judges_two_people(client: Client):
    pair = raise_doubt(make_person(), make_person())
    url = reverse("admin:observers_possibleduplicate_verdict", args=[pair.pk])
    for role, status in (("auditor", 403), ("print_desk", 404)):
        visitor = Client()
        sign_in(visitor, make_staff(role))
        assert visitor.post(url, {"verdict": "same"}).status_code == status
    pair.refresh_from_db()
    assert pair.verdict == "open"


# What a corrected list wishes to change


def wish_for(application: Application, **values) -> Amendment:
    amendment = ask_for(
        application.membership,
        application,
        values,
        is_correction=False,
        actor=Actor(user=head_of(application)),
        now=timezone.now(),
    )
    assert amendment is not None
    return amendment


def test_a_wished_change_stands_beside_what_is_stated_and_is_taken_over_by_a_clerk(
    client: Client, clerk, application
):
    amendment = wish_for(application, function="Interpreter to the head", document_number="ZZ 99 88 776")
    page = client.get(page_url(application))
    (shown,) = page.context["amendments"]
    assert {(str(row.label), row.wished) for row in shown.rows} == {
        ("function", "Interpreter to the head"),
        ("passport number", "•••••8776"),
    }
    assert "ZZ 99" not in page.content.decode()
    assert "ZZ99" not in page.content.decode()
    url = reverse("admin:workflow_application_wish", args=[application.pk, amendment.public_id])
    visitor = Client()
    sign_in(visitor, make_staff("auditor"))
    assert visitor.post(url, {"verdict": "take"}).status_code == 403
    assert client.post(url, {"verdict": "take"}).status_code == 302
    application.membership.refresh_from_db()
    assert application.membership.function == "Interpreter to the head"
    assert client.post(url, {"verdict": "take"}).status_code == 422


def test_a_wished_change_is_declined_with_a_reason_only(client: Client, clerk, application):
    amendment = wish_for(application, function="Interpreter")
    url = reverse("admin:workflow_application_wish", args=[application.pk, amendment.public_id])
    refused = client.post(url, {"verdict": "decline", "reason": " "})
    assert refused.status_code == 422
    assert "Give a reason." in refused.content.decode()
    assert client.post(url, {"verdict": "decline", "reason": "Not in the passport."}).status_code == 302
    amendment.refresh_from_db()
    assert (amendment.verdict, amendment.decided_by) == ("declined", clerk)


# Accreditations and people


def test_an_accreditation_is_suspended_by_one_and_revoked_by_another_each_on_a_page(client: Client):
    approver = make_approver()
    sign_in(client, approver)
    held = application_in("approved").accreditation
    url = reverse("admin:credentials_accreditation_change", args=[held.pk])
    offered = {button.name for button in client.get(url).context["buttons"]}
    assert offered == {"suspend", "cancel", "correct"}
    suspend = reverse("admin:credentials_accreditation_move", args=[held.pk, "suspend"])
    assert client.post(suspend, {"version": 1}).status_code == 422
    assert client.post(suspend, {"version": 1, "reason": "Campaigned."}).status_code == 302
    revoke = reverse("admin:credentials_accreditation_move", args=[held.pk, "revoke"])
    wish = {"version": 2, "reason": "Campaigned.", "hearing_note": "Heard by phone."}
    answer = client.post(revoke, wish)
    assert answer.status_code == 422
    assert "You suspended this accreditation" in answer.content.decode()
    visitor = Client()
    sign_in(visitor, make_approver())
    assert visitor.post(revoke, wish).status_code == 302
    held.refresh_from_db()
    assert held.state == "revoked"


def test_lists_of_accreditations_and_people_are_searched_by_name_and_never_by_passport(client: Client, clerk):
    held = application_in("approved").accreditation
    stated = held.membership
    accreditations = reverse("admin:credentials_accreditation_changelist")
    people = reverse("admin:observers_person_changelist")
    for text, found in (
        ("", 1),
        (stated.family_name[:4], 1),
        (held.number_in_words, 1),
        ("Nobody", 0),
        (stated.document.number, 0),
    ):
        assert client.get(accreditations, {"q": text}).context["cl"].result_count == found, text
    assert client.get(people, {"q": stated.family_name}).context["cl"].result_count == 1
    page = client.get(reverse("admin:observers_person_change", args=[held.person_id])).content.decode()
    assert stated.document.number not in page
    assert stated.document.masked in page
    assert REQUEST["text"] not in page


def test_who_decides_about_an_appeal_reads_its_grounds():
    application = application_in("appealed")
    appeal = application.appeals.get()
    appeal.text = "The letter <b> of 3 May was overlooked."
    appeal.save()
    client = sign_in(Client(), make_approver())
    page = client.get(reverse("admin:workflow_application_change", args=[application.pk])).content.decode()
    assert "The letter &lt;b&gt; of 3 May was overlooked." in page
