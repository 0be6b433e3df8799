"""The page of letters: who reads it, what it shows, and what a person settles on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.audit import AuditEvent
from accreditation.core.correspondence import DEEDS
from accreditation.core.moments import in_words
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.letter_kinds import KINDS
from tests.core.test_delivery import write
from tests.factories import NOW, application_in, make_head, make_mission, make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def at_the_desk(role: str = CLERK) -> Client:
    client = Client()
    sign_in(client, make_staff(role))
    return client


def page(letter: OutboxMessage, name: str = "change", *more: str) -> str:
    return reverse(f"admin:core_outboxmessage_{name}", args=[letter.pk, *more])


def settle(client: Client, letter: OutboxMessage, name: str, **given: str) -> int:
    status = client.post(page(letter, "settle", name), given).status_code
    letter.refresh_from_db()
    return status


@pytest.mark.parametrize(
    ("role", "reads", "settles"),
    [
        (CLERK, 200, 302),
        (SUPERVISOR, 200, 302),
        (APPROVER, 200, 302),
        (AUDITOR, 200, 404),
        (PRINT_DESK, 404, 404),
    ],
)
def test_who_reads_letters_and_who_settles_them(role: str, reads: int, settles: int) -> None:
    letter, client = write(1, state=State.FAILED), at_the_desk(role)
    assert [client.get(page(letter, name)).status_code for name in ("change", "html", "pdf")] == [reads] * 3
    assert settle(client, letter, "retry") == settles
    assert letter.state == (State.PENDING if settles == 302 else State.FAILED)


def test_every_kind_of_letter_has_a_name_and_every_name_its_letter() -> None:
    templates = settings.BASE_DIR / "accreditation" / "templates" / "letters"
    assert {path.name.removesuffix(".subject.txt") for path in templates.glob("*.subject.txt")} == set(KINDS)


def test_the_list_names_letters_and_shows_the_hour_of_the_election() -> None:
    write(1, kind="decision_overdue", created_at=NOW, facts={"zone": "Asia/Baku"})
    shown = at_the_desk().get(reverse("admin:core_outboxmessage_changelist")).content.decode()
    assert "Decision overdue" in shown
    assert in_words(NOW, "Asia/Baku") in shown


def test_a_head_finds_no_letters_page() -> None:
    letter, client = write(1), Client()
    sign_in(client, make_head(make_mission()))
    for address in [page(letter), page(letter, "html"), reverse("admin:core_outboxmessage_changelist")]:
        assert client.get(address).status_code in (302, 403, 404)


def test_the_list_shows_those_that_need_a_clerk_first_and_filters(django_assert_max_num_queries: Any) -> None:
    failed = write(1, state=State.FAILED)
    bounced = write(2, state=State.SENT, sent_at=NOW, bounced_at=NOW)
    write(3, kind="approval", state=State.SENT, sent_at=NOW)
    client, address = at_the_desk(), reverse("admin:core_outboxmessage_changelist")
    with django_assert_max_num_queries(14):
        answer = client.get(address)
    assert [one.pk for one in answer.context["cl"].result_list][:2] == [bounced.pk, failed.pk]
    assert [one.pk for one in client.get(address, {"needs": "clerk"}).context["cl"].result_list] == [
        bounced.pk,
        failed.pk,
    ]
    assert [one.kind for one in client.get(address, {"kind": "approval"}).context["cl"].result_list] == [
        "approval"
    ]


def test_the_list_filters_by_mission() -> None:
    application = application_in("submitted")
    write(1)
    client, address = at_the_desk(), reverse("admin:core_outboxmessage_changelist")
    found = client.get(address, {"mission": application.mission_id}).context["cl"].result_list
    assert [(one.kind, one.about_id) for one in found] == [("receipt", application.pk)]


def test_the_list_warns_of_decisions_that_have_not_left_for_a_day() -> None:
    write(1, kind="refusal", created_at=timezone.now() - timedelta(hours=25))
    answer = at_the_desk().get(reverse("admin:core_outboxmessage_changelist"))
    assert "1 decision has not left for 24 hours" in answer.content.decode()


def test_the_html_stands_alone_under_a_policy_that_lets_nothing_run() -> None:
    letter = write(1, facts={"name": "<script>alert(1)</script>"})
    answer = at_the_desk().get(page(letter, "html"))
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "<script" not in answer.content.decode()


def test_the_page_shows_the_mail_as_its_reader_read_it_with_all_its_people() -> None:
    for number in (1, 2):
        write(
            number,
            email="head@example.org",
            together=True,
            state=State.SENT,
            sent_at=NOW,
            facts={"to_head": True},
        )
    OutboxMessage.objects.update(message_id="<one@mail>")
    words = at_the_desk().get(page(OutboxMessage.objects.order_by("pk")[0])).content.decode()
    assert "PERSON 1" in words
    assert "PERSON 2" in words


def test_what_a_clerk_says_of_a_letter_in_doubt_holds_for_its_whole_mail() -> None:
    letters = [write(number, state=State.UNCERTAIN) for number in (1, 2, 3)]
    OutboxMessage.objects.filter(pk__in=[letters[0].pk, letters[1].pk]).update(message_id="<one@mail>")
    settle(at_the_desk(), letters[0], "was_sent")
    for letter in letters:
        letter.refresh_from_db()
    assert [letter.state for letter in letters] == [State.SENT, State.SENT, State.UNCERTAIN]
    assert letters[1].sent_at is not None
    assert AuditEvent.objects.filter(verb="letter_was_sent").count() == 2


def test_a_letter_sent_again_keeps_its_message_id() -> None:
    letter = write(1, state=State.UNCERTAIN)
    before = letter.message_id
    settle(at_the_desk(), letter, "send_again")
    assert (letter.state, letter.message_id) == (State.PENDING, before)


def test_a_bounced_letter_is_marked_once_and_needs_a_clerk() -> None:
    letter, client = write(1, state=State.SENT, sent_at=NOW), at_the_desk()
    settle(client, letter, "bounced")
    first = letter.bounced_at
    assert list(OutboxMessage.objects.needing_a_clerk()) == [letter]
    settle(client, letter, "bounced")
    assert letter.bounced_at == first
    assert AuditEvent.objects.about(letter).count() == 1


def test_a_letter_that_came_back_is_sent_again_given_on_paper_or_found_to_have_arrived() -> None:
    client = at_the_desk()
    for number, name, after in (
        (1, "resend", (State.PENDING, None)),
        (2, "printed", (State.SENT, "a later moment")),
        (3, "arrived", (State.SENT, NOW)),
    ):
        letter = write(number, state=State.SENT, sent_at=NOW, bounced_at=NOW)
        offered = [deed.name for deed in client.get(page(letter)).context["deeds"]]
        assert offered == ["resend", "printed", "arrived"]
        settle(client, letter, name)
        left = letter.sent_at
        when = None if left is None else NOW if left == NOW else "a later moment"
        assert (letter.state, when, letter.bounced_at) == (*after, None), name
    assert not OutboxMessage.objects.needing_a_clerk().exists()


def test_what_was_done_is_said_in_words_of_its_own() -> None:
    letter, client = write(1, state=State.SENT, sent_at=NOW), at_the_desk()
    url = reverse("admin:core_outboxmessage_settle", args=[letter.pk, "bounced"])
    told = [str(one) for one in client.post(url, follow=True).context["messages"]]
    assert told == ["Noted: it came back. Send it again, or print and hand it over."]


def test_a_printed_letter_is_sent_from_then_on() -> None:
    letter = write(1, email="", state=State.TO_PRINT)
    settle(at_the_desk(), letter, "printed")
    assert (letter.state, letter.sent_at is not None) == (State.SENT, True)


def test_cancelling_needs_a_reason_and_is_audited() -> None:
    letter, client = write(1), at_the_desk()
    settle(client, letter, "cancel")
    assert letter.state == State.PENDING
    settle(client, letter, "cancel", reason="Written by mistake")
    assert letter.state == State.CANCELLED
    assert AuditEvent.objects.about(letter).get().reason == "Written by mistake"


@pytest.mark.parametrize(
    ("state", "deeds"),
    [
        (State.PENDING, ["cancel"]),
        (State.SENDING, []),
        (State.SENT, ["bounced"]),
        (State.FAILED, ["retry", "printed", "cancel"]),
        (State.UNCERTAIN, ["was_sent", "send_again"]),
        (State.CANCELLED, []),
        (State.TO_PRINT, ["printed", "cancel"]),
    ],
)
def test_what_can_be_done_with_a_letter_in_each_state(state: str, deeds: list[str]) -> None:
    times = {"sent_at": NOW} if state == State.SENT else {}
    letter = write(1, state=state, claimed_by=1 if state == State.SENDING else None, **times)
    client = at_the_desk()
    offered = [deed.name for deed in client.get(page(letter)).context["deeds"]]
    assert offered == deeds
    for name in DEEDS.keys() - set(deeds):
        settle(client, letter, name, reason="x")
        assert letter.state == state
