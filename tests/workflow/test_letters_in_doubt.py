"""Many letters in doubt are settled at once: chosen, confirmed with a note, then each through the door of one."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accreditation.accounts.roles import APPROVER, AUDITOR, CLERK, PRINT_DESK, SUPERVISOR
from accreditation.core.audit import AuditEvent
from accreditation.core.outbox import OutboxMessage
from accreditation.workflow.admin.letters_in_doubt import MOST_AT_ONCE
from tests.core.test_delivery import write
from tests.factories import make_staff
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
LIST = "admin:core_outboxmessage_in_doubt"
NOTE = "Compared with the log of the mail server."


def at_the_desk(role: str = CLERK) -> Client:
    client = Client()
    sign_in(client, make_staff(role))
    return client


def doubted(count: int, **fields: Any) -> list[OutboxMessage]:
    return [write(number, state=State.UNCERTAIN, error="gone", **fields) for number in range(count)]


def page(name: str) -> str:
    return reverse("admin:core_outboxmessage_settle_many", args=[name])


def pks(letters: list[OutboxMessage]) -> list[int]:
    return [letter.pk for letter in letters]


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def states(letters: list[OutboxMessage]) -> list[str]:
    found = dict(OutboxMessage.objects.values_list("pk", "state"))
    return [found[letter.pk] for letter in letters]


@pytest.mark.parametrize(
    ("role", "status"), [(CLERK, 200), (SUPERVISOR, 200), (APPROVER, 200), (AUDITOR, 404), (PRINT_DESK, 404)]
)
def test_who_settles_letters_in_doubt(role: str, status: int) -> None:
    letters, client = doubted(1), at_the_desk(role)
    assert client.get(reverse(LIST)).status_code == status
    assert client.get(page("was_sent"), {"pk": pks(letters)}).status_code == status
    client.post(page("was_sent"), {"pk": pks(letters), "note": NOTE})
    assert states(letters) == [State.SENT if status == 200 else State.UNCERTAIN]


def test_nothing_else_is_said_of_many() -> None:
    letters, client = doubted(1), at_the_desk()
    for name in ("cancel", "printed", "retry", "no-such-deed"):
        assert client.post(page(name), {"pk": pks(letters), "note": NOTE}).status_code == 404
    assert states(letters) == [State.UNCERTAIN]


def test_the_page_of_letters_leads_to_those_in_doubt_and_a_mail_is_one_row() -> None:
    letters, client = doubted(3), at_the_desk()
    write(9, state=State.FAILED)
    OutboxMessage.objects.filter(pk__in=pks(letters)[:2]).update(message_id="<one@mail>")
    shown = client.get(reverse("admin:core_outboxmessage_changelist")).content.decode()
    assert "3 letters are in doubt" in shown and reverse(LIST) in shown
    answer = client.get(reverse(LIST))
    assert [row["letter"].pk for row in answer.context["rows"]] == [letters[0].pk, letters[2].pk]
    assert "and 1 more" in answer.content.decode()


def test_the_list_is_narrowed_and_goes_on_after_as_many_as_an_address_can_name() -> None:
    doubted(MOST_AT_ONCE + 1)
    other = write(999, kind="refusal", language="ru", state=State.UNCERTAIN)
    client = at_the_desk()
    answer = client.get(reverse(LIST))
    assert (len(answer.context["rows"]), answer.context["total"]) == (MOST_AT_ONCE, MOST_AT_ONCE + 2)
    (row,) = client.get(reverse(LIST), {"kind": "refusal"}).context["rows"]
    assert row["letter"].pk == other.pk


def test_the_queries_of_the_list_do_not_grow_with_the_letters(django_assert_max_num_queries: Any) -> None:
    client = at_the_desk()
    for start in (0, 100):
        for number in range(start, start + (1 if not start else 30)):
            write(number, state=State.UNCERTAIN)
        with django_assert_max_num_queries(14):
            client.get(reverse(LIST))


def test_the_page_before_names_them_and_does_nothing_yet() -> None:
    letters, client = doubted(3), at_the_desk()
    OutboxMessage.objects.filter(pk=letters[2].pk).update(state=State.PENDING)
    answer = client.get(page("send_again"), {"pk": pks(letters)})
    words = answer.content.decode()
    assert "Send them again: 2 mails" in words and "1 is left out" in words
    assert letters[0].email in words and letters[2].email not in words
    assert states(letters) == [State.UNCERTAIN, State.UNCERTAIN, State.PENDING]
    assert client.get(page("send_again"), {"pk": pks(letters[2:])}).status_code == 302
    assert told(client.get(page("send_again"), follow=True)) == [
        "None of these letters is in doubt any more.",
        "Mark some letters first.",
    ]


@pytest.mark.parametrize(("name", "after"), [("was_sent", State.SENT), ("send_again", State.PENDING)])
def test_each_is_settled_with_the_note_in_its_own_history(name: str, after: str) -> None:
    letters, client = doubted(3), at_the_desk()
    kept = write(7, state=State.UNCERTAIN)
    before = [letter.message_id for letter in letters]
    answer = client.post(page(name), {"pk": pks(letters), "note": NOTE}, follow=True)
    assert states([*letters, kept]) == [after] * 3 + [State.UNCERTAIN]
    events = AuditEvent.objects.filter(verb=f"letter_{name}").order_by("subject_id")
    assert list(events.values_list("subject_id", "reason")) == [(pk, NOTE) for pk in pks(letters)]
    assert list(
        OutboxMessage.objects.filter(pk__in=pks(letters)).order_by("pk").values_list("message_id")
    ) == [(message_id,) for message_id in before]
    (words,) = told(answer)
    assert words.endswith("noted of 3 mails.")


def test_what_is_said_of_a_mail_holds_for_all_its_letters_and_is_counted_once() -> None:
    letters, client = doubted(3), at_the_desk()
    OutboxMessage.objects.filter(pk__in=pks(letters)[:2]).update(message_id="<one@mail>")
    answer = client.post(page("was_sent"), {"pk": pks(letters), "note": NOTE}, follow=True)
    assert states(letters) == [State.SENT] * 3
    assert told(answer) == ["“They were sent”: noted of 2 mails."]
    assert AuditEvent.objects.filter(verb="letter_was_sent").count() == 3


def test_those_that_had_gone_on_meanwhile_are_named_and_stop_no_other() -> None:
    letters, client = doubted(3), at_the_desk()
    OutboxMessage.objects.filter(pk=letters[1].pk).update(state=State.PENDING)
    answer = client.post(page("was_sent"), {"pk": pks(letters), "note": NOTE}, follow=True)
    assert states(letters) == [State.SENT, State.PENDING, State.SENT]
    assert told(answer) == [
        "“They were sent”: noted of 2 mails.",
        "Nothing was done with 1 mail. person1@example.org: This letter is now “waiting to leave”.",
    ]
    assert AuditEvent.objects.filter(verb="letter_was_sent").count() == 2


def test_without_a_note_and_for_many_without_their_number_nothing_is_done() -> None:
    letters, client = doubted(21), at_the_desk()
    answer = client.post(page("was_sent"), {"pk": pks(letters), "note": "  "})
    assert answer.status_code == 422
    assert answer.context["against"] == [
        "Say in the note how you know.", "Type the number of mails, 21, to confirm.",
    ]  # fmt: skip
    wish = {"pk": pks(letters), "note": NOTE, "typed": "20"}
    answer = client.post(page("was_sent"), wish)
    assert (answer.status_code, answer.context["note"]) == (422, NOTE)
    assert set(states(letters)) == {State.UNCERTAIN}
    assert client.post(page("was_sent"), wish | {"typed": "21"}).status_code == 302
    assert set(states(letters)) == {State.SENT}
